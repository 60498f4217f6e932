#include "common/media/exif_orientation.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace prelabel {

int ExifOrientation(std::span<const std::uint8_t> exif) {
  using namespace std::string_view_literals;
  constexpr std::string_view kStart = "Exif\0\0"sv;
  const bool marked =
      exif.size() >= kStart.size() &&
      std::equal(kStart.begin(), kStart.end(), exif.begin(),
                 [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
  const std::span<const std::uint8_t> tiff = marked ? exif.subspan(kStart.size()) : exif;
  if (tiff.size() < 8) return 1;
  const bool little = tiff[0] == 'I';
  const auto u16 = [&](std::size_t at) -> std::uint32_t {
    if (at + 2 > tiff.size()) return 0;
    return little ? tiff[at] | tiff[at + 1] << 8 : tiff[at] << 8 | tiff[at + 1];
  };
  const auto u32 = [&](std::size_t at) -> std::uint32_t {
    return little ? u16(at) | u16(at + 2) << 16 : u16(at) << 16 | u16(at + 2);
  };
  if (u16(2) != 42) return 1;
  const std::size_t directory = u32(4);
  const std::uint32_t entries = u16(directory);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{i} * 12;
    if (u16(entry) != 0x0112) continue;
    const auto value = static_cast<int>(u16(entry + 8));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

}  // namespace prelabel
