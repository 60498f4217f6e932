// Masks between two keyframes. Pure; thread-safe.
#pragma once

#include <cstdint>

#include "common/labels/shape_segment.h"

namespace prelabel {

// The largest raster that masks are blended in: that of an 8K frame. Takes 13 bytes a pixel at
// most.
inline constexpr std::uint64_t kMaxBlendedPixels = std::uint64_t{1} << 25;

// The second mask is moved onto the first by whole pixels, centroid on centroid. Both signed
// distances (distance_transform.h) are blended linearly; what is positive is set (S. P. Raya,
// J. K. Udupa, "Shape-based interpolation of multidimensional objects", IEEE Trans. Med. Imaging 9,
// 1990). The result moves from one centroid to the other, rounded to whole pixels. Parts may merge,
// split, appear and go. The result's raster is as small as can be; one without a pixel is 0 × 0.
//
// Neighbors make no difference. `from` holds where either mask has no pixel, or where the smallest
// raster that holds both would have more than kMaxBlendedPixels.
InBetween InterpolateMasks(const ShapeSegment& segment);

}  // namespace prelabel
