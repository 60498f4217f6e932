// Expected values: hand calculation on pictures of few colors.
#include "worker/detect/describe_appearance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::Each;

struct Bgr {
  std::uint8_t b, g, r;
};
constexpr Bgr kRed{0, 0, 255};
constexpr Bgr kGreen{0, 255, 0};
constexpr Bgr kBlue{255, 0, 0};
constexpr Bgr kGray{128, 128, 128};

Image Plain(int width, int height, Bgr color) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    image.bgr.insert(image.bgr.end(), {color.b, color.g, color.r});
  }
  return image;
}

void Fill(Image& image, int x1, int y1, int x2, int y2, Bgr color) {
  for (int y = y1; y < y2; ++y) {
    for (int x = x1; x < x2; ++x) {
      std::uint8_t* pixel = &image.bgr[static_cast<std::size_t>(y * image.width + x) * 3];
      pixel[0] = color.b;
      pixel[1] = color.g;
      pixel[2] = color.r;
    }
  }
}

// Entry of a bin.
int At(const Appearance& appearance, int stripe, int channel, int bin) {
  return appearance[static_cast<std::size_t>(
      (stripe * kAppearanceChannels + channel) * kAppearanceBins + bin)];
}

TEST(DescribeBox, PureColorsAreInTheBinsOfTheirHue) {
  // 360° in eight bins of 45°: red 0, green 120, blue 240. Full saturation and value: the last bin.
  for (const auto& [color, bin] : {std::pair{kRed, 0}, {kGreen, 2}, {kBlue, 5}}) {
    const Appearance appearance = DescribeBox(Plain(40, 60, color), {0, 0, 40, 60});
    for (int stripe = 0; stripe < kAppearanceStripes; ++stripe) {
      EXPECT_EQ(At(appearance, stripe, 0, bin), 255);
      EXPECT_EQ(At(appearance, stripe, 1, 7), 255);
      EXPECT_EQ(At(appearance, stripe, 2, 7), 255);
    }
  }
}

TEST(DescribeBox, GrayHasNoHueAndNoSaturation) {
  const Appearance appearance = DescribeBox(Plain(40, 60, kGray), {0, 0, 40, 60});
  EXPECT_EQ(At(appearance, 0, 0, 0), 255);
  EXPECT_EQ(At(appearance, 0, 1, 0), 255);
  EXPECT_EQ(At(appearance, 0, 2, 4), 255);  // 128 of 256
}

TEST(DescribeBox, LooksAtTheMiddleInThreeStripes) {
  // A person of 40 × 100 in front of blue: a red head, a green body, gray legs, 20 wide.
  Image image = Plain(40, 100, kBlue);
  Fill(image, 10, 5, 30, 35, kRed);
  Fill(image, 10, 35, 30, 65, kGreen);
  Fill(image, 10, 65, 30, 95, kGray);
  const Appearance appearance = DescribeBox(image, {0, 0, 40, 100});
  EXPECT_EQ(At(appearance, 0, 0, 0), 255);
  EXPECT_EQ(At(appearance, 1, 0, 2), 255);
  EXPECT_EQ(At(appearance, 2, 1, 0), 255);
  for (int stripe = 0; stripe < kAppearanceStripes; ++stripe) {
    EXPECT_EQ(At(appearance, stripe, 0, 5), 0);  // nothing of what is around it
  }
}

TEST(DescribeBox, EntriesAreRootsOfShares) {
  // A quarter of the middle is red: √¼ = ½; three quarters are green: √¾.
  Image image = Plain(80, 60, kGreen);
  Fill(image, 20, 0, 30, 60, kRed);  // 10 of the middle's 40 columns
  const Appearance appearance = DescribeBox(image, {0, 0, 80, 60});
  EXPECT_EQ(At(appearance, 1, 0, 0), 128);  // 127.5
  EXPECT_EQ(At(appearance, 1, 0, 2), 221);  // 220.8
}

TEST(DescribeBox, OutsideThePictureThereIsNothing) {
  const Image image = Plain(40, 60, kRed);
  EXPECT_THAT(DescribeBox(image, {100, 100, 140, 200}), Each(0));
  EXPECT_THAT(DescribeBox(image, {-90, -90, -10, -10}), Each(0));
  EXPECT_THAT(DescribeBox(image, {10, 10, 10, 10}), Each(0));
  // Of a box that reaches beyond it what is inside counts.
  EXPECT_EQ(At(DescribeBox(image, {-20, 0, 60, 60}), 0, 0, 0), 255);
  // One that is smaller than a pixel still has one.
  EXPECT_EQ(At(DescribeBox(image, {5.2F, 5.2F, 5.6F, 5.6F}), 0, 0, 0), 255);
}

TEST(DescribeScene, IsTheWholePicture) {
  Image image = Plain(10, 30, kRed);
  Fill(image, 0, 20, 10, 30, kBlue);
  const Appearance appearance = DescribeScene(image);
  EXPECT_EQ(At(appearance, 0, 0, 0), 255);
  EXPECT_EQ(At(appearance, 1, 0, 0), 255);
  EXPECT_EQ(At(appearance, 2, 0, 5), 255);
}

}  // namespace
}  // namespace prelabel
