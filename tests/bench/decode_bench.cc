// Decoding JPEG files as workers do (libjpeg-turbo) against cv::imread: CPU time of the same files,
// in turn. The pictures are frames of a video, written as JPEG of quality 90, or a folder's.
//
//   decode_bench --video var/data/vtest.avi
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "common/media/frame_source.h"
#include "common/media/image_codec.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"

namespace prelabel::bench {
namespace {

constexpr double kTarget = 1.2;
constexpr int kFrames = 100;

Result<std::vector<std::string>> WriteFrames(const std::string& video, const WorkFolder& folder) {
  PRELABEL_TRY(const VideoIndex index, BuildVideoIndex(video));
  PRELABEL_TRY(const auto source, OpenVideo(video, index));
  const auto frames = std::min<std::int64_t>(kFrames, std::ssize(index.frames));
  std::vector<std::string> files;
  for (std::int64_t i = 0; i < frames; ++i) {
    PRELABEL_TRY(const Image frame, source->Read(i));
    PRELABEL_TRY(const auto bytes, EncodeJpeg(frame, 90));
    files.push_back(folder.File(fmt::format("{:03}.jpg", i)));
    std::ofstream(files.back(), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  }
  return files;
}

std::vector<std::string> ListFolder(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jpg") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<void> Measure(const std::vector<std::string>& files, int rounds) {
  if (files.empty()) return InvalidArgument("no picture is there");
  cv::setNumThreads(1);
  std::vector<double> ratios;
  std::vector<double> ours;
  std::vector<double> theirs;
  std::uint64_t pixels = 0;
  for (int round = 0; round < rounds; ++round) {
    pixels = 0;
    double begin = CpuSeconds(RUSAGE_SELF);
    for (const std::string& file : files) {
      const cv::Mat image = cv::imread(file, cv::IMREAD_COLOR);
      if (image.empty()) return DataLoss("cv::imread reads nothing", file);
    }
    theirs.push_back(CpuSeconds(RUSAGE_SELF) - begin);
    begin = CpuSeconds(RUSAGE_SELF);
    for (const std::string& file : files) {
      PRELABEL_TRY(const Image image, ReadImage(file));
      pixels += static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height);
    }
    ours.push_back(CpuSeconds(RUSAGE_SELF) - begin);
    ratios.push_back(theirs.back() / ours.back());
  }
  const double megapixels = static_cast<double>(pixels) / 1e6;
  fmt::print(
      "RATIO decode/imread {:.2f} target >={:.2f} ({:.0f} megapixels/s against {:.0f}; {} "
      "files, median of {} rounds, {:.2f} to {:.2f})\n",
      Median(ratios), kTarget, megapixels / Median(ours), megapixels / Median(theirs), files.size(),
      rounds, *std::min_element(ratios.begin(), ratios.end()),
      *std::max_element(ratios.begin(), ratios.end()));
  return Ok();
}

Result<void> Main(const std::string& video, const std::string& images, int rounds) {
  if (!images.empty()) return Measure(ListFolder(images), rounds);
  const WorkFolder folder("decode_bench");
  PRELABEL_TRY(const auto files, WriteFrames(video, folder));
  return Measure(files, rounds);
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) {
  CLI::App app("Decoding JPEG files against cv::imread.");
  std::string video;
  std::string images;
  int rounds = 9;
  auto* from_video = app.add_option("--video", video, "whose frames are the pictures");
  app.add_option("--images", images, "a folder of .jpg files instead")->excludes(from_video);
  app.add_option("--rounds", rounds, "of each, in turn")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (video.empty() && images.empty()) {
    fmt::print(stderr, "decode_bench: give --video or --images\n");
    return 2;
  }
  const auto measured = prelabel::bench::Main(video, images, rounds);
  if (measured) return 0;
  fmt::print(stderr, "decode_bench: {}\n", measured.error().ToString());
  return 1;
}
