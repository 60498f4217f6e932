#include "common/geometry/rle_place.h"

#include <algorithm>

#include "common/geometry/rle_bounds.h"
#include "common/geometry/run_writer.h"

namespace prelabel {

Rle PlaceRle(const Rle& rle, std::int64_t left, std::int64_t top, std::uint32_t height,
             std::uint32_t width) {
  RunWriter placed(height, width);
  VisitColumnRuns(rle, [&](std::uint32_t column, std::uint32_t from, std::uint32_t to) {
    const std::int64_t x = left + column;
    const std::int64_t y1 = std::max<std::int64_t>(top + from, 0);
    const std::int64_t y2 = std::min<std::int64_t>(top + to, height);
    if (x < 0 || x >= width || y1 >= y2) return;
    placed.Add(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y1),
               static_cast<std::uint32_t>(y2));
  });
  return placed.Finish();
}

}  // namespace prelabel
