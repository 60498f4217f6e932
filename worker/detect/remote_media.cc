#include "worker/detect/remote_media.h"

#include <new>
#include <string>
#include <utility>
#include <vector>

#include "common/base/url.h"

namespace prelabel {

MediaOpener WithUrls(MediaOpener local, std::shared_ptr<UrlFetcher> fetcher, PictureDecoder decode,
                     FetchAhead::Options options) {
  options.close = [fetcher] { fetcher->Close(); };
  const auto ahead = std::make_shared<FetchAhead>(
      [fetcher](const std::string& url) -> Result<std::string> {
        try {
          return fetcher->Fetch(url);
        } catch (const std::bad_alloc&) {
          return Unavailable("not enough memory to fetch the picture", ShownLocation(url));
        }
      },
      std::move(options));

  MediaOpener media = local;
  media.read_image = [read = std::move(local.read_image), decode = std::move(decode), fetcher,
                      ahead](const std::filesystem::path& path) -> Result<Image> {
    const std::string& location = path.native();
    if (!HasScheme(location)) return read(path);
    const std::string shown = ShownLocation(location);
    if (!IsHttpUrl(location)) {
      return DataLoss("only paths and http(s) URLs are read by a worker", shown);
    }
    PRELABEL_TRY(const std::string bytes, ahead->Take(location));
    Result<Image> image = decode(bytes);
    if (image) return image;
    if (image.error().code == ErrorCode::kDataLoss) fetcher->Forget(location);
    Error error = image.error();
    error.context = shown;
    return error;
  };
  media.get_ahead = [ahead, also = std::move(local.get_ahead)](
                        const std::vector<std::string>& paths) -> std::shared_ptr<void> {
    std::vector<std::string> urls;
    for (const std::string& path : paths) {
      if (IsHttpUrl(path)) urls.push_back(path);
    }
    using Tokens = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
    return std::make_shared<Tokens>(ahead->Expect(std::move(urls)),
                                    also ? also(paths) : std::shared_ptr<void>());
  };
  media.interrupt = [fetcher, also = std::move(local.interrupt)] {
    fetcher->Interrupt();
    if (also) also();
  };
  return media;
}

}  // namespace prelabel
