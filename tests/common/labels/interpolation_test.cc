// Expected values by hand; pets_interpolation_test.cc has those of real tracks.
#include "common/labels/interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr LabelSource kModel = LabelSource::kModel;
constexpr LabelSource kFilled = LabelSource::kInterpolated;

TEST(Interpolate, MovesEachCornerLinearly) {
  const std::vector<Keyframe> keyframes = {{10, {0, 0, 10, 20}, 0.9F}, {14, {4, 8, 22, 20}, 0.5F}};
  const std::vector<TrackPoint> points = Interpolate(keyframes, InterpolationMethod::kLinear);
  // The center moves by (8, 4), 0.6325 of the size √200: a guessed loss of 0.1265 in the middle, of
  // three quarters of that (1 × 3 to 2 × 2) beside it.
  const float beside = points.at(1).score;
  const float middle = points.at(2).score;
  EXPECT_NEAR(beside, 0.5 * (1 - 0.0948683), 1e-6);
  EXPECT_NEAR(middle, 0.5 * (1 - 0.126491), 1e-6);
  EXPECT_THAT(points, ElementsAre(TrackPoint{10, {0, 0, 10, 20}, 0.9F, kModel},
                                  TrackPoint{11, {1, 2, 13, 20}, beside, kFilled},
                                  TrackPoint{12, {2, 4, 16, 20}, middle, kFilled},
                                  TrackPoint{13, {3, 6, 19, 20}, beside, kFilled},
                                  TrackPoint{14, {4, 8, 22, 20}, 0.5F, kModel}));
}

TEST(Interpolate, EachGapHasItsOwnNeighbours) {
  const std::vector<Keyframe> keyframes = {{0, {0, 0, 2, 2}, 0.3F},
                                           {2, {2, 0, 4, 2}, 0.8F},
                                           {3, {9, 0, 11, 2}, 0.7F},
                                           {5, {9, 4, 11, 6}, 0.9F}};
  // Both inner keyframes are nowhere near the line between their neighbors: half of 2 × 1 frames'
  // loss of everything.
  EXPECT_THAT(Interpolate(keyframes, InterpolationMethod::kLinear),
              ElementsAre(TrackPoint{0, {0, 0, 2, 2}, 0.3F, kModel},
                          TrackPoint{1, {1, 0, 3, 2}, 0.3F / 2, kFilled},
                          TrackPoint{2, {2, 0, 4, 2}, 0.8F, kModel},
                          TrackPoint{3, {9, 0, 11, 2}, 0.7F, kModel},
                          TrackPoint{4, {9, 2, 11, 4}, 0.7F / 2, kFilled},
                          TrackPoint{5, {9, 4, 11, 6}, 0.9F, kModel}));
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

TEST(Interpolate, CubicMeetsKeyframesAndRaisesNoScore) {
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
    EXPECT_LE(points[frame].score, 0.5F);
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

}  // namespace
}  // namespace prelabel
