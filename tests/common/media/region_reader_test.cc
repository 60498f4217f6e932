// Expected pixels: those of ReadImage, which is held to OpenCV's; means by hand.
#include "common/media/region_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/media/archive_member.h"
#include "common/media/image_codec.h"
#include "common/media/picture_size.h"
#include "tests/common/media/picture_folder.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

using Regions = PictureFolder;

// A JPEG that is turned as EXIF orientation 6 says: 90 degrees clockwise.
Bytes Turned(Bytes jpeg) {
  const Bytes app1 = {0xFF, 0xE1, 0,    34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0,
                      1,    0,    0x12, 1,  3,   0,   1,   0,   0, 0, 6,   0,   0,  0, 0, 0, 0, 0};
  jpeg.insert(jpeg.begin() + 2, app1.begin(), app1.end());
  return jpeg;
}

Image Crop(const Image& image, const Tile& part) {
  Image out{part.width, part.height, {}};
  for (int y = part.y; y < part.y + part.height; ++y) {
    const auto row =
        image.bgr.begin() + (static_cast<std::ptrdiff_t>(y) * image.width + part.x) * 3;
    out.bgr.insert(out.bgr.end(), row, row + static_cast<std::ptrdiff_t>(part.width) * 3);
  }
  return out;
}

TEST_F(Regions, HaveThePixelsOfTheWholePicture) {
  const cv::Mat scene = Scene(203, 151);
  const std::vector<std::filesystem::path> files = {
      Write("baseline.jpg", Encode(scene, ".jpg")),
      Write("restart.jpg", Encode(scene, ".jpg", {cv::IMWRITE_JPEG_RST_INTERVAL, 5})),
      Write("gray.jpg", Encode(Scene(203, 151, CV_8UC1), ".jpg")),
      Write("progressive.jpg", Encode(scene, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1})),
      Write("turned.jpg", Turned(Encode(scene, ".jpg"))),
      Write("color.png", Encode(scene, ".png")),
      Write("gray.png", Encode(Scene(203, 151, CV_8UC1), ".png")),
      Write("alpha.png", Encode(Scene(203, 151, CV_8UC4), ".png")),
      Write("deep.png", Encode(Scene(203, 151, CV_16UC3), ".png")),
      Write("deep_gray.png", Encode(Scene(203, 151, CV_16UC1), ".png")),
      Write("bits.png",
            Encode(Scene(203, 151, CV_8UC1) > 128, ".png", {cv::IMWRITE_PNG_BILEVEL, 1})),
      Write("a.bmp", Encode(scene, ".bmp")),
      Write("a.tif", Encode(scene, ".tif")),
      Write("a.webp", Encode(scene, ".webp", {cv::IMWRITE_WEBP_QUALITY, 90})),
  };
  SplitMix64 random(5);
  for (const std::filesystem::path& file : files) {
    const Image whole = ReadImage(file).value();
    auto opened = OpenRegions(file);
    ASSERT_TRUE(opened.has_value()) << file << opened.error().ToString();
    RegionReader& regions = *opened.value();
    EXPECT_EQ(regions.size(), (ImageSize{whole.width, whole.height})) << file;
    const Result<ImageSize> size = ReadPictureSize(file);
    ASSERT_TRUE(size.has_value()) << file << size.error().ToString();
    EXPECT_EQ(size.value(), (ImageSize{whole.width, whole.height})) << file;
    // As a task reads them, then anyhow: rows behind, before and within those that are held.
    std::vector<Tile> parts = {{0, 0, 64, 64},
                               {139, 0, 64, 64},
                               {0, 43, 64, 64},
                               {0, 140, 20, 11},
                               {0, 0, whole.width, whole.height}};
    for (int i = 0; i < 40; ++i) {
      const int x = static_cast<int>(random.Below(static_cast<std::uint64_t>(whole.width)));
      const int y = static_cast<int>(random.Below(static_cast<std::uint64_t>(whole.height)));
      parts.push_back(
          {x, y, 1 + static_cast<int>(random.Below(static_cast<std::uint64_t>(whole.width - x))),
           1 + static_cast<int>(random.Below(static_cast<std::uint64_t>(whole.height - y)))});
    }
    for (const Tile& part : parts) {
      if (part.x + part.width > whole.width || part.y + part.height > whole.height) continue;
      const Result<Image> image = regions.Read(part);
      ASSERT_TRUE(image.has_value()) << file << image.error().ToString();
      EXPECT_EQ(image.value().width, part.width);
      EXPECT_EQ(image.value().bgr, Crop(whole, part).bgr)
          << file << " at " << part.x << "," << part.y << " " << part.width << "x" << part.height;
    }
    EXPECT_EQ(regions.ReadReduced(std::uint64_t{1} << 30).value().bgr, whole.bgr) << file;
  }
}

TEST_F(Regions, AReducedPictureHasTheMeansOfSquares) {
  // 5 × 3 pixels in squares of 2: the last column and row hold what is left.
  cv::Mat picture(3, 5, CV_8UC3);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 5; ++x) {
      picture.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(10 * x + y), 0,
                                     static_cast<std::uint8_t>(100 * y)};
    }
  }
  for (const char* extension : {".png", ".bmp"}) {
    auto regions = OpenRegions(Write(std::string("a") + extension, Encode(picture, extension)));
    const Image small = regions.value()->ReadReduced(6).value();
    EXPECT_EQ(small.width, 3);
    EXPECT_EQ(small.height, 2);
    // Blue: (0 + 10 + 1 + 11) / 4 = 5.5, (20 + 30 + 21 + 31) / 4 = 25.5, (40 + 41) / 2; below
    // (2 + 12) / 2, (22 + 32) / 2, 42. Red: (0 + 100) / 2, and 200.
    EXPECT_EQ(small.bgr,
              (Bytes{6, 0, 50, 26, 0, 50, 41, 0, 50, 7, 0, 200, 27, 0, 200, 42, 0, 200}));
    EXPECT_EQ(regions.value()->ReadReduced(1).value().bgr.size(), 3U);
  }
}

TEST_F(Regions, AboveTheDamageATruncatedPictureIsThere) {
  for (const char* extension : {".jpg", ".png"}) {
    Bytes bytes = Encode(Scene(300, 400), extension);
    const Image whole =
        DecodeImage({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
    bytes.resize(bytes.size() / 2);
    auto regions = OpenRegions(Write(std::string("cut") + extension, bytes));
    ASSERT_TRUE(regions.has_value()) << extension;
    const Tile above{10, 20, 100, 80};
    EXPECT_EQ(regions.value()->Read(above).value().bgr, Crop(whole, above).bgr);
    for (int again = 0; again < 2; ++again) {
      const Result<Image> below = regions.value()->Read({0, 300, 100, 100});
      ASSERT_TRUE(below.has_error()) << extension;
      EXPECT_EQ(below.error().code, ErrorCode::kDataLoss);
      EXPECT_THAT(below.error().message, HasSubstr("truncated"));
    }
    EXPECT_EQ(regions.value()->Read(above).value().bgr, Crop(whole, above).bgr);
    EXPECT_TRUE(regions.value()->ReadReduced(100).has_error());
  }
}

TEST_F(Regions, WhatIsNoPictureSaysSo) {
  const auto text = OpenRegions(Write("text.jpg", {'h', 'e', 'l', 'l', 'o'}));
  ASSERT_TRUE(text.has_error());
  EXPECT_EQ(text.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(text.error().ToString(), HasSubstr("text.jpg"));
  EXPECT_EQ(OpenRegions(folder_ / "missing.jpg").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ReadPictureSize(folder_ / "missing.jpg").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ReadPictureSize(folder_ / "text.jpg").error().code, ErrorCode::kDataLoss);
}

TEST_F(Regions, AMemberOfAnArchiveIsRead) {
  const cv::Mat scene = Scene(90, 70);
  Bytes bytes(512, 0);
  const Bytes jpeg = Encode(scene, ".jpg");
  bytes.insert(bytes.end(), jpeg.begin(), jpeg.end());
  const auto archive = Write("a.tar", bytes);
  const std::string location = MemberLocation({archive, 512, jpeg.size()});
  EXPECT_EQ(ReadPictureSize(location).value(), (ImageSize{90, 70}));
  const Image whole = ReadPicture(location).value();
  EXPECT_EQ(OpenRegions(location).value()->Read({5, 6, 70, 50}).value().bgr,
            Crop(whole, {5, 6, 70, 50}).bgr);
}

TEST_F(Regions, ASizeMayStandFarFromTheBeginning) {
  // Three segments of 64 KiB, such as those of a color profile, before the frame header.
  Bytes bytes = Encode(Scene(80, 48), ".jpg");
  Bytes segment(2 + 65535, 0);
  segment[0] = 0xFF;
  segment[1] = 0xE2;
  segment[2] = 0xFF;
  segment[3] = 0xFF;
  for (int i = 0; i < 3; ++i) bytes.insert(bytes.begin() + 2, segment.begin(), segment.end());
  EXPECT_EQ(ReadPictureSize(Write("profile.jpg", bytes)).value(), (ImageSize{80, 48}));
}

}  // namespace
}  // namespace prelabel
