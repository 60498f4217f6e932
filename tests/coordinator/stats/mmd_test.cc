#include "coordinator/stats/mmd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace prelabel {
namespace {

// numpy.random.seed(31); X = multivariate_normal([1, 1], 2 I, 100), Y = multivariate_normal([0, 0],
// [[2, 1], [1, 2]], 100), X first: the example of Frouros' documentation.
void ReadSamples(Rows& x, Rows& y) {
  std::ifstream in("tests/coordinator/stats/data/mmd_seed31.txt");
  double value = 0;
  for (int i = 0; i < 400 && in >> value; ++i) {
    (i < 200 ? x : y).values.push_back(static_cast<float>(value));
  }
  x.dimensions = y.dimensions = 2;
  ASSERT_EQ(x.count(), 100u);
  ASSERT_EQ(y.count(), 100u);
}

// Known answer 1; the samples here are in single precision.
TEST(Mmd, KnownAnswer) {
  Rows x;
  Rows y;
  ReadSamples(x, y);
  EXPECT_NEAR(UnbiasedMmd2(x, y, 0.5), 0.02146955300299802, 1e-8);
}

TEST(Mmd, RandomFourierFeaturesComeNearIt) {
  Rows x;
  Rows y;
  ReadSamples(x, y);
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    sum += FeatureMmd2(RandomFourierFeatures(x, 4096, 0.5, seed),
                       RandomFourierFeatures(y, 4096, 0.5, seed));
  }
  EXPECT_NEAR(sum / 20, 0.0218, 0.0005);
}

TEST(Mmd, PermutationsTellDifferentSamplesFromEqualOnes) {
  Rows x;
  Rows y;
  ReadSamples(x, y);
  const Rows fx = RandomFourierFeatures(x, 256, 1.5, 1);
  const Rows fy = RandomFourierFeatures(y, 256, 1.5, 1);
  const MmdTest different = TestFeatureMmd(fx, fy, 999, 7);
  EXPECT_NEAR(different.mmd2, FeatureMmd2(fx, fy), 1e-9);
  EXPECT_EQ(different.p, 0.001);
  Rows first{fx.dimensions, {fx.values.begin(), fx.values.begin() + 50 * 512}};
  Rows second{fx.dimensions, {fx.values.begin() + 50 * 512, fx.values.end()}};
  EXPECT_GT(TestFeatureMmd(first, second, 999, 7).p, 0.05);
}

TEST(Mmd, MedianDistance) {
  // 0, 1, 3: distances 1, 3, 2.
  EXPECT_EQ(MedianDistance({1, {0, 1, 3}}, 100), 2);
  EXPECT_EQ(MedianDistance({1, {0, 1, 3}}, 2), 1);
  EXPECT_EQ(MedianDistance({1, {5}}, 100), 1);
}

TEST(Mmd, TooFewRows) {
  const Rows one{1, {1}};
  EXPECT_EQ(UnbiasedMmd2(one, one, 1), 0);
  EXPECT_EQ(TestFeatureMmd(one, one, 99, 1).p, 1);
}

}  // namespace
}  // namespace prelabel
