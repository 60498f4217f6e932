// Expected values: by hand (motion_test.cc has the formulas).
#include "common/labels/box_motion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace prelabel {
namespace {

TEST(BoxMotion, StraightMovesEachCorner) {
  EXPECT_EQ(BoxMotion({0, 0, 10, 20}, {4, 8, 22, 20}).At(0.25), (Box{1, 2, 13, 20}));
}

TEST(BoxMotion, CubicMovesCenterAndSize) {
  // Center x 5, 15, 55, 65 at frames 0, 10, 30, 40: a quarter on, 18.75 + 5. Width 10 throughout.
  const BoxNeighbor before{10, {0, 0, 10, 4}};
  const BoxNeighbor after{10, {60, 0, 70, 4}};
  const BoxMotion motion(&before, {10, 0, 20, 4}, {50, 0, 60, 4}, &after, 20);
  const Box box = motion.At(0.25);
  EXPECT_FLOAT_EQ(box.x1, 18.75F);
  EXPECT_FLOAT_EQ(box.x2, 28.75F);
  EXPECT_FLOAT_EQ(box.y1, 0);
  EXPECT_FLOAT_EQ(box.y2, 4);
}

// Corners that took curves of their own would cross: x1 leaps early and x2 late.
TEST(BoxMotion, CubicNeverTurnsABoxInsideOut) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> place(0, 1000);
  std::uniform_real_distribution<float> size(0, 3);
  std::uniform_int_distribution<int> frames(1, 30);
  const auto any = [&] {
    const float x = place(random);
    const float y = place(random);
    return Box{x, y, x + size(random), y + size(random)};
  };
  for (int round = 0; round < 3000; ++round) {
    const BoxNeighbor before{static_cast<double>(frames(random)), any()};
    const BoxNeighbor after{static_cast<double>(frames(random)), any()};
    const Box from = any();
    const Box to = any();
    const BoxMotion motion(&before, from, to, &after, frames(random));
    for (int i = 0; i <= 20; ++i) {
      const Box box = motion.At(i / 20.0);
      // A corner near 1000 is a float with steps of 6e-5.
      ASSERT_GE(box.Width(), std::min(from.Width(), to.Width()) - 2e-4F) << round;
      ASSERT_GE(box.Height(), std::min(from.Height(), to.Height()) - 2e-4F) << round;
      ASSERT_LE(box.x1, box.x2) << round;
      ASSERT_LE(box.y1, box.y2) << round;
    }
  }
}

}  // namespace
}  // namespace prelabel
