// Expected values: by hand.
#include "common/labels/outline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

void ExpectPosition(const Position& position, double x, double y) {
  EXPECT_NEAR(position.x, x, 1e-12);
  EXPECT_NEAR(position.y, y, 1e-12);
}

TEST(Outline, OpenRunsFromEndToEnd) {
  const Outline line(std::vector<Point>{{0, 0}, {3, 0}, {3, 0}, {3, 1}}, false);
  EXPECT_THAT(line.places(), ElementsAre(0, 0.75, 1));
  ExpectPosition(line.At(0.5), 2, 0);
  ExpectPosition(line.At(0.875), 3, 0.5);
  ExpectPosition(line.At(1), 3, 1);
  // 3 px about (1.5, 0), 1 px about (3, 0.5).
  ExpectPosition(line.Centroid(), 1.875, 0.125);
}

TEST(Outline, ClosedRunsOnAtItsEnd) {
  const Outline triangle(std::vector<Point>{{0, 0}, {4, 0}, {4, 3}}, true);
  EXPECT_THAT(triangle.places(), ElementsAre(0, 4.0 / 12, 7.0 / 12));
  ExpectPosition(triangle.At(1 - 2.5 / 12), 2, 1.5);
  ExpectPosition(triangle.At(-2.5 / 12), 2, 1.5);
  ExpectPosition(triangle.At(2 + 1.0 / 12), 1, 0);
}

TEST(Outline, HoweverDrawnItIsTheSame) {
  const std::vector<Point> drawn = {{5, 5}, {5, 1}, {9, 1}, {9, 9}, {1, 9}, {1, 6}};
  const Outline expected(drawn, true);
  EXPECT_FALSE(expected.flat());
  for (std::size_t start = 0; start < drawn.size(); ++start) {
    std::vector<Point> points = drawn;
    std::rotate(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(start), points.end());
    for (const bool backwards : {false, true}) {
      if (backwards) std::reverse(points.begin(), points.end());
      points.push_back(points.front());  // as some tools close them
      const Outline outline(points, true);
      points.pop_back();
      EXPECT_EQ(outline.places(), expected.places());
      for (const double place : {0.0, 0.2, 0.7}) {
        ExpectPosition(outline.At(place), expected.At(place).x, expected.At(place).y);
      }
      ExpectPosition(outline.At(outline.start()), points.front().x, points.front().y);
      EXPECT_EQ(outline.reversed(), expected.reversed() != backwards);
    }
  }
}

TEST(Outline, FlatEnclosesNothing) {
  EXPECT_TRUE(Outline(std::vector<Point>{{0, 0}, {10, 10}, {5, 5}}, true).flat());
  EXPECT_TRUE(Outline(std::vector<Point>{{7, 7}, {7, 7}, {7, 7}}, true).flat());
  // Two triangles that are wound against each other.
  EXPECT_TRUE(Outline(std::vector<Point>{{0, 0}, {4, 4}, {4, 0}, {0, 4}}, true).flat());
}

TEST(Outline, OneSpotIsEverywhere) {
  const std::vector<Point> spot = {{7, 8}, {7, 8}};
  for (const bool closed : {false, true}) {
    const Outline outline(spot, closed);
    for (const double place : {0.0, 0.3, 1.0}) ExpectPosition(outline.At(place), 7, 8);
    ExpectPosition(outline.Centroid(), 7, 8);
  }
}

}  // namespace
}  // namespace prelabel
