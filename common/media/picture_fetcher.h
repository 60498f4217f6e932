// The fetcher of pictures that programs use: libcurl, the real clock, and what is no picture is not
// kept.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/fetch/url_fetcher.h"

namespace prelabel {

// As FetchOptions of common/job/job_spec.h.
struct PictureFetchOptions {
  std::chrono::milliseconds timeout{30000};
  int max_mib = 256;
  std::filesystem::path cache;  // empty: none
  int cache_mib = 10240;
};

// `clock` outlives it. InvalidArgument: the cache's folder cannot be used.
Result<std::shared_ptr<UrlFetcher>> MakePictureFetcher(const PictureFetchOptions& options,
                                                       const std::string& version,
                                                       const Clock& clock);

}  // namespace prelabel
