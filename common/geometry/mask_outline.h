// The exact outline of a run-length encoded mask, along the edges of its pixels. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "common/geometry/rle.h"

namespace prelabel {

// A corner of pixels: (x, y) is the top left one of the pixel of column x and row y.
struct PixelCorner {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  friend bool operator==(const PixelCorner&, const PixelCorner&) = default;
};

// A closed line that turns by 90° at each of its corners, at least 4, and ends where it starts.
// What is set lies on its right: in a frame whose y goes down, around a part it runs clockwise,
// around a hole in one counterclockwise.
struct MaskRing {
  std::vector<PixelCorner> corners;  // from the smallest by x and y
  bool hole = false;
  friend bool operator==(const MaskRing&, const MaskRing&) = default;
};

// All rings, ascending by first corner: filled by the even-odd rule, or by winding, they cover the
// mask's pixels and no others. Pixels that touch at a corner alone are parts of their own. Time
// grows with rows and columns of the outline, as n log n; memory is some 40 bytes a unit of it.
std::vector<MaskRing> MaskOutline(const Rle& rle);

}  // namespace prelabel
