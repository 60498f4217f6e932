// What becomes of pictures that are more or less than 8-bit color. The files are Pillow's
// (pictures/make_pictures.py); expected pixels are those that went in, by the formats' definitions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "common/media/image_codec.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;
using Pixel = std::array<int, 3>;  // blue, green, red

constexpr Pixel kRed = {0, 0, 255};
constexpr Pixel kGreen = {0, 255, 0};
constexpr Pixel kBlack = {0, 0, 0};

Image Read(const std::string& name) {
  Result<Image> image = ReadImage("tests/common/media/pictures/" + name);
  EXPECT_TRUE(image) << (image ? "" : image.error().ToString());
  return image ? std::move(image).value() : Image();
}

std::string WhyNot(const std::string& name) {
  const Result<Image> image = ReadImage("tests/common/media/pictures/" + name);
  if (image) return "it was read";
  EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
  return image.error().message;
}

Pixel At(const Image& image, int x, int y) {
  const std::size_t at =
      3 * (static_cast<std::size_t>(y * image.width) + static_cast<std::size_t>(x));
  return {image.bgr.at(at), image.bgr.at(at + 1), image.bgr.at(at + 2)};
}

Image Decoded(const cv::Mat& mat, const char* extension) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(extension, mat, bytes);
  return DecodeImage({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
}

TEST(PictureKinds, SixteenBitsAreScaledToEight) {
  for (const char* extension : {".png", ".tif"}) {
    cv::Mat gray(1, 4, CV_16UC1);
    gray.at<std::uint16_t>(0) = 0;
    gray.at<std::uint16_t>(1) = 0x0200;
    gray.at<std::uint16_t>(2) = 0x8080;
    gray.at<std::uint16_t>(3) = 0xFFFF;
    const Image image = Decoded(gray, extension);
    EXPECT_EQ(At(image, 0, 0), kBlack) << extension;
    EXPECT_EQ(At(image, 1, 0), (Pixel{2, 2, 2})) << extension;
    EXPECT_EQ(At(image, 2, 0), (Pixel{128, 128, 128})) << extension;
    EXPECT_EQ(At(image, 3, 0), (Pixel{255, 255, 255})) << extension;
    const Image color =
        Decoded(cv::Mat(1, 1, CV_16UC3, cv::Scalar(0x0101, 0x8080, 0xFFFF)), extension);
    EXPECT_EQ(At(color, 0, 0), (Pixel{1, 128, 255})) << extension;
  }
}

TEST(PictureKinds, GrayIsInAllChannels) {
  for (const char* extension : {".png", ".tif", ".bmp", ".jpg"}) {
    EXPECT_EQ(At(Decoded(cv::Mat(8, 8, CV_8UC1, cv::Scalar(77)), extension), 3, 3),
              (Pixel{77, 77, 77}))
        << extension;
  }
}

TEST(PictureKinds, PalettesAndBitsAreColors) {
  EXPECT_EQ(At(Read("palette.png"), 1, 1), kRed);
  EXPECT_EQ(At(Read("bits.png"), 1, 1), (Pixel{255, 255, 255}));
}

// PNG and WebP store a color under transparency, and it is what the model sees. libtiff multiplies.
TEST(PictureKinds, AlphaIsDropped) {
  for (const char* name : {"alpha.png", "alpha.webp"}) {
    const Image image = Read(name);
    for (int x = 0; x < 3; ++x) EXPECT_EQ(At(image, x, 0), kRed) << name << x;
  }
  const Image tiff = Read("alpha.tif");
  EXPECT_EQ(At(tiff, 0, 0), kRed);
  EXPECT_EQ(At(tiff, 1, 0), (Pixel{0, 0, 128}));
  EXPECT_EQ(At(tiff, 2, 0), kBlack);
}

TEST(PictureKinds, CmykIsConverted) {
  const Pixel pixel = At(Read("cmyk.jpg"), 8, 8);
  EXPECT_LE(pixel[0], 3);
  EXPECT_LE(pixel[1], 3);
  EXPECT_GE(pixel[2], 252);
  EXPECT_EQ(At(Read("cmyk.tif"), 1, 1), kRed);
}

TEST(PictureKinds, OfSeveralPicturesTheFirstOrNone) {
  EXPECT_EQ(At(Read("animated.png"), 0, 0), kRed);
  EXPECT_EQ(At(Read("pages.tif"), 0, 0), kRed);
  EXPECT_THAT(WhyNot("animated.gif"), HasSubstr("is a GIF, which is not read"));
  EXPECT_THAT(WhyNot("animated.webp"), HasSubstr("is an animated WebP, which is not read"));
}

TEST(PictureKinds, SamplesThatAreNotReadAreNamed) {
  EXPECT_THAT(WhyNot("float.tif"), HasSubstr("samples of another kind than 8 or 16 bits"));
}

// TIFF 6.0 and EXIF 2.3, tag 0x0112: which sides of the scene the first row and the first column
// are. Red stands at the beginning of the first row, green at its end.
TEST(PictureKinds, OrientationIsUndone) {
  struct Turned {
    int width, height;
    std::array<int, 2> red, green;
  };
  constexpr Turned kTurned[] = {
      {3, 2, {0, 0}, {2, 0}},  // 1: top, left
      {3, 2, {2, 0}, {0, 0}},  // 2: top, right
      {3, 2, {2, 1}, {0, 1}},  // 3: bottom, right
      {3, 2, {0, 1}, {2, 1}},  // 4: bottom, left
      {2, 3, {0, 0}, {0, 2}},  // 5: left, top
      {2, 3, {1, 0}, {1, 2}},  // 6: right, top
      {2, 3, {1, 2}, {1, 0}},  // 7: right, bottom
      {2, 3, {0, 2}, {0, 0}},  // 8: left, bottom
  };
  for (const char* kind : {"png", "tif", "webp"}) {
    for (int i = 0; i < 8; ++i) {
      const std::string name = "turned-" + std::to_string(i + 1) + "." + kind;
      SCOPED_TRACE(name);
      const Image image = Read(name);
      const Turned& expected = kTurned[i];
      ASSERT_EQ(image.width, expected.width);
      ASSERT_EQ(image.height, expected.height);
      EXPECT_EQ(At(image, expected.red[0], expected.red[1]), kRed);
      EXPECT_EQ(At(image, expected.green[0], expected.green[1]), kGreen);
    }
  }
}

}  // namespace
}  // namespace prelabel
