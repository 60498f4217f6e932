#include <png.h>

#include <csetjmp>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/media/exif_orientation.h"
#include "common/media/picture_rows.h"

namespace prelabel {
namespace {

// What libpng calls back with; as in jpeg_decoder.cc, its errors jump.
struct Decoder {
  std::span<const std::uint8_t> bytes;
  std::size_t at = 0;
  bool ran_out = false;
  std::string text;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::vector<std::uint8_t> scratch;  // a row that is passed over

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void OnError(png_structp png, png_const_charp message) {
  static_cast<Decoder*>(png_get_error_ptr(png))->text = message;
  png_longjmp(png, 1);
}

void OnWarning(png_structp /*png*/, png_const_charp /*message*/) {}

void Read(png_structp png, png_bytep out, png_size_t count) {
  Decoder& self = *static_cast<Decoder*>(png_get_io_ptr(png));
  if (count > self.bytes.size() - self.at) {
    self.ran_out = true;
    png_error(png, "the file ends");
  }
  std::memcpy(out, self.bytes.data() + self.at, count);
  self.at += count;
}

// To 8-bit BGR as OpenCV does: the high byte of 16 bits, alpha dropped.
bool ReadHeader(Decoder& self) {
  if (setjmp(png_jmpbuf(self.png)) != 0) return false;
  png_set_read_fn(self.png, &self, Read);
  png_read_info(self.png, self.info);
  const png_byte color = png_get_color_type(self.png, self.info);
  png_set_strip_16(self.png);
  png_set_packing(self.png);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(self.png);
  if ((color & PNG_COLOR_MASK_COLOR) == 0) {
    if (png_get_bit_depth(self.png, self.info) < 8) png_set_expand_gray_1_2_4_to_8(self.png);
    png_set_gray_to_rgb(self.png);
  }
  png_set_strip_alpha(self.png);
  png_set_bgr(self.png);
  png_read_update_info(self.png, self.info);
  return true;
}

bool ReadRow(Decoder& self, std::uint8_t* out) {
  if (setjmp(png_jmpbuf(self.png)) != 0) return false;
  png_read_row(self.png, out, nullptr);
  return true;
}

Error WhatIsWrong(const Decoder& self) {
  if (self.ran_out) {
    return DataLoss("the PNG is truncated: the file ends in the middle of the picture");
  }
  return DataLoss("the PNG is damaged: " + self.text);
}

class PngRows : public PictureRows {
 public:
  explicit PngRows(std::unique_ptr<Decoder> decoder) : decoder_(std::move(decoder)) {
    width_ = static_cast<int>(png_get_image_width(decoder_->png, decoder_->info));
    height_ = static_cast<int>(png_get_image_height(decoder_->png, decoder_->info));
  }

  Result<void> Next(std::uint8_t* bgr) override {
    failed_ = failed_ || !ReadRow(*decoder_, bgr);
    if (failed_) return WhatIsWrong(*decoder_);
    return Ok();
  }

  Result<void> Skip(int rows) override {
    decoder_->scratch.resize(static_cast<std::size_t>(width_) * 3);
    for (int i = 0; i < rows; ++i) {
      PRELABEL_TRY(Next(decoder_->scratch.data()));
    }
    return Ok();
  }

 private:
  std::unique_ptr<Decoder> decoder_;
  bool failed_ = false;
};

std::uint64_t BigEndian32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return std::uint64_t{bytes[at]} << 24 | std::uint64_t{bytes[at + 1]} << 16 |
         std::uint64_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

}  // namespace

int PngOrientation(std::span<const std::uint8_t> bytes) {
  // Chunks of length, type, data and CRC (ISO/IEC 15948 section 5.3).
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::uint64_t length = BigEndian32(bytes, at);
    if (std::memcmp(bytes.data() + at + 4, "eXIf", 4) == 0 && length <= bytes.size() - at - 12) {
      return ExifOrientation(bytes.subspan(at + 8, static_cast<std::size_t>(length)));
    }
    at += 12 + static_cast<std::size_t>(length);
  }
  return 1;
}

Result<std::unique_ptr<PictureRows>> OpenPngRows(std::span<const std::uint8_t> bytes,
                                                 std::uint64_t max_pixels) {
  auto decoder = std::make_unique<Decoder>();
  decoder->bytes = bytes;
  decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder.get(), OnError, OnWarning);
  if (decoder->png != nullptr) decoder->info = png_create_info_struct(decoder->png);
  if (decoder->info == nullptr) return Unavailable("not enough memory to decode the picture");
  if (!ReadHeader(*decoder)) return WhatIsWrong(*decoder);
  const std::uint64_t width = png_get_image_width(decoder->png, decoder->info);
  const std::uint64_t height = png_get_image_height(decoder->png, decoder->info);
  if (width * height > max_pixels) return DataLoss("the picture has too many pixels");
  if (png_get_interlace_type(decoder->png, decoder->info) != PNG_INTERLACE_NONE ||
      PngOrientation(bytes) != 1) {
    return std::unique_ptr<PictureRows>();
  }
  return std::unique_ptr<PictureRows>(std::make_unique<PngRows>(std::move(decoder)));
}

}  // namespace prelabel
