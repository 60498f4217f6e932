// Expected values: by hand from the formulas of the sources that motion.h names. A cubic Hermite
// segment has, half way, the mean of its ends plus frames / 8 times the difference of its tangents.
#include "common/labels/motion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace prelabel {
namespace {

TEST(Motion, WithoutNeighborsIsStraight) {
  EXPECT_EQ(Motion(2, 10).At(0.25), 4);
  EXPECT_EQ(Motion(nullptr, 2, 10, nullptr, 5, Extrema::kAnywhere).At(0.25), 4);
}

TEST(Motion, TangentsAreThoseOfTheParabolaThroughThreeKeyframes) {
  // Frames 0, 10, 30, 40; values 0, 10, 50, 60; slopes 1, 2, 1. Tangent at frame 10: 1 + 1/3 · 1 =
  // 4/3; at frame 30: 2 − 2/3 · 1 = 4/3. Half way: 30 + 20/8 · 0.
  const Neighbor before{10, 0};
  const Neighbor after{10, 60};
  const Motion motion(&before, 10, 50, &after, 20, Extrema::kAnywhere);
  EXPECT_DOUBLE_EQ(motion.At(0.5), 30);
  // A quarter: 20 + 20 · (1/4 · 3/4) · ((4/3 − 2) · 3/4 − (4/3 − 2) · 1/4) = 20 − 1.25.
  EXPECT_DOUBLE_EQ(motion.At(0.25), 18.75);
}

TEST(Motion, EndsHaveTheParabolasTangent) {
  // t² at frames 10, 20 and 30: the first and the last segment are the parabola itself.
  const Neighbor after{10, 900};
  const Motion first(nullptr, 100, 400, &after, 10, Extrema::kAnywhere);
  const Neighbor before{10, 100};
  const Motion last(&before, 400, 900, nullptr, 10, Extrema::kAnywhere);
  for (int i = 0; i <= 10; ++i) {
    EXPECT_NEAR(first.At(i / 10.0), (10 + i) * (10 + i), 1e-9);
    EXPECT_NEAR(last.At(i / 10.0), (20 + i) * (20 + i), 1e-9);
  }
}

TEST(Motion, AParabolaAtUnevenKeyframesIsMetExactly) {
  // t² at frames 5, 8, 17 and 20.
  const Neighbor before{3, 25};
  const Neighbor after{3, 400};
  const Motion motion(&before, 64, 289, &after, 9, Extrema::kAnywhere);
  for (int i = 0; i <= 9; ++i) EXPECT_NEAR(motion.At(i / 9.0), (8 + i) * (8 + i), 1e-9);
}

TEST(Motion, LinearMotionStaysLinear) {
  const Neighbor before{7, 3 - 7 * 1.7};
  const Neighbor after{30, 3 + 11 * 1.7 + 30 * 1.7};
  const Motion motion(&before, 3, 3 + 11 * 1.7, &after, 11, Extrema::kAnywhere);
  for (int i = 0; i <= 11; ++i) EXPECT_NEAR(motion.At(i / 11.0), 3 + i * 1.7, 1e-12);
}

TEST(Motion, WhatStandsStillStandsStill) {
  const Neighbor before{1, -100};
  const Neighbor after{1, 300};
  const Motion motion(&before, 5, 5, &after, 10, Extrema::kAnywhere);
  for (int i = 0; i <= 10; ++i) EXPECT_EQ(motion.At(i / 10.0), 5);
}

TEST(Motion, PositionsSwingWhereTheyTurnAndSizesDoNot) {
  // Values 0, 10, 4 at frames 0, 10, 20; slopes 1 and −0.6; tangent at frame 10: 0.2; at frame 20:
  // −0.6 + 1/2 · (−0.6 − 1) = −1.4. Half way of the second segment: 7 + 10/8 · (0.2 + 1.4) = 9.
  // A size has tangents 0 (an extremum is a keyframe) and −1.4: 7 + 10/8 · 1.4 = 8.75.
  const Neighbor before{10, 0};
  const Motion position(&before, 10, 4, nullptr, 10, Extrema::kAnywhere);
  const Motion size(&before, 10, 4, nullptr, 10, Extrema::kAtKeyframes);
  EXPECT_DOUBLE_EQ(position.At(0.5), 9);
  EXPECT_DOUBLE_EQ(size.At(0.5), 8.75);
  // Just behind frame 10 a position still goes on upwards.
  EXPECT_GT(position.At(0.05), 10);
  EXPECT_LT(size.At(0.05), 10);
}

// Fritsch and Carlson's and Hyman's statements, for random keyframes.
TEST(Motion, IsMonotoneWhereKeyframesAre) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> step(0, 1);
  std::uniform_int_distribution<int> frames(1, 40);
  for (int round = 0; round < 5000; ++round) {
    // Steps of very different sizes are where unlimited cubics overshoot.
    const auto up = [&] { return std::pow(step(random), 6); };
    const Neighbor before{static_cast<double>(frames(random)), -up()};
    const double to = up();
    const Neighbor after{static_cast<double>(frames(random)), to + up()};
    const Motion motion(round % 3 == 1 ? nullptr : &before, 0, to,
                        round % 3 == 2 ? nullptr : &after, frames(random), Extrema::kAnywhere);
    double last = 0;
    for (int i = 1; i <= 50; ++i) {
      const double now = motion.At(i / 50.0);
      ASSERT_GE(now, last - 1e-12) << "round " << round << ", part " << i / 50.0;
      last = now;
    }
  }
}

TEST(Motion, SizesStayBetweenTheirKeyframes) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> size(0, 100);
  std::uniform_int_distribution<int> frames(1, 40);
  for (int round = 0; round < 5000; ++round) {
    const Neighbor before{static_cast<double>(frames(random)), size(random)};
    const Neighbor after{static_cast<double>(frames(random)), size(random)};
    const double from = size(random);
    const double to = size(random);
    const Motion motion(round % 3 == 1 ? nullptr : &before, from, to,
                        round % 3 == 2 ? nullptr : &after, frames(random), Extrema::kAtKeyframes);
    for (int i = 0; i <= 50; ++i) {
      ASSERT_GE(motion.At(i / 50.0), std::min(from, to) - 1e-9) << round;
      ASSERT_LE(motion.At(i / 50.0), std::max(from, to) + 1e-9) << round;
    }
  }
}

}  // namespace
}  // namespace prelabel
