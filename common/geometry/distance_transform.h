// Exact Euclidean distances on a raster: P. F. Felzenszwalb, D. P. Huttenlocher, "Distance
// transforms of sampled functions", Theory of Computing 8, 2012. Linear in the pixels. Pure;
// thread-safe.
#pragma once

#include <vector>

#include "common/geometry/rle.h"

namespace prelabel {

// For each pixel, row by row, the distance in pixels from its center to the outline: that to the
// center of the nearest pixel of the other kind, less half a pixel; positive for pixels that are
// set, negative for others, never 0. What lies beyond the raster counts as not set. Where no pixel
// is set, all are minus infinity. Takes 8 bytes a pixel while it works and 4 in the end.
std::vector<float> SignedDistance(const Mask& mask);

}  // namespace prelabel
