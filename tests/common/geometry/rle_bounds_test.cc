// Expected values: by hand; for random masks the pixels looked at one by one.
#include "common/geometry/rle_bounds.h"

#include <gtest/gtest.h>

#include <random>

namespace prelabel {
namespace {

TEST(BoundsOfSet, OfRunsWithinAColumn) {
  // 5 × 4 (height × width): rows 1 and 2 of column 1, row 4 of column 2.
  EXPECT_EQ(BoundsOfSet({5, 4, {6, 2, 6, 1, 5}}), (PixelBounds{1, 1, 3, 5}));
}

TEST(BoundsOfSet, ARunThatGoesOnInTheNextColumnHasAllRows) {
  // The last row of column 0 and the first of column 1.
  EXPECT_EQ(BoundsOfSet({5, 4, {4, 2, 14}}), (PixelBounds{0, 0, 2, 5}));
}

TEST(BoundsOfSet, OfNothingIsNone) {
  EXPECT_EQ(BoundsOfSet({5, 4, {20}}), std::nullopt);
  EXPECT_EQ(BoundsOfSet({}), std::nullopt);
}

TEST(BoundsOfSet, IsThatOfThePixels) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    const auto side = [&] { return static_cast<std::uint32_t>(1 + random() % 9); };
    Mask mask{side(), side(), {}};
    mask.pixels.resize(std::size_t{mask.height} * mask.width);
    for (auto& pixel : mask.pixels) pixel = random() % 12 == 0 ? 1 : 0;
    std::optional<PixelBounds> expected;
    for (std::uint32_t y = 0; y < mask.height; ++y) {
      for (std::uint32_t x = 0; x < mask.width; ++x) {
        if (mask.pixels[y * mask.width + x] == 0) continue;
        if (!expected) expected = PixelBounds{x, y, x + 1, y + 1};
        expected->x1 = std::min(expected->x1, x);
        expected->x2 = std::max(expected->x2, x + 1);
        expected->y2 = y + 1;
      }
    }
    ASSERT_EQ(BoundsOfSet(EncodeMask(mask)), expected) << round;
  }
}

}  // namespace
}  // namespace prelabel
