// The pictures of a dataset's items, from their files and videos. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/fetch/url_fetcher.h"
#include "common/job/job_spec.h"
#include "common/media/frame_source.h"
#include "common/media/image.h"
#include "common/media/motion.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Opens each video once. The dataset outlives this.
class DatasetPictures {
 public:
  DatasetPictures(const Dataset& dataset, const FetchOptions& fetch)
      : dataset_(dataset), fetch_(fetch) {}

  // Errors as ReadImage, UrlFetcher::Fetch and FrameSource::Read.
  Result<Image> Read(SourceId id, std::uint64_t item);

  // The file of an image as it is, at most so large. InvalidArgument: it is not there or larger.
  Result<std::string> Bytes(SourceId id, std::uint64_t item, std::uint64_t max_bytes);

 private:
  Result<std::string> Fetch(const std::string& url);

  const Dataset& dataset_;
  const FetchOptions fetch_;
  const MonotonicClock clock_;
  std::shared_ptr<UrlFetcher> fetcher_;  // when the first URL was asked for
  std::map<SourceId, std::unique_ptr<FrameSource>> videos_;
};

// What moves in a video of a dataset (MotionSource of merge.h).
Result<std::unique_ptr<MotionEstimator>> OpenMotion(const SourceItems& video);

}  // namespace prelabel
