// A mask's raster put into a larger one, such as its frame. Pure; thread-safe.
#pragma once

#include <cstdint>

#include "common/geometry/rle.h"

namespace prelabel {

// The pixels of `rle` with its top left one at (left, top) of a raster of height × width, which has
// at least a pixel and at most 2^32 - 1. What lies outside is cut off. Time grows with runs and
// columns, not with pixels.
Rle PlaceRle(const Rle& rle, std::int64_t left, std::int64_t top, std::uint32_t height,
             std::uint32_t width);

}  // namespace prelabel
