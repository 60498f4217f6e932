// Expected values: by hand from the rules in cvat_keyframes.h.
#include "coordinator/formats/cvat_keyframes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/labels/shape_interpolation.h"
#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;

constexpr auto kLinear = InterpolationMethod::kLinear;
constexpr auto kCubic = InterpolationMethod::kCubic;
constexpr auto kNone = InterpolationMethod::kNone;

ShapeKeyframe At(std::int64_t frame, float x) {
  return MakeKeyframe(frame, MakeBox({x, 0, x + 50, 50}));
}

std::vector<std::int64_t> Frames(const std::vector<ShapeKeyframe>& keyframes) {
  std::vector<std::int64_t> frames;
  for (const ShapeKeyframe& keyframe : keyframes) {
    frames.push_back(keyframe.outside ? -keyframe.frame : keyframe.frame);
  }
  return frames;
}

TEST(CvatKeyframes, LinearOnesAreThePersonsOwn) {
  const ShapeTrack track = {1, "car", {At(2, 0), At(9, 70), MakeKeyframe(12, MakeBox({}), true)}};
  EXPECT_EQ(CvatKeyframes(track, kLinear, 20, 0.9F), track.keyframes);
}

TEST(CvatKeyframes, WithoutInterpolationEachEndsInTheNextFrame) {
  const ShapeTrack track = {1, "car", {At(2, 0), At(5, 70), At(6, 80), At(9, 90)}};
  EXPECT_THAT(Frames(CvatKeyframes(track, kNone, 20, 0.9F)), ElementsAre(2, -3, 5, 6, -7, 9, -10));
  EXPECT_THAT(Frames(CvatKeyframes(track, kNone, 10, 0.9F)), ElementsAre(2, -3, 5, 6, -7, 9));
}

TEST(CvatKeyframes, ACurveOfBoxesIsShownWithinTheIou) {
  const ShapeTrack track = {1, "car", {At(0, 0), At(10, 10), At(20, 90), At(30, 100)}};
  const std::vector<ShapeKeyframe> keyframes = CvatKeyframes(track, kCubic, 40, 0.95F);
  const auto curve = InterpolateShapes(track, kCubic, 40);
  const auto shown = InterpolateShapes({1, "car", keyframes}, kLinear, 40);
  ASSERT_EQ(shown.size(), curve.size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_EQ(shown[i].frame, curve[i].frame);
    EXPECT_GE(Iou(shown[i].shape.box, curve[i].shape.box), 0.9499) << curve[i].frame;
  }
  EXPECT_LT(keyframes.size(), 20U);
  EXPECT_GT(keyframes.size(), 4U);        // straight lines between the person's would miss
  EXPECT_EQ(keyframes.back().frame, 30);  // from there on it holds
}

TEST(CvatKeyframes, OtherShapesOfACurveAreKeyframesInEveryFrame) {
  const auto turned = [](std::int64_t frame, float x) {
    return MakeKeyframe(frame, MakeBox({x, 0, x + 50, 50}, 10));
  };
  const ShapeTrack track = {
      1, "car", {turned(0, 0), turned(3, 10), MakeKeyframe(4, MakeBox({}, 10), true)}};
  EXPECT_THAT(Frames(CvatKeyframes(track, kCubic, 40, 0.5F)), ElementsAre(0, 1, 2, 3, -4));
}

TEST(CvatKeyframes, BoxesThatFollowedWhatIsSeenAreShown) {
  const ShapeTrack track = {1, "car", {At(0, 0), At(4, 40)}};
  std::vector<TrackPoint> seen;
  for (int frame = 0; frame <= 4; ++frame) {
    const float x = frame == 2 ? 35.0F : static_cast<float>(frame) * 10;
    seen.push_back({frame, {x, 0, x + 50, 50}, 1});
  }
  const auto keyframes = CvatKeyframes(track, InterpolationMethod::kFlow, 9, 0.99F, seen);
  EXPECT_THAT(Frames(keyframes), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(keyframes[2].shape.box.x1, 35);
  // Nothing is seen of other shapes.
  EXPECT_EQ(CvatKeyframes(track, InterpolationMethod::kFlow, 9, 0.99F), track.keyframes);
}

}  // namespace
}  // namespace prelabel
