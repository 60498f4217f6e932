// Expected values: by hand, and what a course along two outlines must be like.
#include "common/labels/outline_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace prelabel {
namespace {

TEST(OutlineMatch, CornersBecomeTheNearestCorners) {
  // Lines with corners at 0.5 and at 0.4 of their length.
  const Outline from(std::vector<Point>{{0, 0}, {5, 0}, {5, 5}}, false);
  const Outline to(std::vector<Point>{{0, 9}, {4, 9}, {4, 15}}, false);
  const OutlineMatch match(from, to);
  ASSERT_EQ(match.size(), 3U);
  EXPECT_DOUBLE_EQ(match.FromPlace(1), 0.5);
  EXPECT_DOUBLE_EQ(match.ToPlace(1), 0.4);
  // Evenly in between: half of the first leg, half of the second.
  EXPECT_DOUBLE_EQ(match.Forward(0.25), 0.2);
  EXPECT_DOUBLE_EQ(match.Forward(0.75), 0.7);
  EXPECT_DOUBLE_EQ(match.Backward(0.7), 0.75);
}

TEST(OutlineMatch, WhatIsLeftOverLiesBetweenByArcLength) {
  // A corner at 0.5; at 0.1, 0.2 and 0.6. The nearest of 0.5 is 0.6; 0.1 and 0.2 become 1/6 and 2/6
  // of the way to it.
  const Outline from(std::vector<Point>{{0, 0}, {5, 0}, {10, 0}}, false);
  const Outline to(std::vector<Point>{{0, 0}, {1, 0}, {2, 0}, {6, 0}, {10, 0}}, false);
  const OutlineMatch match(from, to);
  ASSERT_EQ(match.size(), 5U);
  EXPECT_NEAR(match.FromPlace(1), 0.5 / 6, 1e-12);
  EXPECT_NEAR(match.FromPlace(2), 1.0 / 6, 1e-12);
  EXPECT_NEAR(match.FromPlace(3), 0.5, 1e-12);
  EXPECT_NEAR(match.ToPlace(3), 0.6, 1e-12);
}

double Around(double a, double b) {
  const double apart = std::abs(a - b - std::floor(a - b));
  return std::min(apart, 1 - apart);
}

// Whatever is drawn: once around both, without turning back, past every point, and back the same
// way.
TEST(OutlineMatch, IsOneToOne) {
  std::mt19937 random(41);
  const auto any = [&] {
    // On a small grid: points repeat, lines cross and fold, and lengths tie.
    std::vector<Point> points;
    for (unsigned i = 0; i < 1 + random() % 9; ++i) {
      points.push_back({static_cast<float>(random() % 4), static_cast<float>(random() % 4)});
    }
    return points;
  };
  for (int round = 0; round < 3000; ++round) {
    const bool closed = round % 2 == 0;
    const Outline from(any(), closed);
    const Outline to(any(), closed);
    const OutlineMatch match(from, to);
    const double way = match.size() > 1 && match.ToPlace(1) < match.ToPlace(0) ? -1 : 1;
    for (std::size_t i = 1; i < match.size(); ++i) {
      ASSERT_GE(match.FromPlace(i), match.FromPlace(i - 1)) << round;
      ASSERT_GE(way * match.ToPlace(i), way * match.ToPlace(i - 1)) << round;
    }
    ASSERT_LE(match.FromPlace(match.size() - 1), match.FromPlace(0) + 1) << round;
    ASSERT_LE(way * match.ToPlace(match.size() - 1), way * match.ToPlace(0) + 1) << round;
    const auto passes = [&](double place, auto place_of) {
      for (std::size_t i = 0; i < match.size(); ++i) {
        if (Around(place_of(i), place) < 1e-9) return true;
      }
      return false;
    };
    for (const double place : from.places()) {
      ASSERT_TRUE(passes(place, [&](std::size_t i) { return match.FromPlace(i); })) << round;
    }
    for (const double place : to.places()) {
      ASSERT_TRUE(passes(place, [&](std::size_t i) { return match.ToPlace(i); })) << round;
    }
    for (double place = 0.01; place < 1; place += 0.07) {
      ASSERT_LT(Around(match.Backward(match.Forward(place)), place), 1e-6) << round;
    }
  }
}

}  // namespace
}  // namespace prelabel
