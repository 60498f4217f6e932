// Expected bits: IEEE 754-2008 binary16, worked by hand or from the format's definition.
#include "common/base/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace prelabel {
namespace {

TEST(Float16, EncodesKnownValues) {
  EXPECT_EQ(FloatToHalf(0.0F), 0x0000);
  EXPECT_EQ(FloatToHalf(-0.0F), 0x8000);
  EXPECT_EQ(FloatToHalf(1.0F), 0x3C00);
  EXPECT_EQ(FloatToHalf(-2.0F), 0xC000);
  EXPECT_EQ(FloatToHalf(65504.0F), 0x7BFF);  // the largest half
  EXPECT_EQ(FloatToHalf(65520.0F), 0x7C00);  // half-way to 65536 rounds to infinity
  EXPECT_EQ(FloatToHalf(0x1p-14F), 0x0400);  // the smallest normal
  EXPECT_EQ(FloatToHalf(0x1p-24F), 0x0001);  // the smallest subnormal
  EXPECT_EQ(FloatToHalf(0x1p-25F), 0x0000);  // a tie goes to even
  EXPECT_EQ(FloatToHalf(0x1.8p-25F), 0x0001);
  EXPECT_EQ(FloatToHalf(1.0F + 0x1p-11F), 0x3C00);  // tie to even, down
  EXPECT_EQ(FloatToHalf(1.0F + 0x3p-11F), 0x3C02);  // tie to even, up
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::infinity()), 0x7C00);
}

TEST(Float16, EveryHalfSurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<Float16>(bits);
    const float value = HalfToFloat(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(HalfToFloat(FloatToHalf(value))));
    } else {
      EXPECT_EQ(FloatToHalf(value), half) << bits;
    }
  }
}

}  // namespace
}  // namespace prelabel
