#include "coordinator/stats/gaussian.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/random.h"

namespace prelabel {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

Gaussian Isotropic(double mean, double variance, std::size_t d) {
  Gaussian gaussian{std::vector<double>(d, mean), std::vector<double>(d * d)};
  for (std::size_t i = 0; i < d; ++i) gaussian.covariance[i * d + i] = variance;
  return gaussian;
}

// Known answer 2.
TEST(FrechetDistance, KnownAnswers) {
  EXPECT_NEAR(FrechetDistance(Isotropic(0, 1, 512), Isotropic(1, 1, 512)), 512, 1e-6);
  // N(0, 4) and N(3, 9): 9 + (2 - 3)².
  EXPECT_NEAR(FrechetDistance(Isotropic(0, 4, 1), Isotropic(3, 9, 1)), 10, 1e-12);
}

// Known answer 2: two samples of N(0, I) in 256 dimensions give 67 at 500 rows.
TEST(FrechetDistance, IsBiasedForFewRows) {
  SplitMix64 random(1);
  const auto draw = [&random] {
    Rows rows{256, {}};
    for (std::size_t i = 0; i < 500 * 256; ++i) {
      rows.values.push_back(static_cast<float>(std::sqrt(-2 * std::log(1 - random.Uniform())) *
                                               std::cos(6.283185307179586 * random.Uniform())));
    }
    return FitGaussian(rows);
  };
  EXPECT_NEAR(FrechetDistance(draw(), draw()), 67, 1.5);
}

// By hand: (1, 2), (3, 2), (5, 8).
TEST(FitGaussian, MeanAndCovariance) {
  const Gaussian fit = FitGaussian({2, {1, 2, 3, 2, 5, 8}});
  EXPECT_THAT(fit.mean, ElementsAre(3, 4));
  EXPECT_THAT(fit.covariance, ElementsAre(4, 6, 6, 12));
}

// By hand: variance 9 along (3, 4) / 5 and 1 across.
TEST(PrincipalComponents, AxesAndErrors) {
  const double c = 0.6;
  const double s = 0.8;
  const Gaussian gaussian{{1, 1}, {9 * c * c + s * s, 8 * c * s, 8 * c * s, 9 * s * s + c * c}};
  const PrincipalComponents one = FitPrincipalComponents(gaussian, 0.9, 5);
  ASSERT_EQ(one.count(), 1u);
  EXPECT_NEAR(one.explained, 0.9, 1e-12);
  EXPECT_NEAR(one.variances[0], 9, 1e-12);
  EXPECT_THAT(one.axes, ElementsAre(DoubleNear(0.6, 1e-12), DoubleNear(0.8, 1e-12)));
  const std::vector<float> row{1 + 3 - 0.8F, 1 + 4 + 0.6F};  // 5 along, 1 across
  EXPECT_NEAR(one.Project(row)[0], 5, 1e-6);
  EXPECT_NEAR(one.ReconstructionError(row), 1, 1e-6);
  EXPECT_EQ(FitPrincipalComponents(gaussian, 1, 5).count(), 2u);
  EXPECT_EQ(FitPrincipalComponents(gaussian, 1, 1).count(), 1u);
}

// By hand: variances 4 and 1, no shrinkage: (2, 3) is at 1² + 3².
TEST(Mahalanobis, IsTheDistanceInStandardDeviations) {
  const Mahalanobis plain(std::vector<double>{4, 0, 0, 1}, 2, 0);
  const std::vector<double> origin{0, 0};
  EXPECT_NEAR(SquaredDistance(plain.Whiten(std::vector<float>{2, 3}), origin), 10, 1e-9);
  // Correlated: [[2, 1], [1, 2]] has the inverse [[2, -1], [-1, 2]] / 3; (1, 0) is at 2 / 3.
  const Mahalanobis correlated(std::vector<double>{2, 1, 1, 2}, 2, 0);
  EXPECT_NEAR(SquaredDistance(correlated.Whiten(std::vector<float>{1, 0}), origin), 2.0 / 3, 1e-9);
  // Without any variance along the second axis it is still finite.
  const Mahalanobis flat(std::vector<double>{4, 0, 0, 0}, 2, 0.1);
  EXPECT_TRUE(std::isfinite(flat.Whiten(std::vector<float>{0, 1})[1]));
}

}  // namespace
}  // namespace prelabel
