#include "common/base/random.h"

#include <gtest/gtest.h>

#include <array>

namespace prelabel {
namespace {

// Vigna's reference implementation (splitmix64.c): first outputs for the seed 1234567.
TEST(SplitMix64, ReferenceOutputs) {
  SplitMix64 random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317U);
  EXPECT_EQ(random.Next(), 3203168211198807973U);
  EXPECT_EQ(random.Next(), 9817491932198370423U);
}

// 60,000 throws: a count is 10,000 with a standard deviation of 91.
TEST(SplitMix64, BelowIsEven) {
  SplitMix64 random(1);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[random.Below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) sum += random.Uniform();
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);
}

}  // namespace
}  // namespace prelabel
