#include "coordinator/stats/hypothesis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/stats/divergence.h"

namespace prelabel {
namespace {

using Counts = std::vector<double>;

// Known answer 3. In the goodness of fit the second counts are what was observed.
TEST(ChiSquared, KnownAnswers) {
  const Counts first{16, 18, 16, 14, 12, 12};
  const Counts second{16, 16, 16, 16, 16, 8};
  EXPECT_NEAR(GoodnessOfFit(second, first).p, 0.67309, 5e-6);
  EXPECT_NEAR(Contingency(first, second).p, 0.89853, 5e-6);
  // aabaab against bacccc.
  const ChiSquared letters = Contingency(Counts{4, 2, 0}, Counts{1, 1, 4});
  EXPECT_NEAR(letters.statistic, 6.13333, 5e-6);
  EXPECT_NEAR(letters.p, 0.04658, 5e-6);
  EXPECT_EQ(Contingency(Counts{0, 0}, Counts{1, 1}).p, 1);
}

// By hand: the functions of 1, 2, 3, 4 and 3, 4, 5, 6 are 0.5 apart at 2.
TEST(KolmogorovSmirnov, StatisticByHand) {
  EXPECT_DOUBLE_EQ(TestKolmogorovSmirnov({4, 3, 2, 1}, {3, 4, 5, 6}).statistic, 0.5);
  EXPECT_DOUBLE_EQ(TestKolmogorovSmirnov({1, 1, 2}, {1, 1, 2}).statistic, 0);
  EXPECT_EQ(TestKolmogorovSmirnov({}, {1}).p, 1);
}

// The usual table: for large samples the critical value is 1.358 sqrt((n + m) / n m) at 5 %, and
// 1.628 at 1 %. For 10,000 each that is 0.0192 and 0.0230.
TEST(KolmogorovSmirnov, CriticalValues) {
  std::vector<double> a;
  std::vector<double> five;
  std::vector<double> one;
  for (int i = 0; i < 10000; ++i) {
    a.push_back(i);
    five.push_back(i + 191.5);
    one.push_back(i + 229.5);
  }
  EXPECT_NEAR(TestKolmogorovSmirnov(a, five).p, 0.05, 0.001);
  EXPECT_NEAR(TestKolmogorovSmirnov(a, one).p, 0.01, 0.0005);
}

// Three units against three, all of one bin against all of the other: of the 20 ways to choose
// three, 2 are as far apart.
TEST(TestByPermutation, CountsRelabelings) {
  const std::vector<UnitBins> a(3, UnitBins{0});
  const std::vector<UnitBins> b(3, UnitBins{1, 1});
  const Permutation test = TestByPermutation(a, b, 2, LInfinityDistance, 19999, 1);
  EXPECT_EQ(test.distance, 1);
  EXPECT_NEAR(test.p, 0.1, 0.01);
  // The other 18 have two of one kind and one of the other: shares of the first bin of 1/2 and 1/5.
  EXPECT_NEAR(test.by_chance, 0.1 + 0.9 * 0.3, 0.01);
  EXPECT_EQ(TestByPermutation(a, b, 2, LInfinityDistance, 99, 1).p,
            TestByPermutation(a, b, 2, LInfinityDistance, 99, 1).p);
  EXPECT_EQ(TestByPermutation({}, b, 2, LInfinityDistance, 99, 1).p, 1);
}

// Benjamini and Hochberg's own example (1995, table of the paper): 15 p values, of which the first
// four are rejected at 0.05.
TEST(BenjaminiHochberg, TheirExample) {
  const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                              0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const std::vector<double> q = BenjaminiHochberg(p);
  EXPECT_NEAR(q[0], 0.0015, 1e-12);
  EXPECT_NEAR(q[3], 0.0095 * 15 / 4, 1e-12);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(q[i] <= 0.05, i < 4) << i;
  EXPECT_TRUE(BenjaminiHochberg({}).empty());
}

}  // namespace
}  // namespace prelabel
