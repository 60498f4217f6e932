// How a lane gets at pixels: the decoders as functions, so that the pipeline links none of them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/media/frame_source.h"
#include "common/media/image.h"
#include "common/media/region_reader.h"

namespace prelabel {

// Called on the lane's decode thread, unless they say otherwise.
struct MediaOpener {
  // As ReadImage and ResizeStretch of common/media/image_codec.h.
  std::function<Result<Image>(const std::filesystem::path&)> read_image;
  std::function<Image(const Image&, int width, int height)> resize;
  // As OpenRegions of common/media/region_reader.h. For images that are looked at in tiles.
  RegionOpener open_regions;
  // Indexes and opens a video.
  std::function<Result<std::unique_ptr<FrameSource>>(const std::filesystem::path&)> open_video;

  // May be null. Called when a task is submitted, on any thread, with its paths: starts to get what
  // read_image would have to wait for. Does not wait; when the token is gone, nobody wants it.
  std::function<std::shared_ptr<void>(const std::vector<std::string>& paths)> get_ahead{};
  // May be null. Reads that wait for something far away end soon, Unavailable. Any thread.
  std::function<void()> interrupt{};
};

}  // namespace prelabel
