#include "common/labels/step_bridge.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace prelabel {
namespace {

// A symmetric positive definite matrix with two diagonals beside the main one: rows of
// a[i][i], a[i][i+1], a[i][i+2].
using Band = std::vector<std::array<double, 3>>;

// Solves in place: Cholesky's method without roots (LDLᵀ), Golub and Van Loan, "Matrix
// Computations", 4.3.
void SolveBand(Band& a, std::vector<double>& b) {
  const std::size_t n = a.size();
  for (std::size_t i = 0; i < n; ++i) {
    const double pivot = a[i][0];
    const std::array<double, 3> row = a[i];
    for (std::size_t k = 1; k <= 2 && i + k < n; ++k) {
      const double factor = row[k] / pivot;
      for (std::size_t j = k; j <= 2; ++j) a[i + k][j - k] -= factor * row[j];
      b[i + k] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = 1; k <= 2 && i + k < n; ++k) b[i] -= a[i][k] * b[i + k];
    b[i] /= a[i][0];
  }
}

}  // namespace

std::vector<double> BridgeSteps(std::span<const double> steps, std::span<const double> weights,
                                double stiffness) {
  const std::size_t n = steps.size();
  std::vector<double> path(n + 1, 0.0);
  if (n < 2) return path;
  // Unknown i is position i + 1. A term's positions at the ends are 0 and drop out.
  Band a(n - 1, std::array<double, 3>{});
  std::vector<double> b(n - 1, 0.0);
  const auto add = [&](std::size_t first, std::span<const double> factors, double value,
                       double weight) {
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const std::size_t at = first + i;
      if (at == 0 || at == n) continue;
      b[at - 1] += weight * factors[i] * value;
      for (std::size_t j = i; j < factors.size(); ++j) {
        if (first + j == n) continue;
        a[at - 1][j - i] += weight * factors[i] * factors[j];
      }
    }
  };
  constexpr std::array<double, 2> kStep = {-1, 1};
  constexpr std::array<double, 3> kAcceleration = {1, -2, 1};
  for (std::size_t t = 0; t < n; ++t) {
    if (weights[t] > 0) add(t, kStep, steps[t], weights[t]);
    add(t, kStep, 0, kStraightness);
  }
  for (std::size_t t = 1; t < n; ++t) add(t - 1, kAcceleration, 0, stiffness);
  SolveBand(a, b);
  std::copy(b.begin(), b.end(), path.begin() + 1);
  return path;
}

}  // namespace prelabel
