// Expected values: by hand.
#include "common/labels/outline_alignment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace prelabel {
namespace {

Outline Closed(const std::vector<Point>& points) { return {points, true}; }

// Of 18 × 6, by how far it is turned about (50, 50).
Outline TurnedRectangle(double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  std::vector<Point> points;
  for (const auto& [x, y] : {Point{-9, -3}, {9, -3}, {9, 3}, {-9, 3}}) {
    points.push_back({static_cast<float>(50 + x * std::cos(angle) - y * std::sin(angle)),
                      static_cast<float>(50 + x * std::sin(angle) + y * std::cos(angle))});
  }
  return Closed(points);
}

TEST(AlignOutlines, CornersOfATurnedRectangleLieOnCorners) {
  // The corner at (41, 47), where the upright one begins, is here after the turn.
  for (const double degrees : {3.0, 20.0, 40.0, -15.0, -40.0, 70.0}) {
    const double angle = degrees * std::numbers::pi / 180;
    const Outline upright = TurnedRectangle(0);
    const Outline turned = TurnedRectangle(degrees);
    const Alignment alignment = AlignOutlines(upright, turned);
    const Position corner = turned.At(alignment.begin);
    EXPECT_EQ(alignment.direction, 1);
    EXPECT_NEAR(corner.x, 50 - 9 * std::cos(angle) + 3 * std::sin(angle), 1e-4) << degrees;
    EXPECT_NEAR(corner.y, 50 - 9 * std::sin(angle) - 3 * std::cos(angle), 1e-4) << degrees;
  }
}

TEST(AlignOutlines, SizeAndPlaceDoNotMatter) {
  const Outline small = Closed({{0, 0}, {8, 0}, {8, 2}, {2, 2}, {2, 6}, {0, 6}});
  const Outline large =
      Closed({{120, 120}, {120, 160}, {100, 160}, {100, 100}, {180, 100}, {180, 120}});
  const Alignment alignment = AlignOutlines(small, large);
  EXPECT_NEAR(large.At(alignment.begin).x, 100, 1e-9);
  EXPECT_NEAR(large.At(alignment.begin).y, 100, 1e-9);
}

// Drawn as there-and-back lines, whose direction says nothing.
TEST(AlignOutlines, FlatOutlinesMayRunTheOtherWay) {
  // From (0, 0) over (6, 0) and (10, 0) back: at rising places x 0 … 10 … 0. Its mirror image in
  // time is the same line; the long leg comes last or first.
  const Outline there = Closed({{0, 0}, {6, 0}, {6, 4}, {6, 0}});
  const Outline back = Closed({{0, 0}, {6, 0}, {6, 4}, {6, 0}, {2, 0}});
  ASSERT_TRUE(there.flat());
  ASSERT_TRUE(back.flat());
  const Alignment alignment = AlignOutlines(there, back);
  for (const double part : {0.0, 0.1, 0.3, 0.5, 0.8}) {
    const Position a = there.At(part);
    const Position b = back.At(alignment.begin + alignment.direction * part);
    EXPECT_NEAR(a.x, b.x, 1e-6);
    EXPECT_NEAR(a.y, b.y, 1e-6);
  }
}

TEST(AlignOutlines, OpenOnesLieEndOnEnd) {
  const Outline line({std::vector<Point>{{0, 0}, {10, 0}, {10, 4}}}, false);
  const Outline along({std::vector<Point>{{2, 1}, {13, 1}}}, false);
  const Outline against({std::vector<Point>{{13, 1}, {2, 1}}}, false);
  EXPECT_EQ(AlignOutlines(line, along).begin, 0);
  EXPECT_EQ(AlignOutlines(line, along).direction, 1);
  EXPECT_EQ(AlignOutlines(line, against).begin, 1);
  EXPECT_EQ(AlignOutlines(line, against).direction, -1);
}

}  // namespace
}  // namespace prelabel
