#include "common/media/picture_header.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include "common/media/exif_orientation.h"

namespace prelabel {
namespace {

// Numbers at offsets; behind the end there are zeros.
class Bytes {
 public:
  Bytes(std::span<const std::uint8_t> bytes, bool little) : bytes_(bytes), little_(little) {}

  std::uint64_t Read(std::uint64_t at, unsigned size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return 0;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const unsigned shift = 8 * (little_ ? i : size - 1 - i);
      value |= std::uint64_t{bytes_[static_cast<std::size_t>(at) + i]} << shift;
    }
    return value;
  }
  std::uint64_t U16(std::uint64_t at) const { return Read(at, 2); }
  std::uint64_t U32(std::uint64_t at) const { return Read(at, 4); }
  std::uint64_t U64(std::uint64_t at) const { return Read(at, 8); }

 private:
  std::span<const std::uint8_t> bytes_;
  bool little_;
};

bool StartsWith(std::span<const std::uint8_t> bytes, std::string_view text, std::size_t at = 0) {
  return bytes.size() >= at + text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
}

// Neither side over 2^32, so that the product fits.
std::uint64_t Product(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMost = 0xFFFFFFFF;
  return std::min(a, kMost) * std::min(b, kMost);
}

// BITMAPCOREHEADER has 16-bit sides, all later headers have 32-bit ones; a negative height means
// that the rows stand from top to bottom.
PictureHeader Sized(PictureKind kind, std::uint64_t width, std::uint64_t height) {
  PictureHeader header;
  header.kind = kind;
  header.pixels = Product(width, height);
  header.width = width;
  header.height = height;
  return header;
}

PictureHeader ReadBmp(std::span<const std::uint8_t> bytes) {
  const Bytes at(bytes, true);
  constexpr std::uint64_t kCoreHeader = 12;
  if (at.U32(14) == kCoreHeader) return Sized(PictureKind::kBmp, at.U16(18), at.U16(20));
  const auto side = [&](std::uint64_t offset) {
    return static_cast<std::uint64_t>(
        std::llabs(static_cast<std::int32_t>(static_cast<std::uint32_t>(at.U32(offset)))));
  };
  return Sized(PictureKind::kBmp, side(18), side(22));
}

// TIFF 6.0 section 2, and BigTIFF (version 43, 64-bit offsets): the first directory's ImageWidth
// (256), ImageLength (257), TileWidth (322) and TileLength (323).
PictureHeader ReadTiff(std::span<const std::uint8_t> bytes) {
  const Bytes at(bytes, bytes[0] == 'I');
  const bool big = at.U16(2) == 43;
  const std::uint64_t directory = big ? at.U64(8) : at.U32(4);
  const std::uint64_t entries = big ? at.U64(directory) : at.U16(directory);
  const std::uint64_t entry_size = big ? 20 : 12;
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::uint64_t tile_width = 0;
  std::uint64_t tile_height = 0;
  std::uint64_t entry = directory + (big ? 8 : 2);
  for (std::uint64_t i = 0; i < entries && entry < bytes.size(); ++i, entry += entry_size) {
    constexpr std::uint64_t kShort = 3;
    constexpr std::uint64_t kLong8 = 16;
    const std::uint64_t type = at.U16(entry + 2);
    const std::uint64_t place = entry + (big ? 12 : 8);
    const std::uint64_t value = type == kShort   ? at.U16(place)
                                : type == kLong8 ? at.U64(place)
                                                 : at.U32(place);
    switch (at.U16(entry)) {
      case 256:
        width = std::max(width, value);
        break;
      case 257:
        height = std::max(height, value);
        break;
      case 322:
        tile_width = std::max(tile_width, value);
        break;
      case 323:
        tile_height = std::max(tile_height, value);
        break;
      default:
        break;
    }
  }
  PictureHeader header = Sized(PictureKind::kTiff, width, height);
  header.pixels = std::max(header.pixels, Product(tile_width, tile_height));
  return header;
}

// WebP's container (developers.google.com/speed/webp/docs/riff_container): behind "RIFF", a size
// and "WEBP" come chunks of a name, a size and as many bytes, padded to an even count. Bit 1 of the
// first byte of VP8X says that there are frames; the chunk EXIF may have any place behind that one.
// The size is in the first chunk: of VP8 (a key frame's header, RFC 6386 section 9.1), VP8L or VP8X
// (RFC 9649).
PictureHeader ReadWebp(std::span<const std::uint8_t> bytes) {
  PictureHeader header;
  header.kind = PictureKind::kWebp;
  const Bytes at(bytes, true);
  if (StartsWith(bytes, "VP8 ", 12)) {
    header.width = at.U16(26) & 0x3FFF;
    header.height = at.U16(28) & 0x3FFF;
  } else if (StartsWith(bytes, "VP8L", 12) && bytes.size() >= 25) {
    const std::uint64_t sides = at.U32(21);
    header.width = (sides & 0x3FFF) + 1;
    header.height = (sides >> 14 & 0x3FFF) + 1;
  } else if (StartsWith(bytes, "VP8X", 12) && bytes.size() >= 30) {
    header.width = at.Read(24, 3) + 1;
    header.height = at.Read(27, 3) + 1;
  }
  for (std::uint64_t chunk = 12; chunk + 8 <= bytes.size();) {
    const std::uint64_t size = at.U32(chunk + 4);
    const auto begin = static_cast<std::size_t>(chunk + 8);
    if (StartsWith(bytes, "VP8X", static_cast<std::size_t>(chunk))) {
      header.animated = (at.Read(begin, 1) & 2U) != 0;
    } else if (StartsWith(bytes, "EXIF", static_cast<std::size_t>(chunk)) &&
               size <= bytes.size() - begin) {
      header.orientation = ExifOrientation(bytes.subspan(begin, static_cast<std::size_t>(size)));
    }
    chunk += 8 + size + size % 2;
  }
  return header;
}

}  // namespace

PictureHeader ReadPictureHeader(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  if (StartsWith(bytes, "\xFF\xD8\xFF"sv)) return Sized(PictureKind::kJpeg, 0, 0);
  if (StartsWith(bytes, "GIF8"sv)) return Sized(PictureKind::kGif, 0, 0);
  if (StartsWith(bytes, "\x89PNG\r\n\x1A\n"sv)) {
    // ISO/IEC 15948 section 11.2.2: IHDR is the first chunk, its data at 16.
    const Bytes at(bytes, false);
    return Sized(PictureKind::kPng, at.U32(16), at.U32(20));
  }
  if (StartsWith(bytes, "BM"sv)) return ReadBmp(bytes);
  if (StartsWith(bytes, "RIFF"sv) && StartsWith(bytes, "WEBP"sv, 8)) {
    return ReadWebp(bytes);
  }
  for (const std::string_view start : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (StartsWith(bytes, start)) return ReadTiff(bytes);
  }
  return {};
}

}  // namespace prelabel
