// Expected values: the C library's correctly rounded printf.
#include "coordinator/formats/fixed_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <limits>
#include <string>

#include "common/base/random.h"

namespace prelabel {
namespace {

std::string Printed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string Hundredths(std::int64_t value) {
  std::string out;
  AppendFixed<2>(value, out);
  return out;
}

std::string FourDecimals(float value) {
  std::string out;
  AppendFourDecimals(value, out);
  return out;
}

TEST(AppendFixed, WritesTheSignTheWholeAndAllDecimals) {
  EXPECT_EQ(Hundredths(0), "0.00");
  EXPECT_EQ(Hundredths(7), "0.07");
  EXPECT_EQ(Hundredths(-7), "-0.07");
  EXPECT_EQ(Hundredths(12345), "123.45");
  EXPECT_EQ(Hundredths(-100), "-1.00");
  EXPECT_EQ(Hundredths(std::numeric_limits<std::int64_t>::min()), "-92233720368547758.08");
}

TEST(AppendFixed, IsWhatPrintfWrites) {
  SplitMix64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const auto value = static_cast<std::int64_t>(random.Below(2000000)) - 1000000;
    ASSERT_EQ(Hundredths(value), Printed(static_cast<double>(value) / 100, 2));
  }
}

TEST(AppendFourDecimals, IsWhatPrintfWrites) {
  SplitMix64 random(2);
  for (int i = 0; i < 100000; ++i) {
    const auto value = static_cast<float>(random.Uniform());
    ASSERT_EQ(FourDecimals(value), Printed(value, 4));
  }
  // Exactly between two texts: to the even one.
  for (const float value : {0.03125F, 0.09375F, 0.53125F, 0.0F, 1.0F, -0.00001F, 12.5F}) {
    EXPECT_EQ(FourDecimals(value), Printed(value, 4));
  }
}

TEST(AppendInteger, AppendsDigits) {
  std::string out = "id ";
  AppendInteger(-42, out);
  AppendInteger(0, out);
  EXPECT_EQ(out, "id -420");
}

}  // namespace
}  // namespace prelabel
