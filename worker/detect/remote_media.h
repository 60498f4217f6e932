// Pictures from http(s) hosts beside those of the local disks.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "common/fetch/fetch_ahead.h"
#include "common/fetch/url_fetcher.h"
#include "worker/detect/media_opener.h"

namespace prelabel {

// As DecodeImage of common/media/image_codec.h.
using PictureDecoder = std::function<Result<Image>(std::string_view bytes)>;

// `local` for paths; http(s) URLs are fetched, ahead where they are expected. Anything else that
// has a scheme (file://, ftp:// …) is refused: DataLoss. Errors name URLs without their queries.
MediaOpener WithUrls(MediaOpener local, std::shared_ptr<UrlFetcher> fetcher, PictureDecoder decode,
                     FetchAhead::Options ahead);

}  // namespace prelabel
