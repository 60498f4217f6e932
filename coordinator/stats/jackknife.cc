#include "coordinator/stats/jackknife.h"

#include <cmath>
#include <limits>
#include <vector>

#include "coordinator/stats/student_t.h"

namespace prelabel {

double JackknifeVariance(std::span<const double> estimates_without_a_group) {
  if (estimates_without_a_group.size() < 2) return 0;
  const auto groups = static_cast<double>(estimates_without_a_group.size());
  double mean = 0;
  for (const double estimate : estimates_without_a_group) mean += estimate / groups;
  double sum = 0;
  for (const double estimate : estimates_without_a_group) {
    sum += (estimate - mean) * (estimate - mean);
  }
  return (groups - 1) / groups * sum;
}

RatioEstimate JackknifeRatio(std::span<const double> numerators,
                             std::span<const double> denominators) {
  RatioEstimate estimate;
  double above = 0;
  double below = 0;
  for (std::size_t g = 0; g < numerators.size(); ++g) {
    above += numerators[g];
    below += denominators[g];
    if (denominators[g] > 0) ++estimate.groups;
  }
  if (below <= 0) return estimate;
  estimate.value = above / below;
  std::vector<double> without;
  for (std::size_t g = 0; g < numerators.size(); ++g) {
    if (denominators[g] <= 0 || below - denominators[g] <= 0) continue;
    without.push_back((above - numerators[g]) / (below - denominators[g]));
  }
  estimate.variance = JackknifeVariance(without);
  return estimate;
}

double HalfWidth95(double variance, std::size_t groups) {
  if (groups < 2) return std::numeric_limits<double>::infinity();
  return StudentQuantile(0.975, static_cast<double>(groups - 1)) * std::sqrt(variance);
}

}  // namespace prelabel
