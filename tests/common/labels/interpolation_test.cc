// Expected values: by hand; for PETS 2009 an independent Python script over the same ground truth.
#include "common/labels/interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/common/labels/mot_reference.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr LabelSource kModel = LabelSource::kModel;
constexpr LabelSource kFilled = LabelSource::kInterpolated;

TEST(Interpolate, MovesEachCornerLinearly) {
  const std::vector<Keyframe> keyframes = {{10, {0, 0, 10, 20}, 0.9F}, {14, {4, 8, 22, 20}, 0.5F}};
  EXPECT_THAT(Interpolate(keyframes, InterpolationMethod::kLinear),
              ElementsAre(TrackPoint{10, {0, 0, 10, 20}, 0.9F, kModel},
                          TrackPoint{11, {1, 2, 13, 20}, 0.5F, kFilled},
                          TrackPoint{12, {2, 4, 16, 20}, 0.5F, kFilled},
                          TrackPoint{13, {3, 6, 19, 20}, 0.5F, kFilled},
                          TrackPoint{14, {4, 8, 22, 20}, 0.5F, kModel}));
}

TEST(Interpolate, EachGapHasItsOwnNeighbours) {
  const std::vector<Keyframe> keyframes = {{0, {0, 0, 2, 2}, 0.3F},
                                           {2, {2, 0, 4, 2}, 0.8F},
                                           {3, {9, 0, 11, 2}, 0.7F},
                                           {5, {9, 4, 11, 6}, 0.9F}};
  EXPECT_THAT(
      Interpolate(keyframes, InterpolationMethod::kLinear),
      ElementsAre(
          TrackPoint{0, {0, 0, 2, 2}, 0.3F, kModel}, TrackPoint{1, {1, 0, 3, 2}, 0.3F, kFilled},
          TrackPoint{2, {2, 0, 4, 2}, 0.8F, kModel}, TrackPoint{3, {9, 0, 11, 2}, 0.7F, kModel},
          TrackPoint{4, {9, 2, 11, 4}, 0.7F, kFilled}, TrackPoint{5, {9, 4, 11, 6}, 0.9F, kModel}));
}

TEST(Interpolate, WithoutAMethodLeavesTheKeyframes) {
  const std::vector<Keyframe> keyframes = {{3, {0, 0, 2, 2}, 0.4F}, {9, {6, 0, 8, 2}, 0.6F}};
  EXPECT_THAT(Interpolate(keyframes, InterpolationMethod::kNone),
              ElementsAre(TrackPoint{3, {0, 0, 2, 2}, 0.4F, kModel},
                          TrackPoint{9, {6, 0, 8, 2}, 0.6F, kModel}));
}

TEST(Interpolate, OneKeyframeIsOnePoint) {
  const std::vector<Keyframe> keyframes = {{7, {1, 2, 3, 4}, 0.4F}};
  EXPECT_THAT(Interpolate(keyframes, InterpolationMethod::kLinear),
              ElementsAre(TrackPoint{7, {1, 2, 3, 4}, 0.4F, kModel}));
  EXPECT_THAT(Interpolate({}, InterpolationMethod::kLinear), IsEmpty());
  EXPECT_THAT(Interpolate({}, InterpolationMethod::kNone), IsEmpty());
}

TEST(Interpolate, CubicMeetsKeyframesAndKeepsScores) {
  const std::vector<Keyframe> keyframes = {{0, {0, 0, 10, 20}, 0.9F},
                                           {3, {9, 1, 20, 22}, 0.5F},
                                           {4, {30, 7, 38, 30}, 0.7F},
                                           {9, {31, 40, 45, 61}, 0.8F}};
  const auto points = Interpolate(keyframes, InterpolationMethod::kCubic);
  ASSERT_EQ(points.size(), 10U);
  for (const Keyframe& keyframe : keyframes) {
    EXPECT_EQ(points[keyframe.frame],
              (TrackPoint{keyframe.frame, keyframe.box, keyframe.score, kModel}));
  }
  for (const std::int64_t frame : {1, 2}) {
    EXPECT_EQ(points[frame].frame, frame);
    EXPECT_EQ(points[frame].score, 0.5F);
    EXPECT_EQ(points[frame].source, kFilled);
  }
}

// A ball: x moves evenly, y is t²; keyframes at uneven distances.
TEST(Interpolate, CubicFollowsAParabolaExactly) {
  std::vector<Keyframe> keyframes;
  for (const std::int64_t t : {0, 4, 10, 13, 20}) {
    const auto x = static_cast<float>(3 * t);
    const auto y = static_cast<float>(t * t);
    keyframes.push_back({t, {x, y, x + 8, y + 6}, 1});
  }
  for (const TrackPoint& point : Interpolate(keyframes, InterpolationMethod::kCubic)) {
    const auto t = static_cast<float>(point.frame);
    EXPECT_NEAR(point.box.x1, 3 * t, 1e-4);
    EXPECT_NEAR(point.box.y1, t * t, 1e-4);
    EXPECT_NEAR(point.box.x2, 3 * t + 8, 1e-4);
    EXPECT_NEAR(point.box.y2, t * t + 6, 1e-4);
  }
}

TEST(Interpolate, CubicOfOneOrTwoKeyframesIsLinear) {
  const std::vector<Keyframe> one = {{7, {1, 2, 3, 4}, 0.4F}};
  EXPECT_EQ(Interpolate(one, InterpolationMethod::kCubic),
            Interpolate(one, InterpolationMethod::kLinear));
  const std::vector<Keyframe> two = {{3, {0, 0, 2, 2}, 0.4F}, {9, {6, 1, 8, 9}, 0.6F}};
  EXPECT_EQ(Interpolate(two, InterpolationMethod::kCubic),
            Interpolate(two, InterpolationMethod::kLinear));
  EXPECT_THAT(Interpolate({}, InterpolationMethod::kCubic), IsEmpty());
}

// The mean IoU with ground truth of what is filled in between keyframes every `step` frames.
std::optional<double> MeanIou(std::int64_t step, InterpolationMethod method) {
  const std::string path = PetsGroundTruthPath();
  if (path.empty()) return std::nullopt;
  const MotTracks tracks = ReadMotTracks(path);
  EXPECT_EQ(tracks.size(), 10U) << path;
  double sum = 0;
  int between = 0;
  for (const auto& [id, boxes] : tracks) {
    std::vector<Keyframe> keyframes;
    const std::int64_t first = boxes.begin()->first;
    for (const auto& [frame, box] : boxes) {
      const bool last = frame == boxes.rbegin()->first;
      if ((frame - first) % step == 0 || last) keyframes.push_back({frame, box, 1});
    }
    for (const TrackPoint& point : Interpolate(keyframes, method)) {
      if (point.source == kModel) continue;
      sum += Iou(point.box, boxes.at(point.frame));
      ++between;
    }
  }
  return sum / between;
}

struct Row {
  std::int64_t step;
  double linear;
  double cubic;
};

class InterpolateBetweenGroundTruth : public ::testing::TestWithParam<Row> {};

TEST_P(InterpolateBetweenGroundTruth, HasTheReferenceMeanIou) {
  const auto linear = MeanIou(GetParam().step, InterpolationMethod::kLinear);
  const auto cubic = MeanIou(GetParam().step, InterpolationMethod::kCubic);
  if (!linear || !cubic) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is unset";
  EXPECT_NEAR(*linear, GetParam().linear, 0.00005);
  EXPECT_NEAR(*cubic, GetParam().cubic, 0.00005);
}

// The means as printed to four places; cubic ones by a script that evaluates Hermite's basis
// functions in double precision.
INSTANTIATE_TEST_SUITE_P(Pets09, InterpolateBetweenGroundTruth,
                         ::testing::Values(Row{2, 0.9945, 0.9987}, Row{5, 0.9742, 0.9856},
                                           Row{10, 0.9190, 0.9419}, Row{20, 0.7877, 0.8198},
                                           Row{40, 0.5127, 0.6072}),
                         [](const auto& info) {
                           return "Every" + std::to_string(info.param.step);
                         });

}  // namespace
}  // namespace prelabel
