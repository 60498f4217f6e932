#include "common/base/parse_number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace prelabel {
namespace {

TEST(ParseNumber, TakesTheWholeText) {
  EXPECT_EQ(ParseNumber<std::int64_t>("-12"), -12);
  EXPECT_EQ(ParseNumber<double>("1.5e2"), 150.0);
  EXPECT_EQ(ParseNumber<std::uint8_t>("255"), 255);
}

TEST(ParseNumber, RefusesWhatIsNoNumberOrTooLarge) {
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "1.5", "0x10", "99999999999999999999"}) {
    EXPECT_EQ(ParseNumber<std::int64_t>(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseNumber<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(ParseNumber<double>("1e999"), std::nullopt);
  EXPECT_EQ(ParseNumber<double>("1,5"), std::nullopt);
}

}  // namespace
}  // namespace prelabel
