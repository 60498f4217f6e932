#include "coordinator/cli/dataset_pictures.h"

#include "common/media/image_codec.h"

namespace prelabel {

Result<Image> DatasetPictures::Read(SourceId id, std::uint64_t item) {
  const SourceItems& source = dataset_.sources[id.value];
  if (source.kind == SourceKind::kImages) return ReadImage(source.Location(item));
  auto& video = videos_[id];
  if (!video) {
    PRELABEL_TRY(video, OpenVideo(source.files.front(), source.index));
  }
  return video->Read(static_cast<std::int64_t>(item));
}

Result<std::unique_ptr<MotionEstimator>> OpenMotion(const SourceItems& video) {
  PRELABEL_TRY(auto frames, OpenVideo(video.files.front(), video.index));
  return MakeOpticalFlow(std::move(frames));
}

}  // namespace prelabel
