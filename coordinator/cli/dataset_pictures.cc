#include "coordinator/cli/dataset_pictures.h"

#include "common/base/url.h"
#include "common/media/archive_member.h"
#include "common/media/image_codec.h"
#include "common/media/picture_fetcher.h"
#include "coordinator/formats/input_file.h"

namespace prelabel {

Result<Image> DatasetPictures::Read(SourceId id, std::uint64_t item) {
  const SourceItems& source = dataset_.sources[id.value];
  if (source.kind == SourceKind::kImages) {
    const std::string location = source.Location(item);
    if (!IsHttpUrl(location)) return ReadPicture(location);
    PRELABEL_TRY(const std::string bytes, Fetch(location));
    return DecodeImage(bytes);
  }
  auto& video = videos_[id];
  if (!video) {
    PRELABEL_TRY(video, OpenVideo(source.files.front(), source.index));
  }
  return video->Read(static_cast<std::int64_t>(item));
}

Result<std::string> DatasetPictures::Bytes(SourceId id, std::uint64_t item,
                                           std::uint64_t max_bytes) {
  const std::string location = dataset_.sources[id.value].Location(item);
  if (const auto member = ParseMemberLocation(location)) return ReadMember(*member);
  if (!IsHttpUrl(location)) return ReadWholeFile(location, max_bytes);
  return Fetch(location);
}

Result<std::string> DatasetPictures::Fetch(const std::string& url) {
  if (fetcher_ == nullptr) {
    PRELABEL_TRY(fetcher_, MakePictureFetcher(
                               {fetch_.timeout, fetch_.max_mib, fetch_.cache, fetch_.cache_mib},
                               PRELABEL_VERSION, clock_));
  }
  return fetcher_->Fetch(url);
}

Result<std::unique_ptr<MotionEstimator>> OpenMotion(const SourceItems& video) {
  PRELABEL_TRY(auto frames, OpenVideo(video.files.front(), video.index));
  return MakeOpticalFlow(std::move(frames));
}

}  // namespace prelabel
