#include "coordinator/scheduler/durations.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

using std::chrono::milliseconds;

TEST(Durations, SaysNothingFromTooFew) {
  Durations durations;
  for (int i = 0; i < 9; ++i) durations.Add(milliseconds(10));
  EXPECT_FALSE(durations.Quantile(0.95).has_value());
  durations.Add(milliseconds(10));
  EXPECT_TRUE(durations.Quantile(0.95).has_value());
}

TEST(Durations, QuantilesAreRightWithinATenth) {
  Durations durations;
  for (int i = 1; i <= 1000; ++i) durations.Add(milliseconds(i));
  for (const double q : {0.05, 0.5, 0.95, 1.0}) {
    const double exact = 1000 * q;  // ms, of 1 to 1000
    const double got = std::chrono::duration<double, std::milli>(*durations.Quantile(q)).count();
    EXPECT_GE(got, exact * 0.999) << q;
    EXPECT_LE(got, exact * 1.101) << q;
  }
}

TEST(Durations, ExtremesFallIntoTheOuterBins) {
  Durations durations;
  for (int i = 0; i < 10; ++i) durations.Add(Duration(0));
  for (int i = 0; i < 10; ++i) durations.Add(std::chrono::hours(10000));
  EXPECT_LE(*durations.Quantile(0.5), std::chrono::microseconds(2));
  EXPECT_GE(*durations.Quantile(1), std::chrono::hours(5));
}

}  // namespace
}  // namespace prelabel
