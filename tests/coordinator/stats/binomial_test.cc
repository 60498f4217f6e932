#include "coordinator/stats/binomial.h"

#include <gtest/gtest.h>

#include <cmath>

namespace prelabel {
namespace {

// Known answer 6; without an error the bound is 1 - 0.05^(1/n).
TEST(ShareBound, UpperBoundsOnAnErrorRate) {
  EXPECT_NEAR(UpperShareBound(0, 59, 0.05), 0.049508, 5e-7);
  EXPECT_NEAR(UpperShareBound(0, 59, 0.05), 1 - std::pow(0.05, 1.0 / 59), 1e-12);
  EXPECT_NEAR(UpperShareBound(1, 93, 0.05), 0.049994, 5e-7);
  EXPECT_NEAR(UpperShareBound(2, 124, 0.05), 0.049900, 5e-7);
}

// Both sides at 2.5 %: 9 of 10, as R's binom.test(9, 10) prints it, 0.5549839 0.9974714.
TEST(ShareBound, TwoSided) {
  EXPECT_NEAR(LowerShareBound(9, 10, 0.025), 0.5549839, 5e-8);
  EXPECT_NEAR(UpperShareBound(9, 10, 0.025), 0.9974714, 5e-8);
  EXPECT_EQ(LowerShareBound(0, 10, 0.025), 0);
  EXPECT_EQ(UpperShareBound(10, 10, 0.025), 1);
}

}  // namespace
}  // namespace prelabel
