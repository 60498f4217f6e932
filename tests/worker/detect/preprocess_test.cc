#include "worker/detect/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

ModelInput TwoByOne(const std::string& channels) {
  return {.width = 2,
          .height = 1,
          .resize = "stretch",
          .channels = channels,
          .mean = {10, 20, 30},
          .std = {2, 4, 5}};
}

Image Uniform(int width, int height, std::uint8_t b, std::uint8_t g, std::uint8_t r) {
  Image image{.width = width, .height = height, .bgr = {}};
  for (int i = 0; i < width * height; ++i) image.bgr.insert(image.bgr.end(), {b, g, r});
  return image;
}

// By hand: (12 - 10) / 2, (250 - 10) / 2; (20 - 20) / 4, (0 - 20) / 4; (40 - 30) / 5, (25 - 30)
// / 5.
TEST(Normalizer, WritesPlanesInTheCardsOrder) {
  const Normalizer normalizer(TwoByOne("bgr"));
  const Image image{.width = 2, .height = 1, .bgr = {12, 20, 40, 250, 0, 25}};
  std::vector<float> out(normalizer.size());
  normalizer.Run(image, out);
  EXPECT_THAT(out, ElementsAre(1, 120, 0, -5, 2, -1));
}

// By hand: the mean and std of an RGB card are those of red first. (40 - 10) / 2, (25 - 10) / 2 …
TEST(Normalizer, SwapsChannelsForAnRgbCard) {
  const Normalizer normalizer(TwoByOne("rgb"));
  const Image image{.width = 2, .height = 1, .bgr = {12, 20, 40, 250, 0, 25}};
  std::vector<float> out(normalizer.size());
  normalizer.Run(image, out);
  EXPECT_THAT(out, ElementsAre(15, 7.5F, 0, -5, -3.6F, 44));
}

// Known answer 9: perceived brightness of the pure colours (sqrt of the weights).
TEST(ImageStats, BrightnessOfPureColours) {
  EXPECT_NEAR(ComputeImageStats(Uniform(5, 3, 0, 0, 255)).brightness, 0.49092, 1e-5);
  EXPECT_NEAR(ComputeImageStats(Uniform(5, 3, 0, 255, 0)).brightness, 0.83126, 1e-5);
  EXPECT_NEAR(ComputeImageStats(Uniform(5, 3, 255, 0, 0)).brightness, 0.26077, 1e-5);
  EXPECT_NEAR(ComputeImageStats(Uniform(5, 3, 255, 255, 255)).brightness, 1, 1e-6);
}

TEST(ImageStats, AUniformPictureHasNoContrastSharpnessOrEntropy) {
  const ImageStats stats = ComputeImageStats(Uniform(9, 4, 51, 102, 204));
  EXPECT_EQ(stats.contrast, 0);
  EXPECT_EQ(stats.sharpness, 0);
  EXPECT_EQ(stats.entropy, 0);
  EXPECT_FLOAT_EQ(stats.mean_blue, 0.2F);
  EXPECT_FLOAT_EQ(stats.mean_green, 0.4F);
  EXPECT_FLOAT_EQ(stats.mean_red, 0.8F);
}

// By hand: left half black, right half white, 4 columns. Luma 0 or 255 in equal parts: standard
// deviation 127.5, one bit. The Laplacian's columns are 0, 255, -255, 0: mean 0, variance 255² / 2.
TEST(ImageStats, AStepFromBlackToWhite) {
  Image image{.width = 4, .height = 3, .bgr = {}};
  for (int y = 0; y < 3; ++y) {
    image.bgr.insert(image.bgr.end(), 6, 0);
    image.bgr.insert(image.bgr.end(), 6, 255);
  }
  const ImageStats stats = ComputeImageStats(image);
  EXPECT_FLOAT_EQ(stats.contrast, 0.5F);
  EXPECT_FLOAT_EQ(stats.entropy, 1);
  EXPECT_FLOAT_EQ(stats.sharpness, 32512.5F);
  EXPECT_NEAR(stats.brightness, 0.5, 1e-6);
}

// Expected values: numpy and cv2 (cvtColor BGR2GRAY, std, Laplacian(CV_64F).var(), histogram).
TEST(ImageStats, AgreesWithOpenCv) {
  Image image{.width = 7, .height = 5, .bgr = {}};
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.bgr.push_back(static_cast<std::uint8_t>(x * 37 + y * 59 + c * 101 + x * y * 11));
      }
    }
  }
  const ImageStats stats = ComputeImageStats(image);
  EXPECT_NEAR(stats.brightness, 0.5493199358225598, 1e-6);
  EXPECT_NEAR(stats.contrast, 0.1419617128589036, 1e-7);
  EXPECT_NEAR(stats.sharpness, 40102.158367346936, 1e-2);
  EXPECT_NEAR(stats.entropy, 4.957854445516394, 1e-6);
  EXPECT_NEAR(stats.mean_red, 0.4861624649859944, 1e-7);
  EXPECT_NEAR(stats.mean_green, 0.49165266106442573, 1e-7);
  EXPECT_NEAR(stats.mean_blue, 0.525826330532213, 1e-7);
  EXPECT_NEAR(stats.colorfulness, 0.6247154005099144, 1e-6);
}

// By hand: half red, half green. R - G is 255 or -255: deviation 255. (R + G) / 2 - B is 127.5
// everywhere. Together 255 + 0.3 × 127.5. Gray is nothing.
TEST(ImageStats, Colorfulness) {
  Image image{.width = 2, .height = 1, .bgr = {0, 0, 255, 0, 255, 0}};
  EXPECT_FLOAT_EQ(ComputeImageStats(image).colorfulness, 1.15F);
  EXPECT_EQ(ComputeImageStats(Uniform(4, 4, 90, 90, 90)).colorfulness, 0);
}

TEST(ImageStats, SmallestPictures) {
  EXPECT_EQ(ComputeImageStats(Image{}), ImageStats{});
  EXPECT_EQ(ComputeImageStats(Uniform(1, 1, 9, 9, 9)).sharpness, 0);
  EXPECT_EQ(ComputeImageStats(Uniform(1, 2, 9, 9, 9)).sharpness, 0);
}

}  // namespace
}  // namespace prelabel
