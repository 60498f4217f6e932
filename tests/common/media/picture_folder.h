// A folder of pictures for one test, removed with it, and what OpenCV makes to put into it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace prelabel {

using Bytes = std::vector<std::uint8_t>;

class PictureFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string(test->test_suite_name()) + "_" + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path Write(const std::string& name, const Bytes& bytes) const {
    std::ofstream out(folder_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    return folder_ / name;
  }

  std::filesystem::path folder_;
};

// Noise over a gradient: no two rows alike, so that a lost row shows.
inline cv::Mat Scene(int width, int height, int type = CV_8UC3) {
  cv::Mat scene(height, width, CV_8UC3);
  cv::RNG random(7);
  random.fill(scene, cv::RNG::UNIFORM, 0, 255);
  cv::GaussianBlur(scene, scene, {5, 5}, 0);
  for (int y = 0; y < height; ++y) scene.row(y) += cv::Scalar(y % 100, 0, 100 - y % 100);
  if (CV_MAT_CN(type) == 1) cv::cvtColor(scene, scene, cv::COLOR_BGR2GRAY);
  if (CV_MAT_CN(type) == 4) cv::cvtColor(scene, scene, cv::COLOR_BGR2BGRA);
  if (CV_MAT_DEPTH(type) == CV_16U) scene.convertTo(scene, CV_16U, 257, 3);
  return scene;
}

inline Bytes Encode(const cv::Mat& mat, const std::string& extension,
                    std::vector<int> options = {}) {
  Bytes bytes;
  cv::imencode(extension, mat, bytes, options);
  return bytes;
}

}  // namespace prelabel
