#include "coordinator/stats/finite_sample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/stats/binomial.h"

namespace prelabel {
namespace {

// By hand: 3 of 10 have it, 4 are drawn. C(7,4)/C(10,4) = 35/210; with one hit 3 C(7,3)/210 more.
TEST(FiniteSample, ProbabilitiesByHand) {
  EXPECT_NEAR(AtMostProbability({10, 4, 0}, 3), 35.0 / 210, 1e-12);
  EXPECT_NEAR(AtMostProbability({10, 4, 1}, 3), (35.0 + 105) / 210, 1e-12);
  EXPECT_NEAR(AtMostProbability({10, 4, 2}, 3), (35.0 + 105 + 63) / 210, 1e-12);
  EXPECT_EQ(AtMostProbability({10, 4, 3}, 3), 1);
  EXPECT_EQ(AtMostProbability({10, 4, 0}, 7), 0);  // three places are left for four
}

TEST(FiniteSample, ALargePopulationIsIndependentDraws) {
  EXPECT_NEAR(AtMostProbability({1000000000, 59, 0}, 50000000), std::pow(0.95, 59), 1e-6);
  EXPECT_NEAR(AtMostProbability({std::uint64_t{1} << 40, 59, 0}, std::uint64_t{1} << 39),
              std::pow(0.5, 59), 1e-20);
  // Hits that are nearly all of those there are, each of them improbable.
  EXPECT_NEAR(AtMostProbability({1000000, 5000, 4000}, 5000), 1, 1e-9);
  // One in a billion is still counted right.
  const double most = static_cast<double>(MostInPopulation({1000000000, 93, 1}, 0.05)) / 1e9;
  EXPECT_NEAR(most, UpperShareBound(1, 93, 0.05), 1e-6);
}

// By hand: none of 2 drawn of 4. With 2 that have it the chance is C(2,2)/C(4,2) = 1/6; with one
// C(3,2)/6 = 1/2.
TEST(FiniteSample, BoundsByHand) {
  EXPECT_EQ(MostInPopulation({4, 2, 0}, 0.1), 2U);
  EXPECT_EQ(MostInPopulation({4, 2, 0}, 0.2), 1U);
  EXPECT_EQ(LeastInPopulation({4, 2, 2}, 0.1), 2U);
  EXPECT_EQ(LeastInPopulation({4, 2, 2}, 0.2), 3U);
}

TEST(FiniteSample, WhoLooksAtAllKnowsAll) {
  EXPECT_EQ(LeastInPopulation({7, 7, 5}, 0.05), 5U);
  EXPECT_EQ(MostInPopulation({7, 7, 5}, 0.05), 5U);
  EXPECT_EQ(LeastInPopulation({7, 0, 0}, 0.05), 0U);
  EXPECT_EQ(MostInPopulation({7, 0, 0}, 0.05), 7U);
}

}  // namespace
}  // namespace prelabel
