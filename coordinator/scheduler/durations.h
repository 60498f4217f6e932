// How long tasks take: counts in bins that grow by a tenth, from a microsecond to hours. Constant
// memory; integer counts, so that the order of additions does not matter. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/base/clock.h"

namespace prelabel {

class Durations {
 public:
  void Add(Duration duration);
  // The upper edge of the bin in which the share `q` (0 < q <= 1) of the durations is reached;
  // nothing before kLeastSamples of them.
  std::optional<Duration> Quantile(double q) const;

  static constexpr std::uint64_t kLeastSamples = 10;

 private:
  std::array<std::uint64_t, 256> bins_{};
  std::uint64_t total_ = 0;
};

}  // namespace prelabel
