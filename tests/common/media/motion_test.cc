// Expected motion: that of a pattern which is drawn here; for PETS 2009 its ground truth.
#include "common/media/motion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/labels/interpolation.h"
#include "tests/common/labels/mot_reference.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

constexpr int kWidth = 320;
constexpr int kHeight = 240;

// A number in [0, 1) of a lattice point.
double Lattice(std::int64_t x, std::int64_t y) {
  auto hash = static_cast<std::uint64_t>(x) * 0x9E3779B97F4A7C15U ^
              static_cast<std::uint64_t>(y) * 0xC2B2AE3D27D4EB4FU;
  hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9U;
  return static_cast<double>(hash >> 40) / static_cast<double>(1 << 24);
}

// Clouds of four sizes, as pictures have them: random values 4, 8, 16 and 32 apart, smooth between.
double Texture(double u, double v) {
  double sum = 0;
  for (const double apart : {4.0, 8.0, 16.0, 32.0}) {
    const double x = u / apart;
    const double y = v / apart;
    const auto left = static_cast<std::int64_t>(std::floor(x));
    const auto top = static_cast<std::int64_t>(std::floor(y));
    const auto ease = [](double t) { return t * t * (3 - 2 * t); };
    const double right_part = ease(x - std::floor(x));
    const double lower_part = ease(y - std::floor(y));
    const auto row = [&](std::int64_t at) {
      return Lattice(left, at) * (1 - right_part) + Lattice(left + 1, at) * right_part;
    };
    sum += 63 * (row(top) * (1 - lower_part) + row(top + 1) * lower_part);
  }
  return sum;
}

// A patch of `size` pixels around (x, y), its pattern drawn to scale, before another one that
// stays.
struct Pose {
  double x = 160;
  double y = 120;
  double size = 48;
};

Box BoxOf(const Pose& pose) {
  return {static_cast<float>(pose.x - pose.size / 2), static_cast<float>(pose.y - pose.size / 2),
          static_cast<float>(pose.x + pose.size / 2), static_cast<float>(pose.y + pose.size / 2)};
}

Image Draw(const Pose& pose) {
  Image image;
  image.width = kWidth;
  image.height = kHeight;
  for (int row = 0; row < kHeight; ++row) {
    for (int column = 0; column < kWidth; ++column) {
      const double u = (column + 0.5 - pose.x) / pose.size;
      const double v = (row + 0.5 - pose.y) / pose.size;
      const bool on_patch = std::abs(u) <= 0.5 && std::abs(v) <= 0.5;
      const double gray = on_patch ? Texture(48 * u, 48 * v) : Texture(column + 1000, row + 1000);
      image.bgr.insert(image.bgr.end(), 3, static_cast<std::uint8_t>(gray));
    }
  }
  return image;
}

class DrawnFrames final : public FrameSource {
 public:
  DrawnFrames(std::int64_t count, std::function<Pose(std::int64_t)> pose)
      : count_(count), pose_(std::move(pose)) {}
  std::int64_t FrameCount() const override { return count_; }
  Result<Image> Read(std::int64_t frame) override {
    ++reads;
    if (frame != last_ + 1) ++jumps;
    last_ = frame;
    if (frame == damaged) return DataLoss("frame is damaged");
    if (frame < 0 || frame >= count_) return InvalidArgument("no such frame");
    return Draw(pose_(frame));
  }
  int reads = 0;
  int jumps = 0;  // reads that did not go on from the one before
  std::int64_t damaged = -1;

 private:
  std::int64_t count_;
  std::function<Pose(std::int64_t)> pose_;
  std::int64_t last_ = -1;
};

Displacement Measured(const Pose& from, const Pose& to, const Box& box) {
  const auto motion = MakeOpticalFlow(
      std::make_unique<DrawnFrames>(2, [&](std::int64_t frame) { return frame == 0 ? from : to; }));
  const auto moved = motion->Between(0, 1, box);
  EXPECT_TRUE(moved.has_value());
  return moved.value();
}

TEST(OpticalFlow, MeasuresAShift) {
  const Displacement moved = Measured({160, 120, 48}, {166.5, 117, 48}, BoxOf({160, 120, 48}));
  EXPECT_NEAR(moved.dx, 6.5, 0.3);
  EXPECT_NEAR(moved.dy, -3, 0.3);
  EXPECT_NEAR(moved.scale, 1, 0.02);
  EXPECT_GT(moved.trust, 0.5);
}

TEST(OpticalFlow, MeasuresGrowth) {
  const Displacement moved = Measured({160, 120, 48}, {161, 121, 52}, BoxOf({160, 120, 48}));
  EXPECT_NEAR(moved.dx, 1, 0.4);
  EXPECT_NEAR(moved.dy, 1, 0.4);
  EXPECT_NEAR(moved.scale, 52.0 / 48, 0.02);
}

TEST(OpticalFlow, KnowsNothingOfWhatItCannotSee) {
  const Pose pose;
  for (const Box& box :
       {Box{400, 100, 440, 140}, Box{-60, -60, -10, -10}, Box{100, 100, 103, 160},
        Box{120, 60, 120, 60}, Box{NAN, 60, 120, 120}, Box{1e30F, 1e30F, 2e30F, 2e30F}}) {
    EXPECT_EQ(Measured(pose, pose, box).trust, 0) << box.x1;
  }
  class Flat final : public FrameSource {
    std::int64_t FrameCount() const override { return 2; }
    Result<Image> Read(std::int64_t) override {
      return Image{64, 64, std::vector<std::uint8_t>(std::size_t{64} * 64 * 3, 90)};
    }
  };
  const auto moved = MakeOpticalFlow(std::make_unique<Flat>())->Between(0, 1, {10, 10, 50, 50});
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(moved.value().trust, 0);
}

TEST(OpticalFlow, OfADamagedFrameItSaysSo) {
  auto frames = std::make_unique<DrawnFrames>(3, [](std::int64_t) { return Pose(); });
  frames->damaged = 1;
  const auto motion = MakeOpticalFlow(std::move(frames));
  const auto moved = motion->Between(0, 1, BoxOf({}));
  ASSERT_TRUE(moved.has_error());
  EXPECT_EQ(moved.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(moved.error().message, HasSubstr("damaged"));
}

TEST(OpticalFlow, AWalkBackReadsStretches) {
  auto owned = std::make_unique<DrawnFrames>(100, [](std::int64_t) { return Pose(); });
  const DrawnFrames& frames = *owned;
  const auto motion = MakeOpticalFlow(std::move(owned), std::size_t{16} * kWidth * kHeight);
  for (std::int64_t i = 0; i < 99; ++i) ASSERT_TRUE(motion->Between(i, i + 1, BoxOf({})));
  EXPECT_EQ(frames.reads, 100);
  EXPECT_EQ(frames.jumps, 0);
  for (std::int64_t i = 99; i > 0; --i) ASSERT_TRUE(motion->Between(i, i - 1, BoxOf({})));
  EXPECT_LE(frames.reads, 200);
  EXPECT_LE(frames.jumps, 100 / 8);  // half of the 16 frames that it keeps at a time
}

// A curve: 30 pixels off the straight line in the middle of each gap.
Pose OnACurve(std::int64_t frame) {
  const auto t = static_cast<double>(frame);
  return {60 + 5 * t, 120 + 30 * std::sin(3.14159265 * t / 20), 48};
}

TEST(OpticalFlow, BoxesAreNearerToTheTruthThanThoseOfALine) {
  const std::vector<Keyframe> keyframes = {
      {0, BoxOf(OnACurve(0)), 1}, {20, BoxOf(OnACurve(20)), 1}, {40, BoxOf(OnACurve(40)), 1}};
  const auto mean_iou = [](const std::vector<TrackPoint>& points) {
    double sum = 0;
    for (const TrackPoint& point : points) sum += Iou(point.box, BoxOf(OnACurve(point.frame)));
    return sum / static_cast<double>(points.size());
  };
  const auto run = [&] {
    return FlowInterpolate(keyframes,
                           *MakeOpticalFlow(std::make_unique<DrawnFrames>(41, OnACurve)));
  };
  const auto flow = run();
  ASSERT_TRUE(flow.has_value());
  EXPECT_LT(mean_iou(Interpolate(keyframes, InterpolationMethod::kLinear)), 0.6);
  EXPECT_GT(mean_iou(flow.value()), 0.9);
  EXPECT_EQ(flow.value(), run().value());
}

struct Row {
  std::int64_t step;
  double linear;  // known from an independent script
  // Of flow, at least. More than half of this ground truth's boxes lie exactly between those of the
  // frames before and after: over short gaps a line is hard to beat.
  double gain;
};

class FlowBetweenGroundTruth : public ::testing::TestWithParam<Row> {};

TEST_P(FlowBetweenGroundTruth, IsBetterThanLinearInterpolationOverLongGaps) {
  const std::string path = PetsGroundTruthPath();
  if (path.empty()) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is unset";
  const std::filesystem::path video = "var/data/vtest.avi";
  if (!std::filesystem::exists(video)) {
    GTEST_SKIP() << video << " is not there: run the quick start";
  }
  auto index = BuildVideoIndex(video);
  ASSERT_TRUE(index.has_value());
  auto frames = OpenVideo(video, std::move(index).value());
  ASSERT_TRUE(frames.has_value());
  const auto motion = MakeOpticalFlow(std::move(frames).value());
  double sum = 0;
  int between = 0;
  for (const auto& [id, boxes] : ReadMotTracks(path)) {
    std::vector<Keyframe> keyframes;
    const std::int64_t first = boxes.begin()->first;
    for (const auto& [frame, box] : boxes) {
      const bool last = frame == boxes.rbegin()->first;
      if ((frame - first) % GetParam().step == 0 || last) keyframes.push_back({frame, box, 1});
    }
    const auto points = FlowInterpolate(keyframes, *motion);
    ASSERT_TRUE(points.has_value()) << points.error().ToString();
    for (const TrackPoint& point : points.value()) {
      if (point.source == LabelSource::kModel) continue;
      sum += Iou(point.box, boxes.at(point.frame));
      ++between;
    }
  }
  std::printf("keyframes every %d frames: mean IoU %.4f, linear %.4f\n",
              static_cast<int>(GetParam().step), sum / between, GetParam().linear);
  EXPECT_GT(sum / between, GetParam().linear + GetParam().gain);
}

INSTANTIATE_TEST_SUITE_P(Pets09, FlowBetweenGroundTruth,
                         ::testing::Values(Row{10, 0.9190, -0.02}, Row{20, 0.7877, 0.03},
                                           Row{40, 0.5127, 0.1}),
                         [](const auto& info) {
                           return "Every" + std::to_string(info.param.step);
                         });

}  // namespace
}  // namespace prelabel
