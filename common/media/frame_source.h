// Frames of a video by index. A source keeps its decoder's position: reading forward costs decoding
// alone, reading elsewhere seeks to the decoder keyframe before and drops the lead-in, or decodes
// from the start where a file cannot be sought in or marks keyframes wrongly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "common/base/result.h"
#include "common/media/byte_source.h"
#include "common/media/image.h"
#include "common/media/video_index.h"

namespace prelabel {

// Not thread-safe; one source belongs to one thread.
class FrameSource {
 public:
  virtual ~FrameSource() = default;

  virtual std::int64_t FrameCount() const = 0;

  // Any frame in [0, FrameCount()), in any order; byte-identical to sequential decoding.
  // DataLoss: this frame is damaged or missing; others may still be readable.
  // Unavailable: the disk failed; try again. InvalidArgument: no such frame.
  virtual Result<Image> Read(std::int64_t frame) = 0;
};

// Opens a video over its index (libavcodec, one thread; libswscale to BGR with the settings of
// OpenCV's VideoCapture, so that pixels equal what cv2 reads; the container's rotation by quarter
// turns is applied as players do). DataLoss: no video stream, or no decoder for it.
// Unavailable: the file cannot be opened.
Result<std::unique_ptr<FrameSource>> OpenVideo(const std::filesystem::path& path, VideoIndex index);

// The same of bytes that are elsewhere; `path` is what messages call them, and its extension counts
// as that of a file does. Of a long file only the parts that frames need are read.
Result<std::unique_ptr<FrameSource>> OpenVideo(const std::filesystem::path& path, VideoIndex index,
                                               std::unique_ptr<ByteSource> bytes);

}  // namespace prelabel
