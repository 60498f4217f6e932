#include "common/media/picture_fetcher.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "common/fetch/disk_cache.h"
#include "common/fetch/http_get.h"
#include "common/media/picture_header.h"

namespace prelabel {

Result<std::shared_ptr<UrlFetcher>> MakePictureFetcher(const PictureFetchOptions& options,
                                                       const std::string& version,
                                                       const Clock& clock) {
  std::unique_ptr<DiskCache> cache;
  if (!options.cache.empty()) {
    PRELABEL_TRY(
        cache, DiskCache::Open(options.cache, static_cast<std::uint64_t>(options.cache_mib) << 20));
  }
  HttpLimits limits;
  limits.timeout = options.timeout;
  limits.max_bytes = static_cast<std::uint64_t>(options.max_mib) << 20;
  UrlFetcher::Options fetch;
  fetch.wanted = [](std::string_view body) {
    return ReadPictureHeader({reinterpret_cast<const std::uint8_t*>(body.data()), body.size()})
               .kind != PictureKind::kUnknown;
  };
  return std::make_shared<UrlFetcher>(MakeCurlGet(limits, "prelabel/" + version), clock,
                                      std::move(fetch), std::move(cache));
}

}  // namespace prelabel
