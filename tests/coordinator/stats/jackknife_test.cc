#include "coordinator/stats/jackknife.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace prelabel {
namespace {

// By hand: of a mean of groups of one, leaving one out gives (sum - x) / (n - 1), and the jackknife
// variance is s² / n: for 1, 2, 3, 6 the mean is 3, s² = 14 / 3, s² / 4 = 7 / 6.
TEST(JackknifeRatio, OfGroupsOfOneIsTheUsualStandardError) {
  const std::vector<double> values{1, 2, 3, 6};
  const std::vector<double> ones{1, 1, 1, 1};
  const RatioEstimate mean = JackknifeRatio(values, ones);
  EXPECT_DOUBLE_EQ(mean.value, 3);
  EXPECT_NEAR(mean.variance, 7.0 / 6, 1e-12);
  EXPECT_EQ(mean.groups, 4u);
}

// By hand: 3/4 and 1/2 together 4/6; without the first 1/2, without the second 3/4. Half of twice
// (1/8)² is 1/64. The empty group is not there.
TEST(JackknifeRatio, OfGroupsOfDifferentSizes) {
  const RatioEstimate ratio =
      JackknifeRatio(std::vector<double>{3, 0, 1}, std::vector<double>{4, 0, 2});
  EXPECT_NEAR(ratio.value, 2.0 / 3, 1e-12);
  EXPECT_NEAR(ratio.variance, 1.0 / 64, 1e-12);
  EXPECT_EQ(ratio.groups, 2u);
}

TEST(JackknifeRatio, NothingToGoBy) {
  EXPECT_EQ(JackknifeRatio({}, {}).value, 0);
  const RatioEstimate one = JackknifeRatio(std::vector<double>{1}, std::vector<double>{2});
  EXPECT_EQ(one.value, 0.5);
  EXPECT_TRUE(std::isinf(HalfWidth95(one.variance, one.groups)));
}

// t for 10 degrees of freedom is 2.228.
TEST(HalfWidth95, IsTheQuantileTimesTheStandardError) {
  EXPECT_NEAR(HalfWidth95(0.25, 11), 1.114, 1e-3);
}

}  // namespace
}  // namespace prelabel
