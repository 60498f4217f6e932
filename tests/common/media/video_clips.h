// Small clips made by the ffmpeg program: an encoder that is not the code under test.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace prelabel {

// Each test has a folder of its own; skipped where there is no ffmpeg program.
class VideoClips : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("ffmpeg -version > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "the ffmpeg program is not installed";
    }
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("video_") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  // `frames` pictures of a moving pattern, 96 × 64 at 25 a second, encoded with `options`.
  std::filesystem::path Make(const std::string& name, const std::string& options,
                             int frames = 60) const {
    return Run("-f lavfi -i testsrc2=size=96x64:rate=25 -frames:v " + std::to_string(frames) +
                   " -threads 1 " + options,
               name);
  }

  std::filesystem::path Run(const std::string& arguments, const std::string& name) const {
    const auto path = folder_ / name;
    const std::string command = "ffmpeg -nostdin -loglevel error -y " + arguments + " '" +
                                path.string() + "' > /dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  static void Cut(const std::filesystem::path& path, double part) {
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size * part));
  }

  std::filesystem::path folder_;
};

constexpr char kH264[] = "-c:v libx264 -bf 3 -g 12 -pix_fmt yuv420p";
constexpr char kOpenGop[] = " -x264-params open-gop=1:keyint=12:bframes=3";
// x265 makes open groups of pictures by default.
constexpr char kHevc[] =
    "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none:keyint=12:bframes=3";
constexpr char kMpeg4[] = "-c:v mpeg4 -g 12";

}  // namespace prelabel
