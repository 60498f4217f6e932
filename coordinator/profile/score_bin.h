// Bins of scores. In float, so that 0.9F of 20 bins is in the one that begins with 0.9.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace prelabel {

// Bin i of `bins` holds the scores in [i / bins, (i + 1) / bins); the last one includes 1.
inline std::size_t BinOfScore(float score, std::size_t bins) {
  const float bin = std::floor(std::clamp(score, 0.0F, 1.0F) * static_cast<float>(bins));
  return std::min(static_cast<std::size_t>(bin), bins - 1);
}

}  // namespace prelabel
