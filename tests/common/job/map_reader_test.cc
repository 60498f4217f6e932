#include "common/job/map_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, ParsesWholeNumbersWithAUnit) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("2s"), seconds(2));
  EXPECT_EQ(ParseDuration("10m"), minutes(10));
  EXPECT_EQ(ParseDuration("1h"), hours(1));
  for (const char* bad : {"", "2", "s", "2 s", "2sec", "-1s", "1.5s", "99999999999999999999h"}) {
    EXPECT_EQ(ParseDuration(bad), std::nullopt) << bad;
  }
}

TEST(Duration, FormatsWithTheLargestExactUnit) {
  EXPECT_EQ(FormatDuration(milliseconds(0)), "0ms");
  EXPECT_EQ(FormatDuration(milliseconds(1500)), "1500ms");
  EXPECT_EQ(FormatDuration(seconds(90)), "90s");
  EXPECT_EQ(FormatDuration(minutes(60)), "1h");
}

TEST(MapReader, NumbersOutsideTheirRange) {
  Mistakes mistakes("f");
  const auto root =
      ParseYaml("a: 0\nb: 1e99\nc: nan\nd: 99999999999999999999\ne: 1.0\nf: yes\n", 0, mistakes);
  ASSERT_TRUE(root.has_value());
  MapReader reader(*root, "", mistakes);
  float positive = 0.5F;
  float fraction = 0.5F;
  int whole = 7;
  bool flag = false;
  reader.PositiveFraction("a", &positive);
  EXPECT_FALSE(reader.Fraction("b", &fraction));
  EXPECT_FALSE(reader.Fraction("c", &fraction));
  reader.Integer("d", 0, 10, &whole);
  reader.Integer("e", 0, 10, &whole);
  reader.Flag("f", &flag);
  reader.Finish();
  EXPECT_EQ(mistakes.ToString(),
            "f:1:4: 'a' must be a number over 0 and at most 1, not '0'\n"
            "f:2:4: 'b' must be a number from 0 to 1, not '1e99'\n"
            "f:3:4: 'c' must be a number from 0 to 1, not 'nan'\n"
            "f:4:4: 'd' must be a whole number from 0 to 10, not '99999999999999999999'\n"
            "f:5:4: 'e' must be a whole number from 0 to 10, not '1.0'\n"
            "f:6:4: 'f' must be true or false, not 'yes'");
  EXPECT_EQ(positive, 0.5F);  // what is wrong leaves the value alone
  EXPECT_EQ(fraction, 0.5F);
  EXPECT_EQ(whole, 7);
}

}  // namespace
}  // namespace prelabel
