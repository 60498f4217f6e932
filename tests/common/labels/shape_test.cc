// Expected values: by hand.
#include "common/labels/shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

void ExpectBox(const Box& box, double x1, double y1, double x2, double y2) {
  EXPECT_NEAR(box.x1, x1, 1e-4);
  EXPECT_NEAR(box.y1, y1, 1e-4);
  EXPECT_NEAR(box.x2, x2, 1e-4);
  EXPECT_NEAR(box.y2, y2, 1e-4);
}

TEST(BoundsOf, UprightBoxAndEllipseAreTheirOwn) {
  EXPECT_EQ(BoundsOf(MakeBox({1, 2, 30, 40})), (Box{1, 2, 30, 40}));
  EXPECT_EQ(BoundsOf(MakeEllipse({1, 2, 30, 40})), (Box{1, 2, 30, 40}));
}

TEST(BoundsOf, TurnedBox) {
  // 40 × 20 about (50, 50): a quarter turn swaps the sides; 45° has half sides of (20 + 10) / √2.
  Shape shape = MakeBox({30, 40, 70, 60}, 90);
  ExpectBox(BoundsOf(shape), 40, 30, 60, 70);
  shape.rotation = 45;
  const double half = 30 / std::numbers::sqrt2;
  ExpectBox(BoundsOf(shape), 50 - half, 50 - half, 50 + half, 50 + half);
  // 30°: 20 · √3/2 + 10 · 1/2 = 22.3205 and 20 · 1/2 + 10 · √3/2 = 18.6603.
  shape.rotation = 30;
  ExpectBox(BoundsOf(shape), 27.6795, 31.3397, 72.3205, 68.6603);
}

TEST(BoundsOf, TurnedEllipseIsTight) {
  // Radii 20 and 10: at 45° half sides of √((400 + 100) / 2) = 15.8114, not the box's 21.2.
  Shape shape = MakeEllipse({30, 40, 70, 60}, 45);
  ExpectBox(BoundsOf(shape), 34.1886, 34.1886, 65.8114, 65.8114);
  shape.rotation = 270;
  ExpectBox(BoundsOf(shape), 40, 30, 60, 70);
  // A circle does not turn.
  ExpectBox(BoundsOf(MakeEllipse({40, 40, 60, 60}, 77)), 40, 40, 60, 60);
}

// The outline walked in small steps.
TEST(BoundsOf, TurnedEllipseTouchesItsBounds) {
  for (const double degrees : {1.0, 17.0, 63.0, 120.0, 200.0, 359.0}) {
    const double turn = degrees * std::numbers::pi / 180;
    double right = -1e9;
    double bottom = -1e9;
    for (int i = 0; i < 100000; ++i) {
      const double t = i * 2 * std::numbers::pi / 100000;
      const double x = 33 * std::cos(t);
      const double y = 7 * std::sin(t);
      right = std::max(right, x * std::cos(turn) - y * std::sin(turn));
      bottom = std::max(bottom, x * std::sin(turn) + y * std::cos(turn));
    }
    ExpectBox(BoundsOf(MakeEllipse({-33, -7, 33, 7}, degrees)), -right, -bottom, right, bottom);
  }
}

TEST(BoundsOf, Points) {
  for (const ShapeKind kind : {ShapeKind::kPolygon, ShapeKind::kPolyline, ShapeKind::kPoints}) {
    EXPECT_EQ(BoundsOf(MakePoints(kind, {{5, 9}, {-2, 4}, {3, 11}})), (Box{-2, 4, 5, 11}));
  }
}

TEST(BoundsOf, JointsThatAreNotOutside) {
  Shape shape = MakeSkeleton({{"head", {5, 5}, false, false},
                              {"hand", {99, 99}, true, false},
                              {"foot", {7, 30}, false, true}});
  EXPECT_EQ(BoundsOf(shape), (Box{5, 5, 7, 30}));
  for (Joint& joint : shape.joints) joint.outside = true;
  EXPECT_EQ(BoundsOf(shape), Box{});
}

TEST(BoundsOf, PixelsThatAreSet) {
  // Column 1, rows 1 and 2 of 4 × 3 pixels.
  const Mask mask{4, 3, {0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0}};
  EXPECT_EQ(BoundsOf(MakeMask(mask, 100, -1)), (Box{101, 0, 102, 2}));
  EXPECT_EQ(BoundsOf(MakeMask({1, 2, {0, 0}}, 5, 5)), Box{});
  EXPECT_EQ(BoundsOf(MakeMask({}, 5, 5)), Box{});
}

}  // namespace
}  // namespace prelabel
