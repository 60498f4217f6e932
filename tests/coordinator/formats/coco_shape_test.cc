// Expected values: hand calculation; the compressed run lengths by COCO's rule (five bits a
// character from 48 on).
#include "coordinator/formats/coco_shape.h"

#include <gtest/gtest.h>

#include <memory>
#include <numbers>
#include <utility>

#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

Label LabelOf(Shape shape, Box bounds) {
  Label label;
  label.box = bounds;
  ShapePoint point;
  point.shape = std::move(shape);
  label.drawn = std::make_shared<const ShapePoint>(std::move(point));
  return label;
}

TEST(CocoShape, APolygonStandsAsItIs) {
  const Shape shape = MakePolygon({{0, 0}, {10.004F, 0}, {0, 6}});
  const CocoShape coco = FormatCocoShape(LabelOf(shape, BoundsOf(shape)), 100, 100);
  EXPECT_EQ(coco.segmentation, "[[0.00, 0.00, 10.00, 0.00, 0.00, 6.00]]");
  EXPECT_DOUBLE_EQ(coco.area, 30);
}

TEST(CocoShape, AnEllipseIsAPolygonOfNearlyItsArea) {
  const Shape shape = MakeEllipse({0, 0, 40, 20}, 30);
  const CocoShape coco = FormatCocoShape(LabelOf(shape, BoundsOf(shape)), 100, 100);
  // 48 points: sin(2π/48) · 48/2π of the area.
  EXPECT_NEAR(coco.area, std::numbers::pi * 20 * 10 * 0.99714, 0.1);
}

TEST(CocoShape, AMaskIsPutIntoItsFrame) {
  // Both pixels of column 1 in a frame of 3 × 2: runs 2, 2, 2.
  const CocoShape coco =
      FormatCocoShape(LabelOf(MakeMask({2, 1, {1, 1}}, 1, 0), {1, 0, 2, 2}), 3, 2);
  EXPECT_EQ(coco.segmentation, R"({"size": [2, 3], "counts": "222"})");
  EXPECT_EQ(coco.area, 2);
}

TEST(CocoShape, AModelsMaskIsWrittenAsItIs) {
  Label label;
  label.box = {1, 0, 2, 2};
  label.mask = std::make_shared<const Rle>(Rle{2, 3, {2, 2, 2}});
  const CocoShape coco = FormatCocoShape(label, 3, 2);
  EXPECT_EQ(coco.segmentation, R"({"size": [2, 3], "counts": "222"})");
  EXPECT_EQ(coco.area, 2);
}

TEST(CocoShape, WhatHasNoAreaHasThatOfItsBounds) {
  const Shape shape = MakePoints(ShapeKind::kPolyline, {{0, 0}, {5, 5}, {10, 0}});
  const CocoShape coco = FormatCocoShape(LabelOf(shape, BoundsOf(shape)), 100, 100);
  EXPECT_EQ(coco.segmentation, "[[0.00, 0.00, 10.00, 0.00, 10.00, 5.00, 0.00, 5.00]]");
  EXPECT_DOUBLE_EQ(coco.area, 50);
}

}  // namespace
}  // namespace prelabel
