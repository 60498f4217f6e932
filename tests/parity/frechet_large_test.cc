// Known answer 2 in its own dimensions and numbers of rows, which take too long for a unit test.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "common/base/random.h"
#include "coordinator/stats/gaussian.h"

namespace prelabel {
namespace {

Gaussian UnitAt(double mean, std::size_t d) {
  Gaussian gaussian{std::vector<double>(d, mean), std::vector<double>(d * d)};
  for (std::size_t i = 0; i < d; ++i) gaussian.covariance[i * d + i] = 1;
  return gaussian;
}

TEST(FrechetDistanceLarge, MeansOneApartIn2048Dimensions) {
  EXPECT_NEAR(FrechetDistance(UnitAt(0, 2048), UnitAt(1, 2048)), 2048, 1e-6);
}

// Two samples of N(0, I) in 256 dimensions still are 0.67 apart at 50,000 rows; NumPy's draws
// differ from one another by a standard deviation of 0.006 (six of them: 0.661 to 0.676).
TEST(FrechetDistanceLarge, BiasOf50000Rows) {
  SplitMix64 random(1);
  const auto draw = [&random] {
    Rows rows{256, {}};
    rows.values.reserve(50000 * 256);
    for (std::size_t i = 0; i < 50000 * 256; ++i) {
      rows.values.push_back(static_cast<float>(std::sqrt(-2 * std::log(1 - random.Uniform())) *
                                               std::cos(6.283185307179586 * random.Uniform())));
    }
    return FitGaussian(rows);
  };
  EXPECT_NEAR(FrechetDistance(draw(), draw()), 0.67, 0.018);
}

}  // namespace
}  // namespace prelabel
