#include "common/geometry/rle_place.h"

#include <algorithm>

#include "common/geometry/rle_bounds.h"

namespace prelabel {

Rle PlaceRle(const Rle& rle, std::int64_t left, std::int64_t top, std::uint32_t height,
             std::uint32_t width) {
  Rle placed{height, width, {}};
  std::uint64_t at = 0;  // the end of the last run
  VisitColumnRuns(rle, [&](std::uint32_t column, std::uint32_t from, std::uint32_t to) {
    const std::int64_t x = left + column;
    const std::int64_t y1 = std::max<std::int64_t>(top + from, 0);
    const std::int64_t y2 = std::min<std::int64_t>(top + to, height);
    if (x < 0 || x >= width || y1 >= y2) return;
    const std::uint64_t begin = static_cast<std::uint64_t>(x) * height + y1;
    const std::uint64_t end = static_cast<std::uint64_t>(x) * height + y2;
    if (begin == at && !placed.counts.empty()) {
      placed.counts.back() += static_cast<std::uint32_t>(end - begin);
    } else {
      placed.counts.push_back(static_cast<std::uint32_t>(begin - at));
      placed.counts.push_back(static_cast<std::uint32_t>(end - begin));
    }
    at = end;
  });
  const std::uint64_t pixels = std::uint64_t{height} * width;
  if (at < pixels) placed.counts.push_back(static_cast<std::uint32_t>(pixels - at));
  return placed;
}

}  // namespace prelabel
