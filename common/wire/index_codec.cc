#include <limits>

#include "common/wire/codec.h"
#include "common/wire/codec_parts.h"

namespace prelabel {
namespace {

// Timestamps may be anything: sums wrap around, and differences back.
std::int64_t Plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t Minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

std::string EncodeVideoIndex(const VideoIndex& index) {
  wire::VideoIndex out;
  out.set_width(static_cast<std::uint32_t>(index.width));
  out.set_height(static_cast<std::uint32_t>(index.height));
  out.set_time_base_num(static_cast<std::uint32_t>(index.time_base_num));
  out.set_time_base_den(static_cast<std::uint32_t>(index.time_base_den));
  out.set_by_count(index.by_count);
  std::int64_t pts = 0;
  std::int64_t keyframe = 0;
  for (std::size_t i = 0; i < index.frames.size(); ++i) {
    const VideoFrameEntry& frame = index.frames[i];
    const auto number = static_cast<std::int64_t>(i);
    out.add_pts_steps(Minus(frame.pts, pts));
    out.add_dts(Minus(frame.dts, frame.pts));
    out.add_packets(frame.decode_index - number);
    out.add_bytes(static_cast<std::uint32_t>(frame.bytes));
    if (frame.keyframe) {
      out.add_keyframe_steps(number - keyframe);
      keyframe = number;
    }
    pts = frame.pts;
  }
  return out.SerializeAsString();
}

Result<VideoIndex> DecodeVideoIndex(std::string_view bytes) {
  wire::VideoIndex in;
  PRELABEL_TRY(Parse(in, WireRoot::kVideoIndex, bytes));
  const int frames = in.pts_steps_size();
  if (in.dts_size() != frames || in.packets_size() != frames || in.bytes_size() != frames) {
    return Malformed("lists of a video's index differ in length");
  }
  constexpr std::uint32_t kMostTimeBase = std::numeric_limits<std::int32_t>::max();
  if (in.width() > kMaxImageSide || in.height() > kMaxImageSide || in.time_base_num() == 0 ||
      in.time_base_den() == 0 || in.time_base_num() > kMostTimeBase ||
      in.time_base_den() > kMostTimeBase) {
    return Malformed("a video's index is out of range");
  }
  VideoIndex index;
  index.width = static_cast<int>(in.width());
  index.height = static_cast<int>(in.height());
  index.time_base_num = static_cast<int>(in.time_base_num());
  index.time_base_den = static_cast<int>(in.time_base_den());
  index.by_count = in.by_count();
  index.frames.resize(static_cast<std::size_t>(frames));
  std::int64_t pts = 0;
  for (int i = 0; i < frames; ++i) {
    VideoFrameEntry& frame = index.frames[static_cast<std::size_t>(i)];
    const std::int64_t next = Plus(pts, in.pts_steps(i));
    if (i > 0 && next < pts) return Malformed("frames of a video's index do not ascend");
    frame.pts = pts = next;
    frame.dts = Plus(pts, in.dts(i));
    const std::int64_t step = in.packets(i);
    if (step < -i || step > kMaxPackets - i ||
        in.bytes(i) > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max())) {
      return Malformed("a packet of a video's index is out of range");
    }
    frame.decode_index = i + step;
    frame.bytes = static_cast<std::int32_t>(in.bytes(i));
  }
  PRELABEL_TRY(const std::vector<std::int64_t> keyframes, UnpackSteps(in.keyframe_steps()));
  for (const std::int64_t keyframe : keyframes) {
    if (keyframe >= frames) return Malformed("a keyframe of a video's index is none of its frames");
    index.frames[static_cast<std::size_t>(keyframe)].keyframe = true;
  }
  return index;
}

}  // namespace prelabel
