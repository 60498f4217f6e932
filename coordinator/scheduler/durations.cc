#include "coordinator/scheduler/durations.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {
constexpr double kGrowth = 1.1;
}  // namespace

void Durations::Add(Duration duration) {
  const double micros = std::max(1.0, std::chrono::duration<double, std::micro>(duration).count());
  const auto bin = static_cast<std::size_t>(std::log(micros) / std::log(kGrowth));
  ++bins_[std::min(bin, bins_.size() - 1)];
  ++total_;
}

std::optional<Duration> Durations::Quantile(double q) const {
  if (total_ < kLeastSamples) return std::nullopt;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    seen += bins_[bin];
    if (seen < wanted) continue;
    const std::chrono::duration<double, std::micro> edge(
        std::pow(kGrowth, static_cast<double>(bin + 1)));
    return std::chrono::duration_cast<Duration>(edge);
  }
  return std::nullopt;
}

}  // namespace prelabel
