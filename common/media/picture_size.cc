#include "common/media/picture_size.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "common/media/archive_member.h"
#include "common/media/exif_orientation.h"
#include "common/media/image_codec.h"
#include "common/media/jpeg_decoder.h"
#include "common/media/picture_header.h"
#include "common/media/picture_rows.h"

namespace prelabel {
namespace {

// Most headers end before; thumbnails and color profiles may stand before the size of a JPEG.
constexpr std::uint64_t kFirstBytes = 64 * 1024;

Result<std::string> FirstBytes(const std::filesystem::path& location, bool all) {
  if (auto member = ParseMemberLocation(location.native())) {
    if (!all && member->packed == 0) member->size = std::min(member->size, kFirstBytes);
    return ReadMember(*member);
  }
  std::error_code error;
  if (all || !std::filesystem::is_regular_file(location, error)) return ReadPictureFile(location);
  std::ifstream in(location, std::ios::binary);
  std::string bytes(kFirstBytes, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || (!in.eof() && in.fail())) {
    return Unavailable("cannot be opened or read", location.string());
  }
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

// PNG's chunk eXIf stands before the pixels as a rule; TIFF has the tag in its first directory.
int OrientationOf(const PictureHeader& header, std::span<const std::uint8_t> bytes) {
  if (header.kind == PictureKind::kPng) return PngOrientation(bytes);
  if (header.kind == PictureKind::kTiff) return ExifOrientation(bytes);
  return header.orientation;
}

// None where the bytes do not say.
ImageSize SizeIn(const std::string& text, bool all) {
  const std::span<const std::uint8_t> bytes{reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size()};
  if (LooksLikeJpeg(bytes)) {
    const Result<DecodedJpeg> jpeg = ReadJpegHeader(bytes);
    if (!jpeg) return {};
    const ImageSize stored{jpeg.value().image.width, jpeg.value().image.height};
    if (jpeg.value().orientation < 5) return stored;
    return {stored.height, stored.width};
  }
  const PictureHeader header = ReadPictureHeader(bytes);
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (header.width > kMost || header.height > kMost) return {};
  // The orientation of WebP stands behind the pixels.
  if (header.kind == PictureKind::kWebp && !all) return {};
  const ImageSize stored{static_cast<int>(header.width), static_cast<int>(header.height)};
  if (OrientationOf(header, bytes) < 5) return stored;
  return {stored.height, stored.width};
}

}  // namespace

Result<ImageSize> ReadPictureSize(const std::filesystem::path& location) {
  for (const bool all : {false, true}) {
    PRELABEL_TRY(const std::string bytes, FirstBytes(location, all));
    const ImageSize size = SizeIn(bytes, all || bytes.size() < kFirstBytes);
    if (size.width > 0 && size.height > 0) return size;
    if (!all && bytes.size() < kFirstBytes) break;
  }
  return DataLoss("its header does not say how large it is", location.string());
}

}  // namespace prelabel
