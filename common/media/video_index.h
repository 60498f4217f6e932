// The index of a video: every frame by presentation order, from demuxing alone (libavformat).
// Container headers and VideoCapture seeks are wrong too often to be believed. Pure value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct VideoFrameEntry {
  std::int64_t pts = 0;  // presentation timestamp in time_base units
  std::int64_t dts = 0;  // decoding timestamp, what most containers seek by; pts where absent
  std::int64_t decode_index = 0;  // position of its packet in the stream
  std::int32_t bytes = 0;         // of its packet: tells packets apart after a seek
  bool keyframe = false;          // its packet is a decoder keyframe (random access point)
};

struct VideoIndex {
  int width = 0;
  int height = 0;
  int time_base_num = 1;
  int time_base_den = 1;
  std::int64_t header_frames = 0;  // what the container claims; 0 where it claims nothing
  std::int64_t edited_out = 0;     // packets that its edit list hides; not in `frames`
  // The container does not say in which order pictures are shown (AVI with B-frames, timestamps
  // that start again). Frames are then numbered as the decoder gives them out, timestamps are the
  // sorted decoding timestamps or the nominal rate's, and random access decodes from the start.
  bool by_count = false;
  std::vector<VideoFrameEntry> frames;  // ascending pts; frame index = position here, 0-based

  // Seconds from the first frame's presentation.
  double TimestampSeconds(std::int64_t frame) const;
  // Mean rate over the video, frames a second; 0 for fewer than two frames.
  double FrameRate() const;
};

// Reads every packet of the first video stream (cover pictures aside) and decodes none of them. A
// packet cut off by the end of the file counts: reading that frame says that it is damaged. Packets
// that show no picture (empty ones, those before an edit list's start, hidden VP8 ones) do not
// count. DataLoss: no video, no video stream, no decoder for it, or not one packet. Unavailable:
// the file cannot be opened, or reading failed.
Result<VideoIndex> BuildVideoIndex(const std::filesystem::path& path);

}  // namespace prelabel
