// Expected values: by hand, and from a plain loop over all pixels. tests/parity compares with
// torchvision itself.
#include "worker/model/paste_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace prelabel {
namespace {

// Four ones, framed by zeros 0 1 1 0, over nine pixels: pixel p is at 4/9 (p + 1/2) - 1/2 of the
// samples, so that along an axis the values are 0, .17, .61, 1, 1, 1, .61, .17, 0. Their products
// reach a half where one is 1 and the other at least .61.
const std::vector<float> kOnes(4, 1.0F);

TEST(PasteMask, GrowsTheBoxByTheFrameAndKeepsWhatReachesAHalf) {
  // Doubled around its middle (4, 3): columns 0 … 8, rows -1 … 7, the row above being cut off.
  const Rle expected{10, 10, {22, 3, 6, 5, 5, 5, 5, 5, 6, 3, 35}};
  EXPECT_EQ(PasteMask(kOnes, 2, {2, 1, 6, 5}, 10, 10), expected);
}

TEST(PasteMask, CutsOffWhatIsOutside) {
  // The same four columns to the left and in a picture of 4 rows: columns 0 and 1 of rows 1 … 3,
  // column 2 of rows 2 and 3.
  const Rle expected{4, 3, {1, 3, 1, 3, 2, 2}};
  EXPECT_EQ(PasteMask(kOnes, 2, {-2, 1, 2, 5}, 4, 3), expected);
  const Rle nothing{4, 3, {12}};
  EXPECT_EQ(PasteMask(kOnes, 2, {50, 1, 54, 5}, 4, 3), nothing);
  EXPECT_EQ(PasteMask(kOnes, 2, {-1e30F, 0, -9e29F, 4}, 4, 3), nothing);
}

TEST(PasteMask, ABoxWithoutAnExtentIsOnePixelOfTheMiddle) {
  // One pixel of four samples, 0 1 1 0, is in the middle of them: 1 everywhere.
  EXPECT_EQ(PasteMask(kOnes, 2, {1, 2, 1, 2}, 4, 3), (Rle{4, 3, {6, 1, 5}}));
}

// torchvision's rules pixel by pixel.
Rle Plain(const std::vector<float>& probabilities, int side, const Box& box, int height,
          int width) {
  const int padded = side + 2;
  const float scale = static_cast<float>(static_cast<double>(padded) / side);
  const auto corner = [&](float low, float high, float sign) {
    return static_cast<int>((high + low) * 0.5F + sign * ((high - low) * 0.5F * scale));
  };
  const int x0 = corner(box.x1, box.x2, -1);
  const int x1 = corner(box.x1, box.x2, 1);
  const int y0 = corner(box.y1, box.y2, -1);
  const int y1 = corner(box.y1, box.y2, 1);
  const auto at = [&](int row, int column) {
    const bool inside = row > 0 && row <= side && column > 0 && column <= side;
    return inside ? probabilities[static_cast<std::size_t>((row - 1) * side + column - 1)] : 0.0F;
  };
  Mask mask{static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width), {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float value = 0;
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1) {
        const auto place = [&](int pixel, int length) {
          const float step = static_cast<float>(padded) / static_cast<float>(length);
          return std::max(0.0F, step * (static_cast<float>(pixel) + 0.5F) - 0.5F);
        };
        const float u = place(x - x0, x1 - x0 + 1);
        const float v = place(y - y0, y1 - y0 + 1);
        const int column = static_cast<int>(u);
        const int row = static_cast<int>(v);
        const float a = u - static_cast<float>(column);
        const float b = v - static_cast<float>(row);
        const int right = std::min(column + 1, padded - 1);
        const int below = std::min(row + 1, padded - 1);
        const float upper = (1 - a) * at(row, column) + a * at(row, right);
        const float lower = (1 - a) * at(below, column) + a * at(below, right);
        value = (1 - b) * upper + b * lower;
      }
      mask.pixels.push_back(value >= 0.5F ? 1 : 0);
    }
  }
  return EncodeMask(mask);
}

TEST(PasteMask, IsThatOfEveryPixelByItself) {
  std::mt19937 random(11);
  const auto uniform = [&](float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  };
  for (int round = 0; round < 300; ++round) {
    const int side = round % 3 == 0 ? 28 : round % 3 == 1 ? 14 : 1;
    std::vector<float> probabilities(static_cast<std::size_t>(side) * side);
    for (float& p : probabilities) p = uniform(0, 1);
    const float x = uniform(-20, 90);
    const float y = uniform(-20, 60);
    const Box box{x, y, x + uniform(0, 100), y + uniform(0, 80)};
    EXPECT_EQ(PasteMask(probabilities, side, box, 70, 100),
              Plain(probabilities, side, box, 70, 100))
        << "round " << round;
  }
}

TEST(EncodeProbabilities, SetsHalvesAndMore) {
  const std::vector<float> two_by_three = {0.5F, 0.4F, 1, 0.49F, 0.6F, 0};
  EXPECT_EQ(EncodeProbabilities(two_by_three, 2, 3), (Rle{2, 3, {0, 1, 2, 2, 1}}));
}

}  // namespace
}  // namespace prelabel
