// The part of a run-length encoded mask that is set. Pure; thread-safe. Takes no memory for pixels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/geometry/rle.h"

namespace prelabel {

// Columns [x1, x2) and rows [y1, y2).
struct PixelBounds {
  std::uint32_t x1 = 0;
  std::uint32_t y1 = 0;
  std::uint32_t x2 = 0;
  std::uint32_t y2 = 0;
  friend bool operator==(const PixelBounds&, const PixelBounds&) = default;
};

// The smallest part that holds all pixels that are set; none where there is none.
std::optional<PixelBounds> BoundsOfSet(const Rle& rle);

// Calls visit(x, y1, y2) for each piece of a run in one column: pixels y1 … y2 - 1 of column x are
// set. Columns ascend, and rows within a column.
template <class Visitor>
void VisitColumnRuns(const Rle& rle, Visitor&& visit) {
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < rle.counts.size(); ++i) {
    const std::uint64_t end = at + rle.counts[i];
    if (i % 2 == 0) at = end;
    while (at < end) {
      const auto x = static_cast<std::uint32_t>(at / rle.height);
      const auto y = static_cast<std::uint32_t>(at % rle.height);
      const std::uint64_t piece = std::min<std::uint64_t>(rle.height - y, end - at);
      visit(x, y, static_cast<std::uint32_t>(y + piece));
      at += piece;
    }
  }
}

}  // namespace prelabel
