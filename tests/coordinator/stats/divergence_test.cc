#include "coordinator/stats/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace prelabel {
namespace {

using Counts = std::vector<double>;

// numpy's legacy generator: numpy.random.seed(s) and normal() are this (53-bit uniform numbers of
// the Mersenne twister, polar method with one number kept).
class LegacyNormal {
 public:
  explicit LegacyNormal(unsigned seed) : twister_(seed) {}
  double operator()() {
    if (has_kept_) {
      has_kept_ = false;
      return kept_;
    }
    double x = 0;
    double y = 0;
    double squared = 0;
    do {
      x = 2 * Uniform() - 1;
      y = 2 * Uniform() - 1;
      squared = x * x + y * y;
    } while (squared >= 1 || squared == 0);
    const double scale = std::sqrt(-2 * std::log(squared) / squared);
    kept_ = scale * x;
    has_kept_ = true;
    return scale * y;
  }

 private:
  double Uniform() {
    const double high = twister_() >> 5;
    const double low = twister_() >> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }
  std::mt19937 twister_;
  bool has_kept_ = false;
  double kept_ = 0;
};

// Known answer 3.
TEST(Divergence, Hellinger) {
  EXPECT_NEAR(HellingerDistance(Counts{16, 18, 16, 14, 12, 12}, Counts{16, 16, 16, 16, 16, 8}),
              0.06812, 1e-5);  // 0.0681277, cut off
  EXPECT_EQ(HellingerDistance(Counts{1, 0}, Counts{0, 3}), 1);
  EXPECT_EQ(HellingerDistance(Counts{0, 0}, Counts{0, 3}), 0);
}

// Known answer 4.
TEST(Divergence, WassersteinOfSamples) {
  LegacyNormal normal(1);
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 10000; ++i) a.push_back(normal());
  for (int i = 0; i < 1000; ++i) b.push_back(1 + normal());
  EXPECT_NEAR(a[0], 1.62434536, 1e-8);  // numpy's first number for seed 1
  EXPECT_NEAR(Wasserstein1(a, b), 1.01, 0.005);
}

TEST(Divergence, JensenShannonAndLInfinity) {
  EXPECT_NEAR(JensenShannonDistance(Counts{1, 1, 1, 1, 0}, Counts{1, 1, 1, 0, 1}), 0.50, 1e-12);
  EXPECT_NEAR(LInfinityDistance(Counts{2, 2, 2, 0}, Counts{2, 2, 2, 1}), 0.14, 0.005);
  EXPECT_NEAR(LInfinityDistance(Counts{2, 2, 2}, Counts{0, 5, 0}), 0.67, 0.005);
}

// By hand: 0 and 1 against 2 and 3 are moved by 2; in bins of a half by as much.
TEST(Divergence, WassersteinByHand) {
  EXPECT_DOUBLE_EQ(Wasserstein1({1, 0}, {2, 3}), 2);
  EXPECT_DOUBLE_EQ(Wasserstein1({0}, {0, 3}), 1.5);
  EXPECT_DOUBLE_EQ(Wasserstein1({}, {1}), 0);
  EXPECT_DOUBLE_EQ(Wasserstein1OfHistograms(Counts{1, 1, 0, 0}, Counts{0, 0, 2, 2}, 0.5), 1);
}

}  // namespace
}  // namespace prelabel
