#include "coordinator/stats/mmd.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "common/base/random.h"

namespace prelabel {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

View ViewOf(const Rows& rows) {
  return {rows.values.data(), static_cast<Eigen::Index>(rows.count()),
          static_cast<Eigen::Index>(rows.dimensions)};
}

double SquaredDistance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - b[i];
    sum += difference * difference;
  }
  return sum;
}

double MeanKernel(const Rows& x, const Rows& y, double sigma, bool same) {
  double sum = 0;
  for (std::size_t i = 0; i < x.count(); ++i) {
    for (std::size_t j = 0; j < y.count(); ++j) {
      if (same && i == j) continue;
      sum += std::exp(-SquaredDistance(x.row(i), y.row(j)) / (2 * sigma * sigma));
    }
  }
  const auto n = static_cast<double>(x.count());
  const auto m = static_cast<double>(y.count());
  return sum / (n * (same ? m - 1 : m));
}

// From the sums of features of n and m rows: a row's product with itself is 1.
double Mmd2OfSums(double xx, double yy, double xy, double n, double m) {
  return (xx - n) / (n * (n - 1)) + (yy - m) / (m * (m - 1)) - 2 * xy / (n * m);
}

}  // namespace

double UnbiasedMmd2(const Rows& x, const Rows& y, double sigma) {
  if (x.count() < 2 || y.count() < 2) return 0;
  return MeanKernel(x, x, sigma, true) + MeanKernel(y, y, sigma, true) -
         2 * MeanKernel(x, y, sigma, false);
}

double MedianDistance(const Rows& rows, std::size_t limit) {
  const std::size_t n = std::min(rows.count(), limit);
  std::vector<double> distances;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      distances.push_back(SquaredDistance(rows.row(i), rows.row(j)));
    }
  }
  if (distances.empty()) return 1;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle > 0 ? std::sqrt(*middle) : 1;
}

Rows RandomFourierFeatures(const Rows& rows, std::size_t frequencies, double sigma,
                           std::uint64_t seed) {
  SplitMix64 random(seed);
  // Normal numbers by Box and Muller, two at a time.
  Matrix omega(static_cast<Eigen::Index>(rows.dimensions), static_cast<Eigen::Index>(frequencies));
  for (Eigen::Index i = 0; i < omega.size(); i += 2) {
    const double radius = std::sqrt(-2 * std::log(1 - random.Uniform())) / sigma;
    const double angle = 2 * std::numbers::pi * random.Uniform();
    omega.data()[i] = static_cast<float>(radius * std::cos(angle));
    if (i + 1 < omega.size()) omega.data()[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
  Rows features{2 * frequencies, {}};
  features.values.resize(rows.count() * features.dimensions);
  const Matrix phases = ViewOf(rows) * omega;
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(frequencies)));
  for (Eigen::Index r = 0; r < phases.rows(); ++r) {
    float* to = features.values.data() + static_cast<std::size_t>(r) * features.dimensions;
    for (Eigen::Index f = 0; f < phases.cols(); ++f) {
      *to++ = scale * std::cos(phases(r, f));
      *to++ = scale * std::sin(phases(r, f));
    }
  }
  return features;
}

double FeatureMmd2(const Rows& x, const Rows& y) {
  if (x.count() < 2 || y.count() < 2) return 0;
  const Eigen::VectorXd sum_x = ViewOf(x).cast<double>().colwise().sum();
  const Eigen::VectorXd sum_y = ViewOf(y).cast<double>().colwise().sum();
  return Mmd2OfSums(sum_x.squaredNorm(), sum_y.squaredNorm(), sum_x.dot(sum_y),
                    static_cast<double>(x.count()), static_cast<double>(y.count()));
}

MmdTest TestFeatureMmd(const Rows& x, const Rows& y, std::size_t permutations, std::uint64_t seed) {
  MmdTest test;
  test.mmd2 = FeatureMmd2(x, y);
  const std::size_t n = x.count();
  const std::size_t all = n + y.count();
  if (n < 2 || y.count() < 2) return test;
  Matrix features(static_cast<Eigen::Index>(all), static_cast<Eigen::Index>(x.dimensions));
  features << ViewOf(x), ViewOf(y);
  const Eigen::VectorXd total = features.cast<double>().colwise().sum();
  SplitMix64 random(seed);
  std::vector<std::size_t> order(all);
  std::iota(order.begin(), order.end(), std::size_t{0});
  constexpr std::size_t kAtOnce = 128;
  std::size_t as_far = 1;
  for (std::size_t done = 0; done < permutations; done += kAtOnce) {
    const std::size_t now = std::min(kAtOnce, permutations - done);
    Matrix chosen = Matrix::Zero(static_cast<Eigen::Index>(now), static_cast<Eigen::Index>(all));
    for (std::size_t p = 0; p < now; ++p) {
      // The first n of a shuffle.
      for (std::size_t i = 0; i < n; ++i) {
        std::swap(order[i], order[i + random.Below(all - i)]);
        chosen(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(order[i])) = 1;
      }
    }
    const Matrix sums = chosen * features;
    for (std::size_t p = 0; p < now; ++p) {
      const Eigen::VectorXd sum_x = sums.row(static_cast<Eigen::Index>(p)).cast<double>();
      const Eigen::VectorXd sum_y = total - sum_x;
      const double mmd2 = Mmd2OfSums(sum_x.squaredNorm(), sum_y.squaredNorm(), sum_x.dot(sum_y),
                                     static_cast<double>(n), static_cast<double>(all - n));
      if (mmd2 >= test.mmd2) ++as_far;
    }
  }
  test.p = static_cast<double>(as_far) / static_cast<double>(permutations + 1);
  return test;
}

}  // namespace prelabel
