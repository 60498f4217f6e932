// Expected pixels: OpenCV's own imread and resize on pictures that hold every byte they should.
#include "common/media/image_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tests/common/media/picture_folder.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

using ImageFiles = PictureFolder;

void ExpectSamePixels(const Image& image, const cv::Mat& expected) {
  ASSERT_EQ(image.width, expected.cols);
  ASSERT_EQ(image.height, expected.rows);
  const cv::Mat mine(image.height, image.width, CV_8UC3,
                     const_cast<std::uint8_t*>(image.bgr.data()));
  EXPECT_EQ(cv::norm(mine, expected, cv::NORM_INF), 0);
}

void ExpectAsOpenCv(const std::filesystem::path& path) {
  const Result<Image> image = ReadImage(path);
  ASSERT_TRUE(image.has_value()) << path << image.error().ToString();
  ExpectSamePixels(image.value(), cv::imread(path.string(), cv::IMREAD_COLOR));
}

void ExpectDataLoss(const std::filesystem::path& path, const std::string& text) {
  const Result<Image> image = ReadImage(path);
  ASSERT_TRUE(image.has_error()) << path;
  EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(image.error().message, HasSubstr(text));
  EXPECT_THAT(image.error().ToString(), HasSubstr(path.filename().string()));
}

TEST_F(ImageFiles, EveryKindGivesOpenCvsPixels) {
  ExpectAsOpenCv(Write("a.jpg", Encode(Scene(123, 77), ".jpg")));
  ExpectAsOpenCv(
      Write("progressive.jpg", Encode(Scene(123, 77), ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1})));
  ExpectAsOpenCv(
      Write("restart.jpg", Encode(Scene(123, 77), ".jpg", {cv::IMWRITE_JPEG_RST_INTERVAL, 2})));
  ExpectAsOpenCv(Write("grey.jpg", Encode(Scene(64, 48, CV_8UC1), ".jpg")));
  ExpectAsOpenCv(Write("a.png", Encode(Scene(61, 43), ".png")));
  ExpectAsOpenCv(Write("grey.png", Encode(Scene(61, 43, CV_8UC1), ".png")));
  ExpectAsOpenCv(Write("alpha.png", Encode(Scene(61, 43, CV_8UC4), ".png")));
  ExpectAsOpenCv(Write("deep.png", Encode(Scene(61, 43, CV_16UC3), ".png")));
  ExpectAsOpenCv(Write("a.bmp", Encode(Scene(61, 43), ".bmp")));
  ExpectAsOpenCv(Write("wrong-name.png", Encode(Scene(61, 43), ".jpg")));
}

TEST_F(ImageFiles, ExifOrientationIsApplied) {
  const Bytes plain = Encode(Scene(80, 48), ".jpg");
  for (std::uint8_t orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {true, false}) {
      // EXIF 2.3 section 4.5.2: APP1, "Exif", TIFF header, a directory with the one entry 0x0112.
      Bytes app1 = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
      const Bytes tiff = little ? Bytes{'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 1, 3,
                                        0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0, 0}
                                : Bytes{'M', 'M', 0, 42, 0, 0, 0,           8, 0, 1, 1, 0x12, 0,
                                        3,   0,   0, 0,  1, 0, orientation, 0, 0, 0, 0, 0,    0};
      app1.insert(app1.end(), tiff.begin(), tiff.end());
      Bytes bytes = plain;
      bytes.insert(bytes.begin() + 2, app1.begin(), app1.end());
      const auto path = Write("turned.jpg", bytes);
      const Result<Image> image = ReadImage(path);
      ASSERT_TRUE(image.has_value());
      EXPECT_EQ(image.value().width, orientation >= 5 ? 48 : 80);
      ExpectAsOpenCv(path);
    }
  }
}

TEST_F(ImageFiles, WhatIsNoPictureSaysWhy) {
  ExpectDataLoss(Write("empty.jpg", {}), "empty");
  ExpectDataLoss(Write("text.jpg", {'h', 'e', 'l', 'l', 'o', '\n'}), "not a picture");
  std::filesystem::create_directories(folder_ / "folder.jpg");
  ExpectDataLoss(folder_ / "folder.jpg", "folder");
  ASSERT_EQ(mkfifo((folder_ / "pipe.jpg").c_str(), 0600), 0);
  ExpectDataLoss(folder_ / "pipe.jpg", "pipe");
}

TEST_F(ImageFiles, AFileThatCannotBeReachedIsNoDamage) {
  std::ofstream(folder_ / "file") << "x";
  std::filesystem::create_symlink("loop.jpg", folder_ / "loop.jpg");
  for (const char* name : {"missing.jpg", "file/a.jpg", "loop.jpg"}) {
    const Result<Image> image = ReadImage(folder_ / name);
    ASSERT_TRUE(image.has_error()) << name;
    EXPECT_EQ(image.error().code, ErrorCode::kUnavailable) << name;
    EXPECT_THAT(image.error().ToString(), HasSubstr(name));
    EXPECT_THAT(image.error().message, HasSubstr("cannot be opened: "));
  }
}

TEST_F(ImageFiles, TruncationIsFoundWhereverItIs) {
  const std::vector<std::pair<std::string, Bytes>> whole = {
      {"a.jpg", Encode(Scene(160, 120), ".jpg")},
      {"p.jpg", Encode(Scene(160, 120), ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1})},
      {"r.jpg", Encode(Scene(160, 120), ".jpg", {cv::IMWRITE_JPEG_RST_INTERVAL, 1})},
      {"a.png", Encode(Scene(160, 120), ".png")}};
  for (const auto& [name, bytes] : whole) {
    for (const double part : {0.01, 0.1, 0.5, 0.9, 0.99}) {
      const auto size = static_cast<std::size_t>(static_cast<double>(bytes.size()) * part);
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      ExpectDataLoss(Write(name, cut), "truncated");
    }
  }
}

TEST_F(ImageFiles, DamageInsideAJpegIsFound) {
  // A restart marker that comes too early: pixels are lost although the file has its end.
  Bytes bytes = Encode(Scene(160, 120), ".jpg", {cv::IMWRITE_JPEG_RST_INTERVAL, 4});
  const std::size_t middle = bytes.size() / 2;
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(middle),
              bytes.begin() + static_cast<std::ptrdiff_t>(middle + 600));
  ExpectDataLoss(Write("hole.jpg", bytes), "damaged");
}

TEST_F(ImageFiles, HarmlessWarningsAreNoErrors) {
  const cv::Mat scene = Scene(96, 64);
  const Bytes whole = Encode(scene, ".jpg");
  const cv::Mat expected = cv::imdecode(whole, cv::IMREAD_COLOR);
  Bytes without_end(whole.begin(), whole.end() - 2);
  Bytes stray = whole;  // three bytes before the first marker behind SOI's segment
  const std::size_t segment = 4 + (stray[4] << 8 | stray[5]) - 2 + 2;
  stray.insert(stray.begin() + static_cast<std::ptrdiff_t>(segment), {0x01, 0x02, 0x03});
  Bytes trailing = whole;
  trailing.insert(trailing.end(), 1000, 0);
  for (const Bytes& bytes : {without_end, stray, trailing}) {
    const Result<Image> image = ReadImage(Write("warned.jpg", bytes));
    ASSERT_TRUE(image.has_value()) << image.error().ToString();
    ExpectSamePixels(image.value(), expected);
  }
}

TEST(ResizeStretch, EqualsOpenCvsLinearResize) {
  const cv::Mat scene = Scene(768, 576);
  Image image{768, 576, Bytes(scene.data, scene.data + scene.total() * 3)};
  for (const auto& [width, height] : {std::pair{416, 416}, {1000, 200}, {768, 576}, {1, 1}}) {
    cv::Mat expected;
    cv::resize(scene, expected, {width, height}, 0, 0, cv::INTER_LINEAR);
    ExpectSamePixels(ResizeStretch(image, width, height), expected);
  }
}

TEST(ResizeStretch, InterpolatesBetweenPixelCentres) {
  // By hand: output centre 0.25 and 0.75 of two pixels 0 and 100 are -0.25, 0.25, 0.75, 1.25.
  const Image image{2, 1, {0, 0, 0, 100, 100, 100}};
  EXPECT_EQ(ResizeStretch(image, 4, 1).bgr,
            (Bytes{0, 0, 0, 25, 25, 25, 75, 75, 75, 100, 100, 100}));
}

TEST_F(ImageFiles, AnEncodedJpegReadsBack) {
  Image image{40, 30, Bytes(40 * 30 * 3, 0)};
  for (std::size_t i = 0; i < image.bgr.size(); i += 3) image.bgr[i + 2] = 200;  // red
  const auto bytes = EncodeJpeg(image, 90);
  ASSERT_TRUE(bytes.has_value());
  const Result<Image> back = ReadImage(Write("red.jpg", bytes.value()));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back.value().width, 40);
  EXPECT_NEAR(back.value().bgr[2], 200, 3);
  EXPECT_NEAR(back.value().bgr[0], 0, 3);
  EXPECT_TRUE(EncodeJpeg(Image{}, 90).has_error());
}

// Without the limit each asks for gigabytes.
TEST_F(ImageFiles, PicturesThatClaimToBeHugeAreNotDecoded) {
  Bytes bmp = Encode(Scene(4, 4), ".bmp");
  bmp[20] = 0xFF;  // biWidth, biHeight: 4 more than 0xFF0000
  bmp[24] = 0xFF;
  Bytes png = Encode(Scene(4, 4), ".png");
  png[17] = png[21] = 0xFF;
  // A directory of width and length alone, 70,000 each.
  const Bytes tiff{'I', 'I', 42, 0, 8, 0, 0, 0, 2,    0,           //
                   0,   1,   4,  0, 1, 0, 0, 0, 0x70, 0x11, 1, 0,  //
                   1,   1,   4,  0, 1, 0, 0, 0, 0x70, 0x11, 1, 0, 0, 0, 0, 0};
  for (const auto& path : {Write("a.bmp", bmp), Write("a.png", png), Write("a.tif", tiff)}) {
    const auto image = ReadImage(path);
    ASSERT_TRUE(image.has_error()) << path;
    EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
    EXPECT_THAT(image.error().message, HasSubstr("too many pixels")) << path;
  }
}

TEST_F(ImageFiles, AJpegOfCountlessScansIsGivenUp) {
  Bytes jpeg = Encode(Scene(64, 64), ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  ASSERT_TRUE(ReadImage(Write("good.jpg", jpeg)).has_value());
  // The last scan again and again, before the end marker.
  const Bytes marker{0xFF, 0xDA};
  const auto scan = std::find_end(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  const Bytes last(scan, jpeg.end() - 2);
  jpeg.resize(jpeg.size() - 2);
  for (int i = 0; i < 600; ++i) jpeg.insert(jpeg.end(), last.begin(), last.end());
  jpeg.insert(jpeg.end(), {0xFF, 0xD9});
  const auto image = ReadImage(Write("bomb.jpg", jpeg));
  ASSERT_TRUE(image.has_error());
  EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(image.error().message, HasSubstr("scans"));
}

TEST_F(ImageFiles, HugeFilesAreNotRead) {
  const auto path = Write("a.jpg", {0xFF, 0xD8, 0xFF});
  std::filesystem::resize_file(path, (std::uintmax_t{1} << 40));  // a hole: it takes no room
  const auto image = ReadImage(path);
  ASSERT_TRUE(image.has_error());
  EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(image.error().message, HasSubstr("larger than 1 GiB"));
}

TEST_F(ImageFiles, KindsThatAreNotPromisedAreNotRead) {
  const auto image = ReadImage(Write("a.jpg", Encode(Scene(8, 8), ".ppm")));
  ASSERT_TRUE(image.has_error());
  EXPECT_THAT(image.error().message, HasSubstr("unknown kind"));
}

}  // namespace
}  // namespace prelabel
