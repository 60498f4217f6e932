// How a camera was held: the orientation in a picture's EXIF data. Pure and thread-safe; takes any
// bytes.
#pragma once

#include <cstdint>
#include <span>

namespace prelabel {

// 1 to 8 from a TIFF block as EXIF embeds it (EXIF 2.3 section 4.5.2, tag 0x0112), with or without
// "Exif\0\0" before it; 1, upright, where it has none.
int ExifOrientation(std::span<const std::uint8_t> exif);

}  // namespace prelabel
