#include "coordinator/stats/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace prelabel {
namespace {

double Sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// Calls `add` with both shares of every bin; nothing where a side is empty.
template <class Add>
void ForShares(std::span<const double> a, std::span<const double> b, Add add) {
  const double all_a = Sum(a);
  const double all_b = Sum(b);
  if (all_a <= 0 || all_b <= 0) return;
  for (std::size_t i = 0; i < a.size(); ++i) add(a[i] / all_a, b[i] / all_b);
}

double RelativeEntropy(double p, double q) { return p > 0 ? p * std::log2(p / q) : 0; }

}  // namespace

double HellingerDistance(std::span<const double> a, std::span<const double> b) {
  double overlap = 0;
  bool any = false;
  ForShares(a, b, [&](double p, double q) {
    overlap += std::sqrt(p * q);
    any = true;
  });
  return any ? std::sqrt(std::max(0.0, 1 - overlap)) : 0;
}

double JensenShannonDistance(std::span<const double> a, std::span<const double> b) {
  double divergence = 0;
  ForShares(a, b, [&](double p, double q) {
    const double middle = (p + q) / 2;
    divergence += (RelativeEntropy(p, middle) + RelativeEntropy(q, middle)) / 2;
  });
  return std::sqrt(std::max(0.0, divergence));
}

double LInfinityDistance(std::span<const double> a, std::span<const double> b) {
  double largest = 0;
  ForShares(a, b, [&](double p, double q) { largest = std::max(largest, std::abs(p - q)); });
  return largest;
}

double Wasserstein1(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) return 0;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const double step_a = 1 / static_cast<double>(a.size());
  const double step_b = 1 / static_cast<double>(b.size());
  double distance = 0;
  double at = std::min(a.front(), b.front());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const bool from_a = j == b.size() || (i < a.size() && a[i] <= b[j]);
    const double next = from_a ? a[i] : b[j];
    distance +=
        (next - at) * std::abs(static_cast<double>(i) * step_a - static_cast<double>(j) * step_b);
    at = next;
    ++(from_a ? i : j);
  }
  return distance;
}

double Wasserstein1OfHistograms(std::span<const double> a, std::span<const double> b,
                                double width) {
  double distance = 0;
  double ahead = 0;
  ForShares(a, b, [&](double p, double q) {
    ahead += p - q;
    distance += std::abs(ahead) * width;
  });
  return distance;
}

}  // namespace prelabel
