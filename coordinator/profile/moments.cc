#include "coordinator/profile/moments.h"

#include <array>
#include <cstddef>

namespace prelabel {
namespace {

constexpr std::size_t kOnStack = 64;

}  // namespace

void Moments::Add(std::span<const Float16> vector) {
  if (vector.empty() || vector.size() > kOnStack) return;
  if (sum.empty()) {
    sum.resize(vector.size());
    outer.resize(vector.size() * (vector.size() + 1) / 2);
  }
  const std::size_t d = sum.size();
  if (vector.size() != d) return;
  std::array<double, kOnStack> values;
  for (std::size_t i = 0; i < d; ++i) values[i] = HalfToFloat(vector[i]);
  double* row = outer.data();
  for (std::size_t i = 0; i < d; ++i) {
    sum[i] += values[i];
    for (std::size_t j = i; j < d; ++j) *row++ += values[i] * values[j];
  }
  ++count;
}

void Moments::Merge(const Moments& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  if (other.sum.size() != sum.size()) return;
  count += other.count;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other.sum[i];
  for (std::size_t i = 0; i < outer.size(); ++i) outer[i] += other.outer[i];
}

std::vector<double> Moments::Mean() const {
  std::vector<double> mean(sum);
  for (double& value : mean) value /= count == 0 ? 1 : static_cast<double>(count);
  return mean;
}

std::vector<double> Moments::Covariance() const {
  const std::size_t d = sum.size();
  std::vector<double> covariance(d * d);
  if (count < 2) return covariance;
  const auto n = static_cast<double>(count);
  const double* row = outer.data();
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i; j < d; ++j) {
      covariance[i * d + j] = covariance[j * d + i] = (*row++ - sum[i] * sum[j] / n) / (n - 1);
    }
  }
  return covariance;
}

}  // namespace prelabel
