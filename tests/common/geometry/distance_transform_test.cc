// Expected values: by hand, and the definition taken literally (every pair of pixels).
#include "common/geometry/distance_transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace prelabel {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::IsEmpty;

TEST(SignedDistance, OfOnePixel) {
  const Mask mask{3, 3, {0, 0, 0, 0, 1, 0, 0, 0, 0}};
  const float corner = 0.5F - std::sqrt(2.0F);
  EXPECT_THAT(SignedDistance(mask),
              ElementsAre(FloatEq(corner), -0.5F, FloatEq(corner), -0.5F, 0.5F, -0.5F,
                          FloatEq(corner), -0.5F, FloatEq(corner)));
}

TEST(SignedDistance, BeyondTheRasterNothingIsSet) {
  EXPECT_THAT(SignedDistance({1, 5, {1, 1, 1, 1, 1}}), Each(0.5F));
  EXPECT_THAT(SignedDistance({3, 3, {1, 1, 1, 1, 1, 1, 1, 1, 1}}),
              ElementsAre(0.5F, 0.5F, 0.5F, 0.5F, 1.5F, 0.5F, 0.5F, 0.5F, 0.5F));
}

TEST(SignedDistance, OfNothingIsInfinitelyFar) {
  EXPECT_THAT(SignedDistance({2, 2, {0, 0, 0, 0}}), Each(-std::numeric_limits<float>::infinity()));
  EXPECT_THAT(SignedDistance({}), IsEmpty());
}

// The distance to the nearest pixel of the other kind, those one step beyond the raster included.
float ByDefinition(const Mask& mask, int x, int y) {
  const auto value = [&](int column, int row) -> int {
    const bool within = column >= 0 && row >= 0 && column < static_cast<int>(mask.width) &&
                        row < static_cast<int>(mask.height);
    return within ? mask.pixels[row * mask.width + column] : 0;
  };
  double nearest = std::numeric_limits<double>::infinity();
  for (int row = -1; row <= static_cast<int>(mask.height); ++row) {
    for (int column = -1; column <= static_cast<int>(mask.width); ++column) {
      if (value(column, row) != value(x, y)) {
        nearest = std::min(nearest, std::hypot(column - x, row - y));
      }
    }
  }
  return static_cast<float>(value(x, y) != 0 ? nearest - 0.5 : 0.5 - nearest);
}

TEST(SignedDistance, IsThatOfTheDefinition) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    const auto side = [&] { return static_cast<std::uint32_t>(1 + random() % 20); };
    Mask mask{side(), side(), {}};
    mask.pixels.resize(std::size_t{mask.height} * mask.width);
    const unsigned one_in = 2 + random() % 30;
    const bool mostly_set = random() % 2 == 0;
    for (auto& pixel : mask.pixels) pixel = (random() % one_in == 0) != mostly_set ? 1 : 0;
    const auto distance = SignedDistance(mask);
    for (int y = 0; y < static_cast<int>(mask.height); ++y) {
      for (int x = 0; x < static_cast<int>(mask.width); ++x) {
        ASSERT_FLOAT_EQ(distance[y * mask.width + x], ByDefinition(mask, x, y))
            << "round " << round << ", pixel " << x << ", " << y;
      }
    }
  }
}

}  // namespace
}  // namespace prelabel
