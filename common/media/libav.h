// What the two libav adapters (video_index.cc, frame_source.cc) share: owners for libav's handles,
// opening a file, error texts. Private to common/media: nothing else includes libav.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/media/byte_source.h"

namespace prelabel::libav {

struct Closer {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Closer>;

inline std::string ErrorText(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

// Whether an error is about reaching the file rather than about what is in it.
inline bool IsMachinesTrouble(int code) {
  for (const int trouble : {ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, EIO, ESTALE, ENOMEM, EMFILE,
                            ENFILE, ETIMEDOUT, EINTR}) {
    if (code == AVERROR(trouble)) return true;
  }
  return false;
}

// As of a single picture (image_codec.cc). Decoders of a stream may be asked for more later on.
inline constexpr std::int64_t kMaxFramePixels = std::int64_t{1} << 28;

// Names of libav's demuxers (`ffmpeg -demuxers`).
inline constexpr const char* kContainers =
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,h263,vc1,av1,obu,ivf,mjpeg,gif,"
    "apng,flv,live_flv,asf,mxf,gxf,ogg,dv,nut,rm,wtv,yuv4mpegpipe,dirac,nsv,swf,wav,mp3";

// It decodes a few frames on the way.
inline int FindStreamInfo(AVFormatContext* format) {
  const unsigned streams = format->nb_streams;
  std::vector<AVDictionary*> options(streams, nullptr);
  for (AVDictionary*& entry : options) av_dict_set_int(&entry, "max_pixels", kMaxFramePixels, 0);
  const int code = avformat_find_stream_info(format, options.empty() ? nullptr : options.data());
  for (AVDictionary*& entry : options) av_dict_free(&entry);
  return code;
}

// What libav reads the bytes of a file through that is elsewhere.
class ByteReader {
 public:
  // `source` outlives it. Null where memory is short.
  static std::unique_ptr<ByteReader> Of(ByteSource& source) {
    auto reader = std::make_unique<ByteReader>(source);
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    if (buffer == nullptr) return nullptr;
    reader->context_ =
        avio_alloc_context(buffer, kBufferBytes, 0, reader.get(), &Read, nullptr, &Seek);
    if (reader->context_ == nullptr) av_free(buffer);
    return reader->context_ == nullptr ? nullptr : std::move(reader);
  }
  explicit ByteReader(ByteSource& source) : source_(source) {}
  ~ByteReader() {
    if (context_ != nullptr) av_freep(&context_->buffer);
    avio_context_free(&context_);
  }
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  AVIOContext* context() const { return context_; }

 private:
  static constexpr int kBufferBytes = 64 << 10;

  static int Read(void* opaque, std::uint8_t* buffer, int most) {
    auto& self = *static_cast<ByteReader*>(opaque);
    const Result<std::string> bytes =
        self.source_.Read(self.at_, static_cast<std::size_t>(std::max(most, 1)));
    if (!bytes) return AVERROR(EIO);
    if (bytes.value().empty()) return AVERROR_EOF;
    std::copy(bytes.value().begin(), bytes.value().end(), buffer);
    self.at_ += bytes.value().size();
    return static_cast<int>(bytes.value().size());
  }

  static std::int64_t Seek(void* opaque, std::int64_t offset, int whence) {
    auto& self = *static_cast<ByteReader*>(opaque);
    const auto size = static_cast<std::int64_t>(self.source_.size());
    if ((whence & AVSEEK_SIZE) != 0) return size;
    const int from = whence & ~AVSEEK_FORCE;
    const std::int64_t start = from == SEEK_SET   ? 0
                               : from == SEEK_CUR ? static_cast<std::int64_t>(self.at_)
                                                  : size;
    if (offset < -start || offset > std::numeric_limits<std::int64_t>::max() - start) {
      return AVERROR(EINVAL);
    }
    self.at_ = static_cast<std::uint64_t>(start + offset);
    return start + offset;
  }

  ByteSource& source_;
  std::uint64_t at_ = 0;
  AVIOContext* context_ = nullptr;
};

struct Input {
  std::unique_ptr<ByteReader> reader;  // outlives `format`; null: libav opens the file itself
  Owned<AVFormatContext> format;
  int stream = -1;
  const AVStream& Stream() const { return *format->streams[stream]; }
};

// That there is a file with something in it.
inline Result<void> CheckFile(const std::filesystem::path& path, const ByteSource* bytes) {
  const std::string name = path.string();
  if (bytes != nullptr) {
    if (bytes->size() == 0) return DataLoss("the video is empty (0 bytes)", name);
    return Ok();
  }
  std::error_code status_error;
  const auto status = std::filesystem::status(path, status_error);
  if (std::filesystem::is_directory(status)) return DataLoss("is a folder, not a video", name);
  // Reading a pipe or a device may never end.
  if (std::filesystem::is_other(status)) {
    return DataLoss("is no file but a pipe or a device", name);
  }
  if (std::filesystem::is_regular_file(status) &&
      std::filesystem::file_size(path, status_error) == 0) {
    return DataLoss("the video is empty (0 bytes)", name);
  }
  return Ok();
}

// Opens the file, or `bytes` (which outlive the input), and finds its first video stream that is no
// cover picture; other streams are not delivered.
inline Result<Input> Open(const std::filesystem::path& path, ByteSource* bytes = nullptr) {
  // What libav has to say goes into our errors; its own log would interleave with ours on stderr.
  static std::once_flag silenced;
  std::call_once(silenced, [] { av_log_set_level(AV_LOG_QUIET); });

  PRELABEL_TRY(CheckFile(path, bytes));
  const std::string name = path.string();
  Input input;
  AVFormatContext* opened = nullptr;
  if (bytes != nullptr) {
    input.reader = ByteReader::Of(*bytes);
    opened = avformat_alloc_context();
    if (input.reader == nullptr || opened == nullptr) {
      avformat_free_context(opened);
      return Unavailable("not enough memory to open the video", name);
    }
    opened->pb = input.reader->context();
  }
  // Only files, and only containers that hold their streams themselves: a playlist in a dataset
  // must not make workers fetch addresses or read other files.
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  av_dict_set(&options, "format_whitelist", kContainers, 0);
  int code = avformat_open_input(&opened, ("file:" + name).c_str(), nullptr, &options);
  av_dict_free(&options);
  if (IsMachinesTrouble(code)) {
    return Unavailable("cannot be opened: " + ErrorText(code), name);
  }
  if (code < 0) {
    return DataLoss(
        "is not a video that libav can open, or its header is cut off (" + ErrorText(code) + ")",
        name);
  }
  input.format.reset(opened);
  code = FindStreamInfo(opened);
  if (IsMachinesTrouble(code)) return Unavailable("reading failed: " + ErrorText(code), name);
  if (code < 0) return DataLoss("its streams cannot be read (" + ErrorText(code) + ")", name);
  for (unsigned i = 0; i < opened->nb_streams; ++i) {
    AVStream* stream = opened->streams[i];
    const bool wanted = input.stream < 0 && stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                        (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
    if (wanted) {
      input.stream = static_cast<int>(i);
    } else {
      stream->discard = AVDISCARD_ALL;
    }
  }
  if (input.stream < 0) return DataLoss("has no video stream", name);
  const AVCodecParameters& shape = *input.Stream().codecpar;
  if (std::int64_t{shape.width} * shape.height > kMaxFramePixels) {
    return DataLoss("its pictures have too many pixels", name);
  }
  return input;
}

inline Error NoDecoder(const AVStream& stream, const std::filesystem::path& path) {
  const std::string name = avcodec_get_name(stream.codecpar->codec_id);
  return DataLoss("no decoder for its format (" + name + ")", path.string());
}

// The next packet of the video stream that carries data. 0, AVERROR_EOF, or AVERROR(EIO) where the
// disk failed. Whatever else stops a demuxer is damage behind which nothing can be read: the end.
inline int ReadPacket(const Input& input, AVPacket* packet) {
  for (;;) {
    av_packet_unref(packet);
    const int code = av_read_frame(input.format.get(), packet);
    if (code == AVERROR(EAGAIN)) continue;
    if (code < 0) {
      const AVIOContext* io = input.format->pb;
      const bool failed = io != nullptr && io->error < 0 && io->error != AVERROR_EOF;
      return failed ? AVERROR(EIO) : AVERROR_EOF;
    }
    if (packet->stream_index == input.stream && packet->size > 0) return 0;
  }
}

// Clockwise quarter turns (0 to 3) by which players show the stream.
inline int QuarterTurns(const AVStream& stream) {
  const auto* matrix = reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (matrix == nullptr) return 0;
  const double degrees = -av_display_rotation_get(matrix);  // libav counts anticlockwise
  if (std::isnan(degrees)) return 0;
  return ((static_cast<int>(std::lround(degrees / 90.0)) % 4) + 4) % 4;
}

}  // namespace prelabel::libav
