// Expected values: by hand; for PETS 2009 an independent Python script over the same ground truth.
#include "common/labels/interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

struct Row {
  std::int64_t step;
  double mean_iou;
};

class InterpolateBetweenGroundTruth : public ::testing::TestWithParam<Row> {};

TEST_P(InterpolateBetweenGroundTruth, HasTheReferenceMeanIou) {
  const std::string path = PetsGroundTruthPath();
  if (path.empty()) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is unset";
  const MotTracks tracks = ReadMotTracks(path);
  ASSERT_EQ(tracks.size(), 10U) << path;
  double sum = 0;
  int between = 0;
  for (const auto& [id, boxes] : tracks) {
    std::vector<Keyframe> keyframes;
    const std::int64_t first = boxes.begin()->first;
    for (const auto& [frame, box] : boxes) {
      const bool last = frame == boxes.rbegin()->first;
      if ((frame - first) % GetParam().step == 0 || last) keyframes.push_back({frame, box, 1});
    }
    for (const TrackPoint& point : Interpolate(keyframes, InterpolationMethod::kLinear)) {
      if (point.source == kModel) continue;
      sum += Iou(point.box, boxes.at(point.frame));
      ++between;
    }
  }
  EXPECT_NEAR(sum / between, GetParam().mean_iou, 0.00005);
}

// The means as printed to four places.
INSTANTIATE_TEST_SUITE_P(Pets09, InterpolateBetweenGroundTruth,
                         ::testing::Values(Row{2, 0.9945}, Row{5, 0.9742}, Row{10, 0.9190},
                                           Row{20, 0.7877}, Row{40, 0.5127}),
                         [](const auto& info) {
                           return "Every" + std::to_string(info.param.step);
                         });

}  // namespace
}  // namespace prelabel
