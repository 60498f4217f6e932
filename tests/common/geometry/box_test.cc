// Expected values: by hand.
#include "common/geometry/box.h"

#include <gtest/gtest.h>

#include <limits>

namespace prelabel {
namespace {

TEST(Box, HasWidthHeightAndArea) {
  const Box box{1, 2, 4, 8};
  EXPECT_EQ(box.Width(), 3);
  EXPECT_EQ(box.Height(), 6);
  EXPECT_EQ(box.Area(), 18);
}

TEST(Box, TurnedInsideOutHasNoArea) {
  EXPECT_EQ((Box{4, 2, 1, 8}).Area(), 0);
  EXPECT_EQ((Box{4, 8, 1, 2}).Area(), 0);  // not the product of two negatives
}

TEST(Iou, OfABoxWithItselfIsOne) { EXPECT_EQ(Iou({3, 4, 10, 20}, {3, 4, 10, 20}), 1.0F); }

TEST(Iou, IsSharedAreaOverCoveredArea) {
  // 1 × 1 shared of 4 + 4 - 1.
  EXPECT_FLOAT_EQ(Iou({0, 0, 2, 2}, {1, 1, 3, 3}), 1.0F / 7.0F);
  // 2 × 4 inside 4 × 4.
  EXPECT_FLOAT_EQ(Iou({0, 0, 4, 4}, {1, 0, 3, 4}), 0.5F);
  // Equal boxes moved by half of their width: 5 × 10 shared of 150.
  EXPECT_FLOAT_EQ(Iou({0, 0, 10, 10}, {5, 0, 15, 10}), 1.0F / 3.0F);
}

TEST(Iou, IsSymmetric) {
  const Box a{0, 0, 7, 3};
  const Box b{2, 1, 11, 5};  // 5 × 2 shared of 21 + 36 - 10
  EXPECT_FLOAT_EQ(Iou(a, b), 10.0F / 47.0F);
  EXPECT_EQ(Iou(a, b), Iou(b, a));
}

TEST(Iou, OfBoxesThatOnlyTouchIsZero) {
  EXPECT_EQ(Iou({0, 0, 2, 2}, {2, 0, 4, 2}), 0);  // an edge
  EXPECT_EQ(Iou({0, 0, 2, 2}, {2, 2, 4, 4}), 0);  // a corner
  EXPECT_EQ(Iou({0, 0, 2, 2}, {5, 0, 7, 2}), 0);
  EXPECT_EQ(Iou({0, 0, 2, 2}, {0, 5, 2, 7}), 0);
}

TEST(Iou, OfEmptyBoxesIsZero) {
  EXPECT_EQ(Iou({1, 1, 1, 1}, {1, 1, 1, 1}), 0);
  EXPECT_EQ(Iou({1, 1, 1, 5}, {0, 0, 9, 9}), 0);
}

TEST(Iou, NeverExceedsOneForSlivers) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float iou = Iou({0, 0, tiny, tiny}, {0, 0, tiny, tiny});  // areas underflow to zero
  EXPECT_EQ(iou, 0);
}

TEST(Clip, LeavesABoxInsideAlone) {
  EXPECT_EQ(Clip({1, 2, 3, 4}, 10, 20), (Box{1, 2, 3, 4}));
  EXPECT_EQ(Clip({0, 0, 10, 20}, 10, 20), (Box{0, 0, 10, 20}));
}

TEST(Clip, CutsAtEveryEdge) {
  EXPECT_EQ(Clip({-5, -6, 30, 40}, 10, 20), (Box{0, 0, 10, 20}));
  EXPECT_EQ(Clip({-5, 3, 4, 25}, 10, 20), (Box{0, 3, 4, 20}));
}

TEST(Clip, LeavesNothingOfABoxOutside) {
  EXPECT_EQ(Clip({12, 3, 15, 5}, 10, 20).Area(), 0);
  EXPECT_EQ(Clip({-9, 3, -2, 5}, 10, 20), (Box{0, 3, 0, 5}));
}

}  // namespace
}  // namespace prelabel
