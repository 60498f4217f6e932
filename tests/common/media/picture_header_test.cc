// Headers by hand after each format's description, and whole files by OpenCV's encoders.
#include "common/media/picture_header.h"

#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes Of(const std::string& text) { return {text.begin(), text.end()}; }
std::string Little(std::uint64_t value, int size) {
  std::string text;
  for (int i = 0; i < size; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}
std::string Big(std::uint64_t value, int size) {
  const std::string little = Little(value, size);
  return {little.rbegin(), little.rend()};
}

TEST(PictureHeader, KnowsWhatOpenCvWrites) {
  const cv::Mat picture(30, 20, CV_8UC3, cv::Scalar(1, 2, 3));
  const auto header = [&](const std::string& extension) {
    Bytes bytes;
    cv::imencode(extension, picture, bytes);
    return ReadPictureHeader(bytes);
  };
  EXPECT_EQ(header(".jpg").kind, PictureKind::kJpeg);
  EXPECT_EQ(header(".webp").kind, PictureKind::kWebp);
  for (const auto& [extension, kind] :
       {std::pair{".png", PictureKind::kPng}, std::pair{".bmp", PictureKind::kBmp},
        std::pair{".tif", PictureKind::kTiff}}) {
    EXPECT_EQ(header(extension).kind, kind) << extension;
    EXPECT_EQ(header(extension).pixels, 600U) << extension;
  }
  EXPECT_EQ(header(".ppm").kind, PictureKind::kUnknown);
}

TEST(PictureHeader, BmpSides) {
  const std::string start = "BM" + std::string(12, '\0');
  const auto pixels = [&](const std::string& info) {
    return ReadPictureHeader(Of(start + info)).pixels;
  };
  EXPECT_EQ(pixels(Little(40, 4) + Little(50000, 4) + Little(60000, 4)), 3000000000U);
  EXPECT_EQ(pixels(Little(40, 4) + Little(7, 4) + Little(0xFFFFFFFF, 4)), 7U);  // -1: upside down
  EXPECT_EQ(pixels(Little(12, 4) + Little(9, 2) + Little(8, 2)), 72U);
  EXPECT_EQ(pixels(Little(40, 4) + Little(0x80000000, 4) + Little(0x80000000, 4)),
            std::uint64_t{1} << 62);
}

TEST(PictureHeader, TiffOfEitherByteOrderAndSize) {
  const auto entry = [](auto number, unsigned tag, unsigned type, std::uint64_t value, int place) {
    return number(tag, 2) + number(type, 2) + number(1, place) + number(value, place);
  };
  const std::string little = "II" + Little(42, 2) + Little(8, 4) + Little(2, 2) +
                             entry(Little, 256, 4, 70000, 4) + entry(Little, 257, 4, 80000, 4);
  EXPECT_EQ(ReadPictureHeader(Of(little)).pixels, 5600000000U);
  // A SHORT stands at the beginning of its four bytes.
  const std::string big = "MM" + Big(42, 2) + Big(8, 4) + Big(2, 2) + Big(256, 2) + Big(3, 2) +
                          Big(1, 4) + Big(300, 2) + Big(0, 2) + Big(257, 2) + Big(3, 2) +
                          Big(1, 4) + Big(200, 2) + Big(0, 2);
  EXPECT_EQ(ReadPictureHeader(Of(big)).pixels, 60000U);
  const std::string bigtiff = "II" + Little(43, 2) + Little(8, 2) + Little(0, 2) + Little(16, 8) +
                              Little(2, 8) + entry(Little, 256, 16, 1U << 20, 8) +
                              entry(Little, 257, 16, 1U << 20, 8);
  EXPECT_EQ(ReadPictureHeader(Of(bigtiff)).pixels, std::uint64_t{1} << 40);
  const std::string tiles = "II" + Little(42, 2) + Little(8, 4) + Little(4, 2) +
                            entry(Little, 256, 4, 16, 4) + entry(Little, 257, 4, 16, 4) +
                            entry(Little, 322, 4, 65536, 4) + entry(Little, 323, 4, 65536, 4);
  EXPECT_EQ(ReadPictureHeader(Of(tiles)).pixels, std::uint64_t{1} << 32);
}

TEST(PictureHeader, TakesAnyBeginning) {
  const std::string bigtiff = "II" + Little(43, 2) + std::string(4, '\0') + std::string(8, '\xff');
  for (const std::string& text :
       {std::string("BM"), std::string("II*\0", 4), std::string("MM\0+", 4), bigtiff,
        std::string("\x89PNG\r\n\x1A\n"), "II" + Little(42, 2) + Little(8, 4) + Little(65535, 2)}) {
    EXPECT_EQ(ReadPictureHeader(Of(text)).pixels, 0U);
  }
  EXPECT_EQ(ReadPictureHeader({}).kind, PictureKind::kUnknown);
  EXPECT_EQ(ReadPictureHeader(Of("RIFF1234WAVE")).kind, PictureKind::kUnknown);
}

}  // namespace
}  // namespace prelabel
