#include "coordinator/audit/allocation.h"

#include <cmath>
#include <cstddef>
#include <queue>
#include <utility>

namespace prelabel {

std::vector<std::uint64_t> AllocateSample(std::span<const std::uint64_t> sizes,
                                          std::uint64_t total) {
  std::vector<std::uint64_t> drawn(sizes.size(), 0);
  std::uint64_t left = total;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) continue;
    drawn[i] = 1;
    left -= left > 0 ? 1 : 0;
  }
  for (std::size_t i = 0; i < sizes.size() && left > 0; ++i) {
    if (sizes[i] < 2) continue;
    drawn[i] = 2;
    --left;
  }
  // Webster's method: the next one goes where sqrt(size) / (number + 1/2) is greatest; to the first
  // of equals.
  using Claim = std::pair<double, std::ptrdiff_t>;
  std::priority_queue<Claim> claims;
  const auto claim = [&](std::size_t i) {
    if (drawn[i] >= sizes[i]) return;
    claims.emplace(std::sqrt(static_cast<double>(sizes[i])) / (static_cast<double>(drawn[i]) + 0.5),
                   -static_cast<std::ptrdiff_t>(i));
  };
  for (std::size_t i = 0; i < sizes.size(); ++i) claim(i);
  for (; left > 0 && !claims.empty(); --left) {
    const auto i = static_cast<std::size_t>(-claims.top().second);
    claims.pop();
    ++drawn[i];
    claim(i);
  }
  return drawn;
}

}  // namespace prelabel
