// Which pixels change is by hand; the letters are OpenCV's.
#include "worker/check/draw_predictions.h"

#include <gtest/gtest.h>

#include <array>

namespace prelabel {
namespace {

constexpr std::uint8_t kGray = 100;

Image Gray(int width, int height) {
  Image image{width, height, {}};
  image.bgr.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, kGray);
  return image;
}

std::array<int, 3> At(const Image& image, int x, int y) {
  const std::size_t at = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(x));
  return {image.bgr[at], image.bgr[at + 1], image.bgr[at + 2]};
}

constexpr std::array<int, 3> kUntouched = {kGray, kGray, kGray};

ItemResult Found(std::vector<Prediction> predictions, const Image& image) {
  ItemResult item;
  item.width = image.width;
  item.height = image.height;
  item.predictions = std::move(predictions);
  return item;
}

TEST(DrawPredictions, AFrameJustInsideTheBoxAndATextAbove) {
  const Image image = Gray(200, 120);
  const auto drawn =
      DrawPredictions(image, Found({{0, .9F, {50, 40, 150, 100}}}, image), {"person"});
  ASSERT_TRUE(drawn) << drawn.error().ToString();
  const Image& picture = drawn.value();
  const auto frame = At(picture, 50, 70);
  EXPECT_NE(frame, kUntouched);
  for (const auto& [x, y] : {std::pair{149, 70}, {100, 40}, {100, 99}}) {
    EXPECT_EQ(At(picture, x, y), frame) << x << ' ' << y;
  }
  for (const auto& [x, y] : {std::pair{49, 70}, {150, 70}, {100, 100}, {100, 70}, {51, 41}}) {
    EXPECT_EQ(At(picture, x, y), kUntouched) << x << ' ' << y;
  }
  EXPECT_NE(At(picture, 51, 36), kUntouched);  // the text's plate
  EXPECT_EQ(At(picture, 51, 10), kUntouched);
}

TEST(DrawPredictions, ATextThatHasNoRoomAboveIsWithin) {
  const Image image = Gray(200, 120);
  const auto drawn = DrawPredictions(image, Found({{0, .9F, {0, 0, 200, 120}}}, image), {"person"});
  EXPECT_NE(At(drawn.value(), 3, 5), kUntouched);
  EXPECT_EQ(At(drawn.value(), 100, 60), kUntouched);
}

TEST(DrawPredictions, ClassesHaveColorsAndMasksATintOfThem) {
  const Image image = Gray(200, 120);
  ItemResult item = Found({{0, .9F, {20, 40, 60, 100}}, {1, .8F, {100, 40, 180, 100}}}, image);
  const auto plain = DrawPredictions(image, item, {"a", "b"});
  EXPECT_NE(At(plain.value(), 20, 70), At(plain.value(), 100, 70));
  // Columns 140 to 159 of the second box, whole.
  item.masks = {{120, 200, {24000}}, {120, 200, {16800, 2400, 4800}}};
  const auto tinted = DrawPredictions(image, item, {"a", "b"});
  const auto color = At(tinted.value(), 100, 70);
  const auto tint = At(tinted.value(), 150, 70);
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(tint[c], 0.55 * kGray + 0.45 * color[c], 1) << c;
  }
  EXPECT_EQ(At(tinted.value(), 139, 70), kUntouched);
  EXPECT_EQ(At(tinted.value(), 160, 70), kUntouched);
  EXPECT_EQ(At(tinted.value(), 40, 70), kUntouched);
}

TEST(DrawPredictions, BoxesAtAndOverTheEdgeAndWithoutArea) {
  const Image image = Gray(8, 4);
  const auto drawn = DrawPredictions(
      image, Found({{0, .9F, {7, 3, 8, 4}}, {0, .9F, {8, 4, 8, 4}}, {0, .9F, {2, 2, 2, 2}}}, image),
      {"a name that is longer than the picture"});
  ASSERT_TRUE(drawn) << drawn.error().ToString();
  EXPECT_EQ(drawn.value().bgr.size(), image.bgr.size());
  EXPECT_NE(At(drawn.value(), 7, 3), kUntouched);
}

}  // namespace
}  // namespace prelabel
