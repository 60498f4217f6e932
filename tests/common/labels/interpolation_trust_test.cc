// Expected values: hand calculation.
#include "common/labels/interpolation_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/labels/interpolation.h"

namespace prelabel {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Keyframe At(std::int64_t frame, float x, float score = 0.8F) {
  return {frame, {x, 0, x + 100, 100}, score};
}

TEST(HoldOutIou, OfABoxThatIsOffTheStraightLine) {
  // Expected at x = 50, seen at 70: 80 of 120 columns are shared.
  const std::vector<Keyframe> keyframes = {At(0, 0), At(5, 70), At(10, 100)};
  EXPECT_FLOAT_EQ(static_cast<float>(HoldOutIou(keyframes, 1)), 80.0F / 120);
}

TEST(TrustGaps, WhatMovesStraightIsTrusted) {
  const auto gaps = TrustGaps(std::vector{At(0, 0), At(10, 50), At(20, 100)});
  ASSERT_THAT(gaps, SizeIs(2));
  for (const GapTrust& gap : gaps) {
    EXPECT_TRUE(gap.measured);
    EXPECT_EQ(gap.WorstIou(), 1);
  }
}

TEST(TrustGaps, ALeftOutKeyframeTellsTheLossAroundIt) {
  // Left out, the middle keyframe loses 1/3 over 10 × 10 frames; in the middle of a gap of 10 it is
  // 5 × 5 / 100 of that.
  const auto gaps = TrustGaps(std::vector{At(0, 0), At(10, 70), At(20, 100)});
  ASSERT_THAT(gaps, SizeIs(2));
  EXPECT_NEAR(gaps[0].WorstIou(), 1 - 1.0 / 12, 1e-6);
  EXPECT_NEAR(gaps[1].ExpectedIou(12), 1 - 16.0 / 300, 1e-6);
  EXPECT_EQ(gaps[1].ExpectedIou(10), 1);
  EXPECT_EQ(gaps[1].ExpectedIou(20), 1);
}

TEST(TrustGaps, TwoKeyframesAreJudgedByTheWayBetween) {
  EXPECT_EQ(TrustGaps(std::vector{At(0, 0), At(10, 0)})[0].WorstIou(), 1);
  const GapTrust moved = TrustGaps(std::vector{At(0, 0), At(10, 100)})[0];
  EXPECT_FALSE(moved.measured);
  EXPECT_NEAR(moved.WorstIou(), 0.8, 1e-9);  // its own size
  EXPECT_NEAR(TrustGaps(std::vector{At(0, 0), At(10, 900)})[0].WorstIou(), 0.8, 1e-9);
  EXPECT_THAT(TrustGaps(std::vector{At(0, 0)}), IsEmpty());
}

TEST(Interpolate, ScoresFallWithTheExpectedError) {
  const std::vector<Keyframe> keyframes = {At(0, 0, 0.9F), At(10, 70, 0.6F), At(20, 100, 0.6F)};
  const std::vector<TrackPoint> points = Interpolate(keyframes, InterpolationMethod::kLinear);
  ASSERT_THAT(points, SizeIs(21));
  EXPECT_EQ(points[0].score, 0.9F);
  EXPECT_FLOAT_EQ(points[5].score, static_cast<float>(0.6 * 11 / 12));
  EXPECT_FLOAT_EQ(points[1].score, static_cast<float>(0.6 * (1 - 9.0 / 300)));
  EXPECT_EQ(points[10].score, 0.6F);
}

}  // namespace
}  // namespace prelabel
