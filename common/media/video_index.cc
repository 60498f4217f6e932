#include "common/media/video_index.h"

#include <algorithm>

#include "common/media/libav.h"

namespace prelabel {
namespace {

// VP8 has packets that only refresh a reference (RFC 6386 section 9.1: bit 4 is show_frame).
bool ShowsNothing(AVCodecID codec, const AVPacket& packet) {
  if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) return true;
  return codec == AV_CODEC_ID_VP8 && (packet.data[0] & 0x10) == 0;
}

// Decoding never goes back: timestamps that do were started again in the middle of the file.
bool DecodingGoesBack(const std::vector<VideoFrameEntry>& frames) {
  std::int64_t last = AV_NOPTS_VALUE;
  for (const VideoFrameEntry& frame : frames) {
    if (frame.dts == AV_NOPTS_VALUE) continue;
    if (last != AV_NOPTS_VALUE && frame.dts < last) return true;
    last = frame.dts;
  }
  return false;
}

// Fills in a missing pts for codecs that show pictures in the order they are coded, and a missing
// dts.
void CompleteTimestamps(AVCodecID codec, std::vector<VideoFrameEntry>& frames) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
  const bool reorders = descriptor == nullptr || (descriptor->props & AV_CODEC_PROP_REORDER) != 0;
  for (VideoFrameEntry& frame : frames) {
    if (frame.pts == AV_NOPTS_VALUE && !reorders) frame.pts = frame.dts;
    if (frame.dts == AV_NOPTS_VALUE) frame.dts = frame.pts;
  }
}

bool HaveDistinctPts(const std::vector<VideoFrameEntry>& frames) {
  std::vector<std::int64_t> pts;
  pts.reserve(frames.size());
  for (const VideoFrameEntry& frame : frames) {
    if (frame.pts == AV_NOPTS_VALUE) return false;
    pts.push_back(frame.pts);
  }
  std::sort(pts.begin(), pts.end());
  return std::adjacent_find(pts.begin(), pts.end()) == pts.end();
}

// Timestamps for frames that are counted: the decoding timestamps where they are sound, otherwise
// the stream's nominal rate.
void NumberByCount(const AVStream& stream, std::vector<VideoFrameEntry>& frames) {
  const bool sound =
      std::adjacent_find(
          frames.begin(), frames.end(), [](const VideoFrameEntry& a, const VideoFrameEntry& b) {
            return a.dts == AV_NOPTS_VALUE || b.dts == AV_NOPTS_VALUE || a.dts >= b.dts;
          }) == frames.end();
  AVRational rate = stream.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = {25, 1};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].pts =
        sound ? frames[i].dts
              : av_rescale_q(static_cast<std::int64_t>(i), av_inv_q(rate), stream.time_base);
  }
}

}  // namespace

double VideoIndex::TimestampSeconds(std::int64_t frame) const {
  const std::int64_t ticks = frames[static_cast<std::size_t>(frame)].pts - frames.front().pts;
  return static_cast<double>(ticks) * time_base_num / time_base_den;
}

double VideoIndex::FrameRate() const {
  if (frames.size() < 2) return 0;
  const double seconds = TimestampSeconds(static_cast<std::int64_t>(frames.size()) - 1);
  return seconds > 0 ? static_cast<double>(frames.size() - 1) / seconds : 0;
}

Result<VideoIndex> BuildVideoIndex(const std::filesystem::path& path) {
  PRELABEL_TRY(const libav::Input input, libav::Open(path));
  const AVStream& stream = input.Stream();
  const AVCodecID codec = stream.codecpar->codec_id;
  if (avcodec_find_decoder(codec) == nullptr) return libav::NoDecoder(stream, path);
  VideoIndex index;
  index.width = stream.codecpar->width;
  index.height = stream.codecpar->height;
  if (libav::QuarterTurns(stream) % 2 == 1) std::swap(index.width, index.height);
  index.time_base_num = stream.time_base.num;
  index.time_base_den = stream.time_base.den;
  index.header_frames = stream.nb_frames;

  const libav::Owned<AVPacket> packet(av_packet_alloc());
  std::int64_t packets = 0;
  for (;; ++packets) {
    const int code = libav::ReadPacket(input, packet.get());
    if (code == AVERROR_EOF) break;
    if (code < 0) {
      return Unavailable("reading failed: " + libav::ErrorText(code), path.string());
    }
    if ((packet->flags & AV_PKT_FLAG_DISCARD) != 0) ++index.edited_out;
    if (ShowsNothing(codec, *packet)) continue;
    index.frames.push_back({.pts = packet->pts,
                            .dts = packet->dts,
                            .decode_index = packets,
                            .bytes = packet->size,
                            .keyframe = (packet->flags & AV_PKT_FLAG_KEY) != 0});
  }
  if (index.frames.empty()) return DataLoss("has no frame", path.string());
  if (index.width <= 0 || index.height <= 0) {
    return DataLoss("the size of its pictures is unknown or too large", path.string());
  }
  const bool goes_back = DecodingGoesBack(index.frames);
  CompleteTimestamps(codec, index.frames);
  index.by_count = goes_back || !HaveDistinctPts(index.frames);
  if (index.by_count) {
    NumberByCount(stream, index.frames);
  } else {
    std::sort(index.frames.begin(), index.frames.end(),
              [](const VideoFrameEntry& a, const VideoFrameEntry& b) { return a.pts < b.pts; });
  }
  return index;
}

}  // namespace prelabel
