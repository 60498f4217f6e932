// What kind of picture a file is and how large it says it is, read from its first bytes: before a
// decoder allocates what a hostile file asks for. Pure and thread-safe; takes any bytes.
#pragma once

#include <cstdint>
#include <span>

namespace prelabel {

enum class PictureKind : std::uint8_t { kUnknown, kJpeg, kPng, kBmp, kTiff, kWebp, kGif };

struct PictureHeader {
  PictureKind kind = PictureKind::kUnknown;
  // Of the picture, or of a tile of it where that is larger. 0 where the header does not say or
  // cannot be read; JPEG (its decoder asks before it allocates) and WebP (2^28 at most) always.
  std::uint64_t pixels = 0;
  // Of the picture as it is stored; 0 where the header does not say, and for JPEG.
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  bool animated = false;  // WebP alone: it has frames
  int orientation = 1;    // WebP alone: that of its EXIF data, 1 to 8
};

PictureHeader ReadPictureHeader(std::span<const std::uint8_t> bytes);

}  // namespace prelabel
