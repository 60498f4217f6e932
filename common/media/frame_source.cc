#include "common/media/frame_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "common/media/decoding_cost.h"
#include "common/media/libav.h"

namespace prelabel {
namespace {

constexpr std::int64_t kNone = -1;

// Some containers mark packets as keyframes that are none: of an AVI whose index was cut off
// every packet. After so many bad starts the marks of a video are not believed any more; trying
// all of them would decode the same frames again and again.
constexpr int kBadStarts = 4;

// Converts pictures to packed BGR. SWS_BICUBIC and default colour tables are what OpenCV's
// VideoCapture asks of swscale.
class BgrConverter {
 public:
  // width × height before the rotation.
  BgrConverter(int width, int height, int quarter_turns)
      : width_(width), height_(height), quarter_turns_(quarter_turns) {}

  Result<Image> Convert(const AVFrame& frame) {
    context_.reset(sws_getCachedContext(context_.release(), frame.width, frame.height,
                                        static_cast<AVPixelFormat>(frame.format), width_, height_,
                                        AV_PIX_FMT_BGR24, SWS_BICUBIC, nullptr, nullptr, nullptr));
    if (context_ == nullptr) return DataLoss("its pixel format cannot be converted to BGR");
    // swscale's vector code may write past a row's end: rows of whole vectors can be written in
    // place, others go through a padded buffer.
    const std::size_t row = static_cast<std::size_t>(width_) * 3;
    const std::size_t padded = (row + 63) / 64 * 64;
    Image image;
    image.width = width_;
    image.height = height_;
    image.bgr.resize(row * static_cast<std::size_t>(height_));
    if (padded == row) {
      Scale(frame, image.bgr.data(), row);
    } else {
      padded_.resize(padded * static_cast<std::size_t>(height_) + 64);
      Scale(frame, padded_.data(), padded);
      for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
        std::memcpy(image.bgr.data() + y * row, padded_.data() + y * padded, row);
      }
    }
    for (int i = 0; i < quarter_turns_; ++i) image = TurnClockwise(image);
    return image;
  }

 private:
  void Scale(const AVFrame& frame, std::uint8_t* out, std::size_t stride) {
    std::uint8_t* const planes[4] = {out, nullptr, nullptr, nullptr};
    const int strides[4] = {static_cast<int>(stride), 0, 0, 0};
    sws_scale(context_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
  }

  static Image TurnClockwise(const Image& image) {
    Image turned;
    turned.width = image.height;
    turned.height = image.width;
    turned.bgr.resize(image.bgr.size());
    const std::size_t width = static_cast<std::size_t>(image.width);
    const std::size_t height = static_cast<std::size_t>(image.height);
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < width; ++x) {
        std::memcpy(&turned.bgr[(x * height + height - 1 - y) * 3], &image.bgr[(y * width + x) * 3],
                    3);
      }
    }
    return turned;
  }

  int width_;
  int height_;
  int quarter_turns_;
  libav::Owned<SwsContext> context_;
  std::vector<std::uint8_t> padded_;
};

// Pictures carry the decode index of the packet they came from instead of the container's
// timestamp: every decoder hands a packet's pts on to its picture, whatever the container does.
class LibavFrameSource final : public FrameSource {
 public:
  // `bytes`: null where the file is at `path`.
  LibavFrameSource(std::filesystem::path path, VideoIndex index, std::unique_ptr<ByteSource> bytes)
      : path_(std::move(path)), index_(std::move(index)), bytes_(std::move(bytes)) {
    std::int64_t last = 0;
    for (const VideoFrameEntry& frame : index_.frames) last = std::max(last, frame.decode_index);
    frame_of_packet_.assign(static_cast<std::size_t>(last) + 1, kNone);
    for (std::size_t i = 0; i < index_.frames.size(); ++i) {
      const VideoFrameEntry& entry = index_.frames[i];
      frame_of_packet_[static_cast<std::size_t>(entry.decode_index)] = static_cast<std::int64_t>(i);
      if (entry.keyframe) keyframes_.push_back(static_cast<std::int64_t>(i));
    }
  }

  // Opens at the start of the stream; also the way back to the start.
  Result<void> Open();

  std::int64_t FrameCount() const override {
    return static_cast<std::int64_t>(index_.frames.size());
  }
  Result<Image> Read(std::int64_t frame) override;

  std::int64_t DecodedPackets() const { return decoded_packets_; }

 private:
  const VideoFrameEntry& Entry(std::int64_t frame) const {
    return index_.frames[static_cast<std::size_t>(frame)];
  }
  // The last keyframe from which `frame` can be decoded; kNone stands for the start of the stream.
  std::int64_t KeyframeFor(std::int64_t frame) const;
  // Moves to a keyframe, or to the start where that fails.
  Result<void> MoveTo(std::int64_t keyframe);
  bool SeekTo(std::int64_t keyframe, std::int64_t timestamp);
  void ForgetPictures();
  // The keyframe where decoding started is not started from again.
  void GiveUpStart();
  // Moves and decodes until it is decided what becomes of `frame`.
  Result<void> Find(std::int64_t frame);
  // Decodes until the picture of `frame` or a later one is at hand, or nothing is left.
  Result<void> AdvanceTo(std::int64_t frame);
  Result<bool> DecodeOne();
  Result<bool> SendPacket();
  void NoteLost(std::int64_t packet);
  std::string Undecodable(std::int64_t packet) const;
  Error NoMemory() const;
  Error Damaged(std::int64_t frame, const std::string& why) const;

  std::filesystem::path path_;
  VideoIndex index_;
  std::unique_ptr<ByteSource> bytes_;
  std::vector<std::int64_t> frame_of_packet_;  // by decode index; kNone: shows nothing
  // Frame numbers, ascending, of the keyframes to start from. None are left where seeking fails or
  // the marks are wrong: then decoding goes on from where it is or begins at the start.
  std::vector<std::int64_t> keyframes_;

  libav::Input input_;
  libav::Owned<AVCodecContext> decoder_;
  libav::Owned<AVPacket> packet_{av_packet_alloc()};
  libav::Owned<AVFrame> picture_{av_frame_alloc()};
  std::optional<BgrConverter> converter_;

  std::int64_t decoded_packets_ = 0;  // in all
  int bad_starts_ = 0;                // in all
  std::int64_t start_packet_ = 0;     // where decoding started
  bool clean_start_ = true;           // it started at 0, or the keyframe there was sound
  std::int64_t next_packet_ = 0;      // decode index of the next packet
  bool packet_held_ = false;          // packet_ was read by a seek and not yet sent
  bool drained_ = false;              // no more pictures will come
  std::int64_t counted_ = 0;          // pictures since the start, for indexes by count
  std::int64_t shown_ = kNone;        // frame number of picture_
  std::int64_t before_ = kNone;       // frame number of the picture before picture_
  std::int64_t floor_ = 0;            // pictures of frames below lean on what was not decoded
  std::map<std::int64_t, std::string> damage_;  // by frame, since the start; what happened to it
};

Result<void> LibavFrameSource::Open() {
  decoder_.reset();
  input_.format.reset();  // before another begins to read the same bytes
  PRELABEL_TRY(auto input, libav::Open(path_, bytes_.get()));
  input_ = std::move(input);
  const AVStream& stream = input_.Stream();
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr) return libav::NoDecoder(stream, path_);
  decoder_.reset(avcodec_alloc_context3(codec));
  int code = decoder_ == nullptr ? AVERROR(ENOMEM)
                                 : avcodec_parameters_to_context(decoder_.get(), stream.codecpar);
  if (code >= 0) {
    decoder_->max_pixels = libav::kMaxFramePixels;
    decoder_->thread_count = 1;  // the worker's slots are the parallelism
    code = avcodec_open2(decoder_.get(), codec, nullptr);
  }
  if (code < 0) {
    return DataLoss("its decoder does not start (" + libav::ErrorText(code) + ")", path_.string());
  }
  floor_ = 0;
  const int turns = libav::QuarterTurns(stream);
  int width = index_.width;
  int height = index_.height;
  if (turns % 2 == 1) std::swap(width, height);
  if (!converter_) converter_.emplace(width, height, turns);
  ForgetPictures();
  start_packet_ = 0;
  next_packet_ = 0;
  clean_start_ = true;
  return Ok();
}

void LibavFrameSource::ForgetPictures() {
  av_packet_unref(packet_.get());
  av_frame_unref(picture_.get());
  packet_held_ = false;
  drained_ = false;
  counted_ = 0;
  shown_ = kNone;
  before_ = kNone;
  damage_.clear();
}

Error LibavFrameSource::Damaged(std::int64_t frame, const std::string& why) const {
  return DataLoss(fmt::format("frame {} is damaged: {}", frame, why), path_.string());
}

Error LibavFrameSource::NoMemory() const {
  return Unavailable("not enough memory to decode the video", path_.string());
}

std::int64_t LibavFrameSource::KeyframeFor(std::int64_t frame) const {
  if (index_.by_count) return kNone;
  auto it = std::upper_bound(keyframes_.begin(), keyframes_.end(), frame);
  while (it != keyframes_.begin()) {
    --it;
    const std::int64_t packet = Entry(*it).decode_index;
    if (packet <= Entry(frame).decode_index) return packet == 0 ? kNone : *it;
  }
  return kNone;
}

bool LibavFrameSource::SeekTo(std::int64_t keyframe, std::int64_t timestamp) {
  const std::int64_t target = Entry(keyframe).decode_index;
  if (av_seek_frame(input_.format.get(), input_.stream, timestamp, AVSEEK_FLAG_BACKWARD) < 0) {
    return false;
  }
  // Where the demuxer landed is told by the packets themselves; one cut in two by the seek matches
  // no entry and is dropped.
  std::int64_t at = kNone;
  while (libav::ReadPacket(input_, packet_.get()) == 0) {
    if (at == kNone) {
      const std::int64_t time = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
      const auto it = std::lower_bound(
          index_.frames.begin(), index_.frames.end(), time,
          [](const VideoFrameEntry& entry, std::int64_t pts) { return entry.pts < pts; });
      if (it == index_.frames.end() || it->pts != time || it->bytes != packet_->size) continue;
      at = it->decode_index;
    }
    if (at > target) return false;
    if (at == target) return packet_->size == Entry(keyframe).bytes;
    ++at;
  }
  return false;
}

Result<void> LibavFrameSource::MoveTo(std::int64_t keyframe) {
  if (keyframe != kNone) {
    const VideoFrameEntry& entry = Entry(keyframe);
    ForgetPictures();
    // Containers are indexed by one timestamp or the other; the earlier one is safe in both.
    if (SeekTo(keyframe, entry.pts) || SeekTo(keyframe, std::min(entry.dts, entry.pts))) {
      avcodec_flush_buffers(decoder_.get());
      packet_held_ = true;
      next_packet_ = start_packet_ = entry.decode_index;
      clean_start_ = false;
      floor_ = keyframe;
      return Ok();
    }
    keyframes_.clear();  // it will fail for others too: do not go back to the start for each frame
  }
  return Open();
}

// One text for all that decoders do with bad data: whether they refuse it, leave it out or show it
// with errors may depend on where decoding began, and messages must not.
std::string LibavFrameSource::Undecodable(std::int64_t packet) const {
  std::string why = "it, or a picture that it builds upon, cannot be decoded without errors";
  if (packet + 1 == static_cast<std::int64_t>(frame_of_packet_.size())) {
    why += "; it is the last in the file, so the recording may have been cut off";
  }
  return why;
}

// Where frames are counted, a packet that failed takes the next number.
void LibavFrameSource::NoteLost(std::int64_t packet) {
  const std::int64_t frame =
      index_.by_count ? counted_++ : frame_of_packet_[static_cast<std::size_t>(packet)];
  if (frame != kNone) damage_.emplace(frame, Undecodable(packet));
}

// Sends the next packet, or the end. False where the end was already sent.
Result<bool> LibavFrameSource::SendPacket() {
  if (drained_) return false;
  if (!packet_held_) {
    const int code = libav::ReadPacket(input_, packet_.get());
    if (code == AVERROR(EIO)) {
      return Unavailable("reading failed: " + libav::ErrorText(code), path_.string());
    }
    // A file that grew since it was indexed ends where the index does.
    if (code < 0 || next_packet_ >= static_cast<std::int64_t>(frame_of_packet_.size())) {
      drained_ = true;
      avcodec_send_packet(decoder_.get(), nullptr);
      return true;
    }
  }
  packet_held_ = false;
  ++decoded_packets_;
  const std::int64_t number = next_packet_++;
  if ((packet_->flags & AV_PKT_FLAG_CORRUPT) != 0) {
    const bool last = next_packet_ == static_cast<std::int64_t>(frame_of_packet_.size());
    const std::int64_t frame =
        index_.by_count ? number : frame_of_packet_[static_cast<std::size_t>(number)];
    damage_.emplace(frame, last ? "the file ends in the middle of it; the recording was cut off or "
                                  "the copy is incomplete"
                                : "its data is incomplete in the file");
  }
  packet_->pts = packet_->dts = number;
  const int code = avcodec_send_packet(decoder_.get(), packet_.get());
  if (code == AVERROR(ENOMEM)) return NoMemory();
  if (code < 0 && code != AVERROR(EAGAIN)) {
    NoteLost(number);
  }
  return true;
}

// Puts the next picture into picture_; false where there is none left.
Result<bool> LibavFrameSource::DecodeOne() {
  for (;;) {
    const int code = avcodec_receive_frame(decoder_.get(), picture_.get());
    if (code == AVERROR_EOF) return false;
    if (code == AVERROR(EAGAIN)) {
      PRELABEL_TRY(const bool more, SendPacket());
      if (!more) return false;
      continue;
    }
    if (code < 0) {
      if (code == AVERROR(ENOMEM)) return NoMemory();
      if (drained_) return false;
      NoteLost(next_packet_ - 1);
      continue;
    }
    const std::int64_t packet = picture_->pts;
    if (packet < 0 || packet >= static_cast<std::int64_t>(frame_of_packet_.size())) continue;
    const std::int64_t frame =
        index_.by_count ? counted_++ : frame_of_packet_[static_cast<std::size_t>(packet)];
    if (frame == kNone || frame >= FrameCount()) continue;
    if (picture_->decode_error_flags != 0 || (picture_->flags & AV_FRAME_FLAG_CORRUPT) != 0) {
      damage_.emplace(frame, Undecodable(packet));
    }
    if (packet == start_packet_ && start_packet_ != 0) {
      clean_start_ = picture_->key_frame == 1 && !damage_.contains(frame);
    }
    before_ = shown_;
    shown_ = frame;
    return true;
  }
}

Result<void> LibavFrameSource::AdvanceTo(std::int64_t frame) {
  while (shown_ < frame) {
    PRELABEL_TRY(const bool more, DecodeOne());
    if (!more) {
      // Nothing follows: every later frame is missing.
      before_ = shown_;
      shown_ = FrameCount();
    }
  }
  return Ok();
}

void LibavFrameSource::GiveUpStart() {
  if (++bad_starts_ < kBadStarts) {
    std::erase(keyframes_, floor_);
  } else {
    keyframes_.clear();
  }
}

Result<void> LibavFrameSource::Find(std::int64_t frame) {
  if (decoder_ == nullptr) {
    PRELABEL_TRY(Open());
  }
  const bool passed = frame < floor_ || frame <= before_;
  const std::int64_t keyframe = KeyframeFor(frame);
  const bool ahead = keyframe != kNone && Entry(keyframe).decode_index > next_packet_;
  if (passed || ahead) {
    PRELABEL_TRY(MoveTo(keyframe));
  }
  PRELABEL_TRY(AdvanceTo(frame));
  // A keyframe that turns out to be damaged, or none, is no place to start: what a decoder makes of
  // the frames behind it depends on those before. Go back until the start is sound.
  while (!clean_start_) {
    GiveUpStart();
    PRELABEL_TRY(MoveTo(KeyframeFor(frame)));
    PRELABEL_TRY(AdvanceTo(frame));
  }
  return Ok();
}

Result<Image> LibavFrameSource::Read(std::int64_t frame) {
  if (frame < 0 || frame >= FrameCount()) {
    return InvalidArgument(fmt::format("there is no frame {}: the video has {} (0 to {})", frame,
                                       FrameCount(), FrameCount() - 1),
                           path_.string());
  }
  if (const auto found = Find(frame); found.has_error()) {
    decoder_.reset();  // its state is unknown: the next call opens the file again
    return found.error();
  }
  if (const auto it = damage_.find(frame); it != damage_.end()) return Damaged(frame, it->second);
  if (shown_ != frame) return Damaged(frame, Undecodable(Entry(frame).decode_index));
  Result<Image> image = converter_->Convert(*picture_);
  if (image.has_error()) return Damaged(frame, image.error().message);
  return image;
}

}  // namespace

Result<std::unique_ptr<FrameSource>> OpenVideo(const std::filesystem::path& path,
                                               VideoIndex index) {
  return OpenVideo(path, std::move(index), nullptr);
}

Result<std::unique_ptr<FrameSource>> OpenVideo(const std::filesystem::path& path, VideoIndex index,
                                               std::unique_ptr<ByteSource> bytes) {
  if (index.frames.empty()) return InvalidArgument("the index has no frames", path.string());
  auto source = std::make_unique<LibavFrameSource>(path, std::move(index), std::move(bytes));
  PRELABEL_TRY(source->Open());
  return std::unique_ptr<FrameSource>(std::move(source));
}

std::int64_t DecodedPackets(const FrameSource& source) {
  const auto* video = dynamic_cast<const LibavFrameSource*>(&source);
  return video == nullptr ? 0 : video->DecodedPackets();
}

}  // namespace prelabel
