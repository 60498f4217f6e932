#include "common/geometry/rle_bounds.h"

namespace prelabel {

std::optional<PixelBounds> BoundsOfSet(const Rle& rle) {
  std::optional<PixelBounds> bounds;
  VisitColumnRuns(rle, [&](std::uint32_t x, std::uint32_t y1, std::uint32_t y2) {
    if (!bounds) bounds = PixelBounds{x, y1, x + 1, y2};
    bounds->y1 = std::min(bounds->y1, y1);
    bounds->y2 = std::max(bounds->y2, y2);
    bounds->x2 = x + 1;
  });
  return bounds;
}

}  // namespace prelabel
