// How near interpolation between ground-truth keyframes of PETS 2009 S2.L1 comes to the truth.
// Expected values: an independent Python script over the same file, to the places it printed.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "common/labels/interpolation.h"
#include "common/labels/keyframe_selection.h"
#include "tests/common/labels/mot_reference.h"

namespace prelabel {
namespace {

// The boxes of each track, dense.
std::vector<std::vector<TrackPoint>> TruePoints(const MotTracks& tracks) {
  std::vector<std::vector<TrackPoint>> points;
  for (const auto& [id, boxes] : tracks) {
    points.emplace_back();
    for (const auto& [frame, box] : boxes) points.back().push_back({.frame = frame, .box = box});
  }
  return points;
}

using Choice = std::vector<std::vector<std::size_t>>;

// Every `step` frames from a track's first, and its last.
Choice EverySteps(const std::vector<std::vector<TrackPoint>>& tracks, std::int64_t step) {
  Choice chosen;
  for (const std::vector<TrackPoint>& points : tracks) {
    chosen.emplace_back();
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool regular = (points[i].frame - points.front().frame) % step == 0;
      if (regular || i + 1 == points.size()) chosen.back().push_back(i);
    }
  }
  return chosen;
}

std::size_t Count(const Choice& chosen) {
  std::size_t count = 0;
  for (const std::vector<std::size_t>& indices : chosen) count += indices.size();
  return count;
}

// Of the frames between keyframes.
double MeanIou(const std::vector<std::vector<TrackPoint>>& tracks, const Choice& chosen,
               InterpolationMethod method = InterpolationMethod::kLinear) {
  double sum = 0;
  int between = 0;
  for (std::size_t t = 0; t < tracks.size(); ++t) {
    std::vector<Keyframe> keyframes;
    for (const std::size_t i : chosen[t]) {
      keyframes.push_back({tracks[t][i].frame, tracks[t][i].box, 1});
    }
    const std::vector<TrackPoint> filled = Interpolate(keyframes, method);
    EXPECT_EQ(filled.size(), tracks[t].size());
    for (std::size_t i = 0; i < filled.size() && i < tracks[t].size(); ++i) {
      if (filled[i].source == LabelSource::kModel) continue;
      EXPECT_EQ(filled[i].frame, tracks[t][i].frame);
      sum += Iou(filled[i].box, tracks[t][i].box);
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
  const std::string path = PetsGroundTruthPath();
  if (path.empty()) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is unset";
  const auto tracks = TruePoints(ReadMotTracks(path));
  ASSERT_EQ(tracks.size(), 10U) << path;
  const Choice chosen = EverySteps(tracks, GetParam().step);
  EXPECT_NEAR(MeanIou(tracks, chosen), GetParam().linear, 0.00005);
  EXPECT_NEAR(MeanIou(tracks, chosen, InterpolationMethod::kCubic), GetParam().cubic, 0.00005);
}

INSTANTIATE_TEST_SUITE_P(Pets09, InterpolateBetweenGroundTruth,
                         ::testing::Values(Row{2, 0.9945, 0.9987}, Row{5, 0.9742, 0.9856},
                                           Row{10, 0.9190, 0.9419}, Row{20, 0.7877, 0.8198},
                                           Row{40, 0.5127, 0.6072}),
                         [](const auto& info) {
                           return "Every" + std::to_string(info.param.step);
                         });

TEST(BestKeyframesOfGroundTruth, AsManyAsEveryTwentiethFrameHas) {
  const std::string path = PetsGroundTruthPath();
  if (path.empty()) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is unset";
  const auto tracks = TruePoints(ReadMotTracks(path));
  ASSERT_EQ(tracks.size(), 10U) << path;
  const Choice regular = EverySteps(tracks, 20);
  ASSERT_EQ(Count(regular), 134U);
  const Choice best = BestKeyframes(tracks, 134);
  EXPECT_EQ(Count(best), 134U);
  const double mean = MeanIou(tracks, best);
  RecordProperty("mean_iou", std::to_string(mean));
  EXPECT_NEAR(mean, 0.896, 0.001);
  EXPECT_GE(mean - MeanIou(tracks, regular), 0.10);
}

}  // namespace
}  // namespace prelabel
