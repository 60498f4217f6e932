// Two masks of one raster as one, and a mask on a finer or coarser raster. Pure; thread-safe. Time
// grows with runs and columns, not with pixels.
#pragma once

#include <cstdint>

#include "common/geometry/rle.h"

namespace prelabel {

// The pixels that are set in either. Both have the same size.
Rle UnionRle(const Rle& a, const Rle& b);

// The picture of `rle` stretched to height × width (each at least 1, at most 2^32 - 1 pixels in
// all): a pixel has the value of the one that its center falls into.
Rle ScaleRle(const Rle& rle, std::uint32_t height, std::uint32_t width);

}  // namespace prelabel
