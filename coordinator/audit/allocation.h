// How many labels of each category to check. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace prelabel {

// Shares `total` labels over strata of the given sizes: one of each that is not empty, even where
// that is more than `total`, a second one as far as they go, and the others so that numbers go with
// the square root of the size (power allocation: Bankier, "Power allocations", The American
// Statistician 42, 1988), which serves each class and all together. None gets more than it has.
std::vector<std::uint64_t> AllocateSample(std::span<const std::uint64_t> sizes,
                                          std::uint64_t total);

}  // namespace prelabel
