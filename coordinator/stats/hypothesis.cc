#include "coordinator/stats/hypothesis.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <numeric>
#include <utility>

#include "common/base/random.h"

namespace prelabel {
namespace {

double ChiSquaredP(double statistic, double degrees) {
  if (degrees < 1) return 1;
  return boost::math::cdf(
      boost::math::complement(boost::math::chi_squared(degrees), std::max(statistic, 0.0)));
}

// Kolmogorov's distribution from above.
double KolmogorovP(double lambda) {
  if (lambda < 0.2) return 1;
  double sum = 0;
  double sign = 1;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2 * k * k * lambda * lambda);
    sum += sign * term;
    sign = -sign;
    if (term < 1e-12) break;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace

ChiSquared GoodnessOfFit(std::span<const double> observed, std::span<const double> expected) {
  ChiSquared test;
  double cells = 0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (expected[i] <= 0) continue;
    const double difference = observed[i] - expected[i];
    test.statistic += difference * difference / expected[i];
    cells += 1;
  }
  test.p = ChiSquaredP(test.statistic, cells - 1);
  return test;
}

ChiSquared Contingency(std::span<const double> a, std::span<const double> b) {
  const double all_a = std::accumulate(a.begin(), a.end(), 0.0);
  const double all_b = std::accumulate(b.begin(), b.end(), 0.0);
  const double all = all_a + all_b;
  ChiSquared test;
  if (all_a <= 0 || all_b <= 0) return test;
  double columns = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double both = a[i] + b[i];
    if (both <= 0) continue;
    columns += 1;
    for (const auto& [count, row] : {std::pair{a[i], all_a}, std::pair{b[i], all_b}}) {
      const double expected = both * row / all;
      test.statistic += (count - expected) * (count - expected) / expected;
    }
  }
  test.p = ChiSquaredP(test.statistic, columns - 1);
  return test;
}

KolmogorovSmirnov TestKolmogorovSmirnov(std::vector<double> a, std::vector<double> b) {
  KolmogorovSmirnov test;
  if (a.empty() || b.empty()) return test;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const double at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= at) ++i;
    while (j < b.size() && b[j] <= at) ++j;
    test.statistic =
        std::max(test.statistic, std::abs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  const double root = std::sqrt(n * m / (n + m));
  test.p = KolmogorovP((root + 0.12 + 0.11 / root) * test.statistic);
  return test;
}

Permutation TestByPermutation(std::span<const UnitBins> a, std::span<const UnitBins> b,
                              std::size_t bins, const HistogramDistance& distance,
                              std::size_t permutations, std::uint64_t seed) {
  std::vector<const UnitBins*> units;
  for (const UnitBins& unit : a) units.push_back(&unit);
  for (const UnitBins& unit : b) units.push_back(&unit);
  std::vector<double> total(bins);
  std::vector<double> first(bins);
  std::vector<double> second(bins);
  for (const UnitBins* unit : units) {
    for (const std::uint16_t bin : *unit) total[bin] += 1;
  }
  // Of the histogram of the first units, and of the rest.
  const auto distance_now = [&] {
    std::fill(first.begin(), first.end(), 0.0);
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (const std::uint16_t bin : *units[i]) first[bin] += 1;
    }
    for (std::size_t i = 0; i < bins; ++i) second[i] = total[i] - first[i];
    return distance(first, second);
  };
  const double observed = distance_now();
  const bool empty = std::accumulate(first.begin(), first.end(), 0.0) <= 0 ||
                     std::accumulate(second.begin(), second.end(), 0.0) <= 0;
  if (empty) return {};
  double sum = 0;
  SplitMix64 random(seed);
  std::size_t as_far = 1;
  for (std::size_t p = 0; p < permutations; ++p) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::swap(units[i], units[i + random.Below(units.size() - i)]);
    }
    const double now = distance_now();
    sum += now;
    // Equal but for rounding counts as equal.
    if (now >= observed * (1 - 1e-12)) ++as_far;
  }
  const auto count = static_cast<double>(permutations);
  return {observed, sum / count, static_cast<double>(as_far) / (count + 1)};
}

std::vector<double> BenjaminiHochberg(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t x, std::size_t y) { return std::pair(p[x], x) < std::pair(p[y], y); });
  std::vector<double> q(p.size());
  double least = 1;
  for (std::size_t rank = order.size(); rank-- > 0;) {
    const double adjusted =
        p[order[rank]] * static_cast<double>(p.size()) / static_cast<double>(rank + 1);
    least = std::min(least, adjusted);
    q[order[rank]] = least;
  }
  return q;
}

}  // namespace prelabel
