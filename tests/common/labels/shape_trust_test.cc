// Expected values: hand calculation from the rules in interpolation_trust.h.
#include "common/labels/shape_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

using ::testing::SizeIs;

ShapeKeyframe At(std::int64_t frame, float x, bool outside = false) {
  return MakeKeyframe(frame, MakeBox({x, 0, x + 100, 100}), outside);
}

TEST(TrustShapes, ALeftOutKeyframeTellsTheLossAroundIt) {
  // Interpolated at x = 50, drawn at 70: 80 of 120 columns are shared, over 10 × 10 frames.
  const auto gaps = TrustShapes({1, "car", {At(0, 0), At(10, 70), At(20, 100)}});
  ASSERT_THAT(gaps, SizeIs(2));
  EXPECT_NEAR(ExpectedIou(gaps, 5), 1 - 25.0 / 300, 1e-6);
  EXPECT_NEAR(ExpectedIou(gaps, 12), 1 - 16.0 / 300, 1e-6);
  for (const std::int64_t frame : {0, 10, 20, 21, 100}) EXPECT_EQ(ExpectedIou(gaps, frame), 1);
}

TEST(TrustShapes, AnOutsideKeyframeMeasuresNothing) {
  // Neither does it tell how far off frame 10 would have been, nor do two visible ones across it.
  const auto gaps =
      TrustShapes({1, "car", {At(0, 0), At(10, 100), At(20, 100, true), At(30, 500), At(40, 500)}});
  ASSERT_THAT(gaps, SizeIs(3));
  EXPECT_FALSE(gaps[0].measured);
  EXPECT_NEAR(ExpectedIou(gaps, 5), 0.8, 1e-9);  // a fifth of a box that moved by its own size
  EXPECT_EQ(ExpectedIou(gaps, 15), 1);           // it stands still up to where it leaves
  EXPECT_EQ(ExpectedIou(gaps, 25), 1);           // nothing is there
  EXPECT_EQ(gaps[2].from, 30);
  EXPECT_EQ(gaps[2].to, 40);
}

TEST(TrustShapes, AShapeWithoutAreaCountsAsAPixel) {
  const auto point = [](std::int64_t frame, float x) {
    return MakeKeyframe(frame, MakePoints(ShapeKind::kPoints, {{x, 5}}));
  };
  const auto gaps = TrustShapes({1, "head", {point(0, 0), point(10, 10), point(20, 20)}});
  EXPECT_EQ(ExpectedIou(gaps, 5), 1);  // it moves evenly
}

}  // namespace
}  // namespace prelabel
