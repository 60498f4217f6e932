// Expected values by hand; pets_interpolation_test.cc has those of real tracks.
#include "common/labels/interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace prelabel
