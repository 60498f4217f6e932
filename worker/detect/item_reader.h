// Reads the items of detect tasks. Keeps the decoders of the last two videos and of the last tiled
// image open, so that shards which follow each other need not start anew. Not thread-safe; it
// belongs to the decode thread.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/media/frame_source.h"
#include "common/media/image.h"
#include "common/wire/task.h"
#include "worker/detect/media_opener.h"

namespace prelabel {

class ItemReader {
 public:
  explicit ItemReader(MediaOpener media) : media_(std::move(media)) {}

  // Before the reads of a task: opens its video. That a video cannot be opened is the error of each
  // of its reads; the next task tries again.
  void Begin(const Assignment& assignment);

  // The task's video cannot be opened: no item is to blame.
  bool VideoFailed() const { return video_failure_.has_value(); }

  // Item `position` of the task last begun. The error's context is never empty: the path.
  Result<Image> Read(const Assignment& assignment, std::uint32_t position);

 private:
  struct OpenedVideo {
    std::string path;
    std::unique_ptr<FrameSource> frames;
    bool failed = false;  // by the disk or the memory: to be opened anew
  };

  Result<Image> ReadUnnamed(const Assignment& assignment, std::uint32_t position);
  Result<Image> ReadTile(const std::string& path, const ImageTile& tile);

  MediaOpener media_;
  std::list<OpenedVideo> videos_;       // the most recently used first
  std::optional<Error> video_failure_;  // of the task last begun
  std::string tiled_path_;
  std::unique_ptr<RegionReader> tiled_;  // of tiled_path_; null after a failure
};

// The paths that are read as pictures: those of videos and of images in tiles are opened instead.
std::vector<std::string> PicturesOf(const Assignment& assignment);

// The item's index within its source.
inline std::uint64_t ItemIndex(const Task& task, std::uint32_t position) {
  return task.first + static_cast<std::uint64_t>(position) * task.stride;
}

}  // namespace prelabel
