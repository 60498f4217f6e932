// Expected points: drawn by hand.
#include "coordinator/formats/shape_outline.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

using Points = std::vector<std::pair<double, double>>;

Points PointsOf(const ClosedLine& line) {
  Points points;
  for (const Position& position : line) points.emplace_back(position.x, position.y);
  return points;
}

Label Masked(Rle mask) {
  Label label;
  label.mask = std::make_shared<const Rle>(std::move(mask));
  return label;
}

Label Drawn(Shape shape) {
  Label label;
  label.box = BoundsOf(shape);
  ShapePoint point;
  point.shape = std::move(shape);
  label.drawn = std::make_shared<const ShapePoint>(std::move(point));
  return label;
}

TEST(ShapeOutline, ABoxHasFourCorners) {
  Label label;
  label.box = {1, 2, 4, 8};
  ASSERT_EQ(OutlinesOf(label).size(), 1U);
  EXPECT_EQ(PointsOf(OutlinesOf(label)[0]), (Points{{1, 2}, {4, 2}, {4, 8}, {1, 8}}));
}

TEST(ShapeOutline, ADrawnMaskStandsWhereItWasDrawn) {
  const auto lines = OutlinesOf(Drawn(MakeMask({1, 2, {1, 1}}, 10, 20)));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(PointsOf(lines[0]), (Points{{10, 20}, {12, 20}, {12, 21}, {10, 21}}));
}

TEST(ShapeOutline, ATurnedBoxIsItsCorners) {
  Shape shape;
  shape.box = {0, 0, 4, 2};
  shape.rotation = 90;  // about (2, 1), clockwise: the top left corner goes to the top right
  const auto lines = OutlinesOf(Drawn(shape));
  const Points expected = {{3, -1}, {3, 3}, {1, 3}, {1, -1}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(lines[0][i].x, expected[i].first, 1e-9);
    EXPECT_NEAR(lines[0][i].y, expected[i].second, 1e-9);
  }
}

// Two pixels, at (0, 0) and (2, 0).
TEST(ShapeOutline, PartsAreJoinedByAWayThereAndBack) {
  const auto lines = OutlinesOf(Masked({1, 3, {0, 1, 1, 1}}));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(PointsOf(Joined(lines)), (Points{{0, 0},
                                             {1, 0},
                                             {1, 1},
                                             {0, 1},
                                             {0, 0},  // to …
                                             {2, 0},
                                             {3, 0},
                                             {3, 1},
                                             {2, 1},
                                             {2, 0}}));  // … and back to the first
}

// From the third part the way back leads over the second one's first point.
TEST(ShapeOutline, TheWayBackIsTheWayThere) {
  const ClosedLine joined =
      Joined({{{0, 0}, {1, 0}, {0, 1}}, {{5, 0}, {6, 0}, {5, 1}}, {{9, 0}, {10, 0}, {9, 1}}});
  EXPECT_EQ(PointsOf(joined), (Points{{0, 0},
                                      {1, 0},
                                      {0, 1},
                                      {0, 0},
                                      {5, 0},
                                      {6, 0},
                                      {5, 1},
                                      {5, 0},
                                      {9, 0},
                                      {10, 0},
                                      {9, 1},
                                      {9, 0},
                                      {5, 0}}));
}

TEST(ShapeOutline, AMaskIsOfTheWholeImage) {
  const auto mask = MaskOf(Drawn(MakeMask({2, 1, {1, 1}}, 2, -1)), 3, 2);
  ASSERT_TRUE(mask.has_value());
  EXPECT_EQ(*mask, (Rle{2, 3, {4, 1, 1}}));  // column 2, row 0: what was above is cut off
  EXPECT_FALSE(MaskOf(Drawn(MakePolygon({{0, 0}, {1, 0}, {0, 1}})), 3, 2).has_value());
}

}  // namespace
}  // namespace prelabel
