// Pictures and videos that the coordinator reads: for workers that see none of its disks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/fetch/fetch_ahead.h"
#include "common/media/byte_source.h"
#include "worker/detect/media_opener.h"
#include "worker/stream/file_client.h"

namespace prelabel {

// As DecodeImage, ResizeStretch, OpenRegionsOf and OpenVideo of common/media.
struct StreamDecoders {
  std::function<Result<Image>(std::string_view bytes)> decode;
  std::function<Image(const Image&, int width, int height)> resize;
  std::function<Result<std::unique_ptr<RegionReader>>(std::string bytes)> open_regions;
  std::function<Result<std::unique_ptr<FrameSource>>(const std::filesystem::path& path, VideoIndex,
                                                     std::unique_ptr<ByteSource>)>
      open_video;
};

// Paths and members of archives as an Assignment has them; pictures come ahead where they are
// expected. Of videos the index comes from the coordinator and only the parts that are decoded.
// Errors name paths as those of local files do.
MediaOpener StreamMedia(std::shared_ptr<FileClient> client, StreamDecoders decoders,
                        FetchAhead::Options ahead);

}  // namespace prelabel
