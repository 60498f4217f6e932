// Expected values: Ultralytics' LetterBox (ultralytics/data/augment.py) for these sizes, worked by
// hand from its formulas: ratio min(H / h, W / w), sides round(side × ratio), margins
// round(rest / 2 - 0.1).
#include "worker/detect/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

ModelInput Input(const char* resize, int width, int height) {
  ModelInput input;
  input.resize = resize;
  input.width = width;
  input.height = height;
  return input;
}

TEST(FitPicture, StretchFillsTheInputAndNoneIsThePicture) {
  EXPECT_EQ(FitPicture(Input("stretch", 416, 320), 1920, 1080), (Fit{0, 0, 416, 320, 416, 320}));
  EXPECT_EQ(FitPicture(Input("none", 0, 0), 1920, 1080), (Fit{0, 0, 1920, 1080, 1920, 1080}));
  EXPECT_FALSE(FitPicture(Input("stretch", 416, 320), 1920, 1080).padded());
}

TEST(FitPicture, LetterboxKeepsTheAspectRatioInTheMiddle) {
  const ModelInput square = Input("letterbox", 640, 640);
  EXPECT_EQ(FitPicture(square, 1280, 720), (Fit{0, 140, 640, 360, 640, 640}));
  EXPECT_EQ(FitPicture(square, 500, 375), (Fit{0, 80, 640, 480, 640, 640}));  // enlarged
  EXPECT_EQ(FitPicture(square, 333, 500), (Fit{107, 0, 426, 640, 640, 640}));
  EXPECT_EQ(FitPicture(square, 427, 640), (Fit{106, 0, 427, 640, 640, 640}));  // 106 and 107
  EXPECT_EQ(FitPicture(square, 10000, 1), (Fit{0, 319, 640, 1, 640, 640}));
  EXPECT_FALSE(FitPicture(square, 320, 320).padded());
}

TEST(PadPicture, SurroundsThePicture) {
  const Image picture{1, 2, {1, 2, 3, 4, 5, 6}};
  const Image padded = PadPicture(picture, {1, 0, 1, 2, 3, 2}, 9);
  EXPECT_EQ(padded.width, 3);
  EXPECT_EQ(padded.height, 2);
  EXPECT_THAT(padded.bgr, ElementsAre(9, 9, 9, 1, 2, 3, 9, 9, 9, 9, 9, 9, 4, 5, 6, 9, 9, 9));
}

}  // namespace
}  // namespace prelabel
