// How a lane gets at pixels: the decoders as functions, so that the pipeline links none of them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "common/base/result.h"
#include "common/media/frame_source.h"
#include "common/media/image.h"

namespace prelabel {

// All are called on the lane's decode thread.
struct MediaOpener {
  // As ReadImage and ResizeStretch of common/media/image_codec.h.
  std::function<Result<Image>(const std::filesystem::path&)> read_image;
  std::function<Image(const Image&, int width, int height)> resize;
  // Indexes and opens a video.
  std::function<Result<std::unique_ptr<FrameSource>>(const std::filesystem::path&)> open_video;
};

}  // namespace prelabel
