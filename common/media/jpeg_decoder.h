// Decodes JPEG to BGR with libjpeg-turbo itself: OpenCV fills the missing part of a truncated JPEG
// with grey and says nothing. Private to common/media. Thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/result.h"
#include "common/media/image.h"

namespace prelabel {

struct DecodedJpeg {
  Image image;          // as stored; the orientation is not applied
  int orientation = 1;  // EXIF 2.3 tag 0x0112, 1 to 8; 1 where there is none
};

inline bool LooksLikeJpeg(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

// Size and orientation, without any pixels. The bytes may end behind the header. DataLoss as below.
Result<DecodedJpeg> ReadJpegHeader(std::span<const std::uint8_t> bytes);

// The pixels that cv::imread gives (accurate integer DCT, fancy upsampling). DataLoss: truncated,
// damaged inside, more than max_pixels, or of a kind that libjpeg does not decode. Warnings that
// leave the picture whole (stray bytes before a marker, a missing end marker) are no errors.
Result<DecodedJpeg> DecodeJpeg(std::span<const std::uint8_t> bytes, std::uint64_t max_pixels);

}  // namespace prelabel
