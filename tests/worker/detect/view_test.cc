// Expected pixels and boxes are worked out by hand from the definitions in view.h.
#include "worker/detect/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

ModelInput Input(int width, int height, const char* channels = "bgr") {
  ModelInput input;
  input.width = width;
  input.height = height;
  input.channels = channels;
  input.mean = {10, 20, 30.6F};
  return input;
}

// Fills the wanted size with the first pixel.
Image Fill(const Image& image, int width, int height) {
  Image out{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    out.bgr.insert(out.bgr.end(), image.bgr.begin(), image.bgr.begin() + 3);
  }
  return out;
}

Image AsItIs(const Image& image, int, int) { return image; }

std::vector<int> Pixel(const Image& image, int x, int y) {
  const auto begin = image.bgr.begin() + (static_cast<std::ptrdiff_t>(y) * image.width + x) * 3;
  return {begin, begin + 3};
}

const Image kThreeByTwo{3, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19}};

TEST(ShowView, FlipMirrorsEachRowAndKeepsChannels) {
  const Image flipped = ShowView(View::kFlip, kThreeByTwo, Input(3, 2), AsItIs);
  EXPECT_EQ(flipped.width, 3);
  EXPECT_THAT(flipped.bgr,
              ElementsAre(7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13));
}

TEST(ShowView, ColorIsFlatterBrighterAndWarmer) {
  // .85 · 100 · .93 = 79.05, .85 · 100 = 85, .85 · 100 · 1.07 = 90.95; and .15 · 128 + 10 = 29.2.
  const Image gray{1, 1, {100, 100, 100}};
  EXPECT_THAT(ShowView(View::kColor, gray, Input(1, 1), AsItIs).bgr, ElementsAre(108, 114, 120));
  // .85 · 255 · .93 + 29.2 = 230.8; .85 · 255 + 29.2 = 246.0; 231.9 + 29.2 is too much.
  const Image white{1, 1, {255, 255, 255}};
  EXPECT_THAT(ShowView(View::kColor, white, Input(1, 1), AsItIs).bgr, ElementsAre(231, 246, 255));
  const Image black{1, 1, {0, 0, 0}};
  EXPECT_THAT(ShowView(View::kColor, black, Input(1, 1), AsItIs).bgr, ElementsAre(29, 29, 29));
}

TEST(ShowView, ScaleShowsThePictureInTheMiddleOfTheMeanColor) {
  const Image one{1, 1, {200, 201, 202}};
  const Image shown = ShowView(View::kScale, one, Input(20, 10), Fill);
  ASSERT_EQ(shown.width, 20);
  ASSERT_EQ(shown.height, 10);
  // 16 × 8, from (2, 1) to (17, 8).
  int inside = 0;
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) {
      const bool in = x >= 2 && x < 18 && y >= 1 && y < 9;
      if (in) ++inside;
      EXPECT_EQ(Pixel(shown, x, y),
                in ? std::vector<int>({200, 201, 202}) : std::vector<int>({10, 20, 31}))
          << x << " " << y;
    }
  }
  EXPECT_EQ(inside, 128);
  // The card's mean is in the order of its channels, pixels are always BGR.
  EXPECT_EQ(Pixel(ShowView(View::kScale, one, Input(20, 10, "rgb"), Fill), 0, 0),
            std::vector<int>({31, 20, 10}));
}

TEST(ShowView, PlainAndSecondModelShowThePicture) {
  for (const View view : {View::kPlain, View::kSecondModel}) {
    EXPECT_EQ(ShowView(view, kThreeByTwo, Input(3, 2), AsItIs).bgr, kThreeByTwo.bgr);
  }
}

TEST(FromView, TakesBoxesBack) {
  const ModelInput input = Input(20, 10);
  const Box box{4, 2, 6, 9};
  EXPECT_EQ(FromView(View::kPlain, box, input), box);
  EXPECT_EQ(FromView(View::kColor, box, input), box);
  EXPECT_EQ(FromView(View::kSecondModel, box, input), box);
  EXPECT_EQ(FromView(View::kFlip, box, input), (Box{14, 2, 16, 9}));
  // (4 − 2) · 20 / 16 = 2.5, (6 − 2) · 20 / 16 = 5; (2 − 1) · 10 / 8 = 1.25, (9 − 1) · 10 / 8 = 10.
  EXPECT_EQ(FromView(View::kScale, box, input), (Box{2.5F, 1.25F, 5, 10}));
}

// What the model sees of a thing must lie where its box is said to be.
TEST(FromView, FindsAMarkWhereItIs) {
  const ModelInput input = Input(8, 4);
  Image picture{8, 4, std::vector<std::uint8_t>(8 * 4 * 3, 0)};
  picture.bgr[(1 * 8 + 6) * 3] = 255;  // the pixel at (6, 1)
  const Image flipped = ShowView(View::kFlip, picture, input, AsItIs);
  int at = -1;
  for (int x = 0; x < 8; ++x) {
    if (Pixel(flipped, x, 1)[0] == 255) at = x;
  }
  const auto left = static_cast<float>(at);
  EXPECT_EQ(FromView(View::kFlip, {left, 1, left + 1, 2}, input), (Box{6, 1, 7, 2}));
}

}  // namespace
}  // namespace prelabel
