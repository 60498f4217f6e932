// The pictures of a dataset's items, from their files and videos. Not thread-safe.
#pragma once

#include <map>
#include <memory>

#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/media/frame_source.h"
#include "common/media/image.h"
#include "common/media/motion.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Opens each video once. The dataset outlives this.
class DatasetPictures {
 public:
  explicit DatasetPictures(const Dataset& dataset) : dataset_(dataset) {}

  // Errors as ReadImage and FrameSource::Read.
  Result<Image> Read(SourceId id, std::uint64_t item);

 private:
  const Dataset& dataset_;
  std::map<SourceId, std::unique_ptr<FrameSource>> videos_;
};

// What moves in a video of a dataset (MotionSource of merge.h).
Result<std::unique_ptr<MotionEstimator>> OpenMotion(const SourceItems& video);

}  // namespace prelabel
