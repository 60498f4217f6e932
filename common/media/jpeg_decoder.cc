#include "common/media/jpeg_decoder.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// jpeglib.h needs <cstddef> and <cstdio>.
#include <jerror.h>
#include <jpeglib.h>

#include "common/media/exif_orientation.h"
#include "common/media/picture_rows.h"

namespace prelabel {
namespace {

// What libjpeg calls back with. Its error exit must not return, so it jumps; everything that owns
// memory lives outside the jumped-over frame.
struct Decoder {
  jpeg_decompress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  std::jmp_buf escape = {};
  jpeg_source_mgr source = {};
  jpeg_progress_mgr progress = {};
  bool ran_out = false;  // libjpeg asked for bytes behind the file's end
  bool damaged = false;  // by a warning that means lost pixels; `text` says which
  std::string text;
  DecodedJpeg result;
  std::vector<std::uint8_t> row;  // of a CMYK picture
  bool too_large = false;

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }
};

Decoder& Self(j_common_ptr common) { return *static_cast<Decoder*>(common->client_data); }

std::string Describe(j_common_ptr common) {
  char text[JMSG_LENGTH_MAX] = {};
  common->err->format_message(common, text);
  return text;
}

[[noreturn]] void ErrorExit(j_common_ptr common) {
  Decoder& self = Self(common);
  self.text = Describe(common);
  std::longjmp(self.escape, 1);
}

void EmitMessage(j_common_ptr common, int level) {
  if (level >= 0) return;  // a trace
  Decoder& self = Self(common);
  const int code = common->err->msg_code;
  ++common->err->num_warnings;
  const bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR ||
                        code == JWRN_ADOBE_XFORM || code == JWRN_BOGUS_PROGRESSION ||
                        code == JWRN_TOO_MUCH_DATA;
  if (harmless || self.damaged) return;
  self.damaged = true;
  self.text = Describe(common);
}

// A progressive picture has ten scans or so. A small file may have thousands, each of which costs
// as much as the whole picture.
void CheckScans(j_common_ptr common) {
  constexpr int kMostScans = 500;
  if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number <= kMostScans) return;
  Decoder& self = Self(common);
  self.text = "it has more than 500 scans";
  std::longjmp(self.escape, 1);
}

// Behind the file's end stands an end marker, without the warning that libjpeg's own source gives:
// the entropy decoder reads ahead, so that warning also comes where nothing but the marker lacks.
boolean GiveEndMarker(j_decompress_ptr jpeg) {
  static constexpr JOCTET kEnd[2] = {0xFF, JPEG_EOI};
  Self(reinterpret_cast<j_common_ptr>(jpeg)).ran_out = true;
  jpeg->src->next_input_byte = kEnd;
  jpeg->src->bytes_in_buffer = 2;
  return TRUE;
}

void Skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  jpeg_source_mgr& source = *jpeg->src;
  if (static_cast<std::size_t>(count) > source.bytes_in_buffer) {
    GiveEndMarker(jpeg);
    return;
  }
  source.next_input_byte += count;
  source.bytes_in_buffer -= static_cast<std::size_t>(count);
}

void Nothing(j_decompress_ptr /*jpeg*/) {}

void CmykToBgr(const std::uint8_t* cmyk, std::uint8_t* bgr, int width) {
  for (int x = 0; x < width; ++x, cmyk += 4, bgr += 3) {
    // Adobe stores CMYK inverted; OpenCV's formula (icvCvt_CMYK2BGR_8u_C4C3R).
    const int k = cmyk[3];
    bgr[0] = static_cast<std::uint8_t>(k - ((255 - cmyk[2]) * k >> 8));
    bgr[1] = static_cast<std::uint8_t>(k - ((255 - cmyk[1]) * k >> 8));
    bgr[2] = static_cast<std::uint8_t>(k - ((255 - cmyk[0]) * k >> 8));
  }
}

// Up to the first row. False where there are too many pixels. No object here and in what follows
// may have a destructor: ErrorExit jumps out.
bool ReadHeader(Decoder& self, const std::uint8_t* data, std::size_t size,
                std::uint64_t max_pixels) {
  jpeg_decompress_struct& jpeg = self.jpeg;
  jpeg_create_decompress(&jpeg);
  self.source = {.next_input_byte = data,
                 .bytes_in_buffer = size,
                 .init_source = Nothing,
                 .fill_input_buffer = GiveEndMarker,
                 .skip_input_data = Skip,
                 .resync_to_restart = jpeg_resync_to_restart,
                 .term_source = Nothing};
  jpeg.src = &self.source;
  self.progress.progress_monitor = CheckScans;
  jpeg.progress = &self.progress;
  jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&jpeg, TRUE);
  if (std::uint64_t{jpeg.image_width} * jpeg.image_height > max_pixels) {
    self.too_large = true;
    return false;
  }
  // Now: finishing frees the list.
  for (const jpeg_marker_struct* m = jpeg.marker_list; m != nullptr; m = m->next) {
    if (m->marker != JPEG_APP0 + 1) continue;
    // Other data stands in such segments, too.
    if (m->data_length < 4 || std::memcmp(m->data, "Exif", 4) != 0) continue;
    const int orientation = ExifOrientation({m->data, m->data_length});
    if (orientation != 1) self.result.orientation = orientation;
  }
  return true;
}

bool IsCmyk(const Decoder& self) { return self.jpeg.num_components == 4; }

void Start(Decoder& self) {
  jpeg_decompress_struct& jpeg = self.jpeg;
  jpeg.out_color_space = IsCmyk(self) ? JCS_CMYK : JCS_EXT_BGR;
  jpeg_start_decompress(&jpeg);
  if (IsCmyk(self)) self.row.resize(std::size_t{jpeg.output_width} * 4);
}

void ReadRow(Decoder& self, std::uint8_t* out) {
  const bool cmyk = IsCmyk(self);
  JSAMPROW row = cmyk ? self.row.data() : out;
  jpeg_read_scanlines(&self.jpeg, &row, 1);
  if (cmyk) CmykToBgr(self.row.data(), out, static_cast<int>(self.jpeg.output_width));
}

// False where libjpeg gave up.
bool Run(Decoder& self, const std::uint8_t* data, std::size_t size, std::uint64_t max_pixels) {
  jpeg_decompress_struct& jpeg = self.jpeg;
  if (setjmp(self.escape) != 0) return false;
  if (!ReadHeader(self, data, size, max_pixels)) return false;
  Start(self);
  Image& image = self.result.image;
  image.width = static_cast<int>(jpeg.output_width);
  image.height = static_cast<int>(jpeg.output_height);
  const std::size_t stride = std::size_t{jpeg.output_width} * 3;
  image.bgr.resize(stride * jpeg.output_height);
  // Rows that a truncated file lacks cost as much as real ones: stop at the first damage.
  while (jpeg.output_scanline < jpeg.output_height && !self.damaged) {
    ReadRow(self, image.bgr.data() + jpeg.output_scanline * stride);
  }
  if (self.damaged) return true;
  // A progressive picture whose later scans lack decodes, blurred, without any warning.
  if (self.ran_out && jpeg_has_multiple_scans(&jpeg) != 0) self.damaged = true;
  jpeg_finish_decompress(&jpeg);
  return true;
}

// What is wrong, where `done` is false or the decoder has met damage.
Error WhatIsWrong(const Decoder& self, bool done) {
  if (self.too_large) return DataLoss("the picture has too many pixels");
  if (self.ran_out && (self.damaged || !done)) {
    return DataLoss("the JPEG is truncated: the file ends in the middle of the picture");
  }
  if (self.damaged) return DataLoss("the JPEG is damaged: " + self.text);
  return DataLoss("the JPEG cannot be decoded: " + self.text);
}

void SetUp(Decoder& self) {
  self.jpeg.err = jpeg_std_error(&self.errors);
  self.jpeg.client_data = &self;
  self.errors.error_exit = ErrorExit;
  self.errors.emit_message = EmitMessage;
}

bool ReadHeaderSafely(Decoder& self, std::span<const std::uint8_t> bytes,
                      std::uint64_t max_pixels) {
  if (setjmp(self.escape) != 0) return false;
  return ReadHeader(self, bytes.data(), bytes.size(), max_pixels);
}

class JpegRows : public PictureRows {
 public:
  explicit JpegRows(std::unique_ptr<Decoder> decoder) : decoder_(std::move(decoder)) {
    width_ = static_cast<int>(decoder_->jpeg.image_width);
    height_ = static_cast<int>(decoder_->jpeg.image_height);
  }

  Result<void> Next(std::uint8_t* bgr) override { return Check(Read(*decoder_, bgr)); }

  Result<void> Skip(int rows) override {
    if (rows <= 0) return Ok();
    return Check(Pass(*decoder_, static_cast<JDIMENSION>(rows)));
  }

 private:
  Result<void> Check(bool done) {
    failed_ = failed_ || !done || decoder_->damaged;
    if (failed_) return WhatIsWrong(*decoder_, done);
    return Ok();
  }
  bool Read(Decoder& self, std::uint8_t* bgr) {
    if (failed_ || setjmp(self.escape) != 0) return false;
    if (!std::exchange(started_, true)) Start(self);
    ReadRow(self, bgr);
    return true;
  }
  bool Pass(Decoder& self, JDIMENSION rows) {
    if (failed_ || setjmp(self.escape) != 0) return false;
    if (!std::exchange(started_, true)) Start(self);
    jpeg_skip_scanlines(&self.jpeg, rows);
    return true;
  }

  std::unique_ptr<Decoder> decoder_;
  bool started_ = false;
  bool failed_ = false;
};

}  // namespace

Result<std::unique_ptr<PictureRows>> OpenJpegRows(std::span<const std::uint8_t> bytes,
                                                  std::uint64_t max_pixels) {
  auto decoder = std::make_unique<Decoder>();
  SetUp(*decoder);
  if (!ReadHeaderSafely(*decoder, bytes, max_pixels)) return WhatIsWrong(*decoder, false);
  if (decoder->result.orientation != 1 || jpeg_has_multiple_scans(&decoder->jpeg) != 0) {
    return std::unique_ptr<PictureRows>();
  }
  return std::unique_ptr<PictureRows>(std::make_unique<JpegRows>(std::move(decoder)));
}

Result<DecodedJpeg> ReadJpegHeader(std::span<const std::uint8_t> bytes) {
  Decoder self;
  SetUp(self);
  if (!ReadHeaderSafely(self, bytes, std::numeric_limits<std::uint64_t>::max())) {
    return WhatIsWrong(self, false);
  }
  self.result.image.width = static_cast<int>(self.jpeg.image_width);
  self.result.image.height = static_cast<int>(self.jpeg.image_height);
  return std::move(self.result);
}

Result<DecodedJpeg> DecodeJpeg(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels) {
  Decoder self;
  SetUp(self);
  const bool done = Run(self, bytes.data(), bytes.size(), max_pixels);
  if (!done || self.damaged) return WhatIsWrong(self, done);
  return std::move(self.result);
}

}  // namespace prelabel
