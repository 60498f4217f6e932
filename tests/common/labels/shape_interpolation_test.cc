// Expected values: by hand from CVAT's semantics as its server has them (cvat-ai/cvat,
// cvat/apps/dataset_manager/annotation.py, TrackManager.get_interpolated_shapes).
#include "common/labels/shape_interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr ShapeInterpolation kNone = ShapeInterpolation::kNone;
constexpr ShapeInterpolation kLinear = ShapeInterpolation::kLinear;
constexpr ShapeInterpolation kCubic = ShapeInterpolation::kCubic;

ShapeTrack TrackOf(std::vector<ShapeKeyframe> keyframes) {
  return {1, "thing", std::move(keyframes)};
}

std::vector<std::int64_t> FramesOf(const std::vector<ShapePoint>& points) {
  std::vector<std::int64_t> frames;
  frames.reserve(points.size());
  for (const ShapePoint& point : points) frames.push_back(point.frame);
  return frames;
}

// CVAT's own unit test (test_annotation.py, test_bbox_interpolation): keyframes 0, 2 (outside) and
// 4, seven frames; and what it interpolates towards the outside one.
TEST(InterpolateShapes, FollowsCvatsBoxTest) {
  const ShapeTrack track =
      TrackOf({MakeKeyframe(0, MakeBox({1, 2, 3, 4})), MakeKeyframe(2, MakeBox({3, 4, 5, 6}), true),
               MakeKeyframe(4, MakeBox({3, 4, 5, 6}))});
  const auto points = InterpolateShapes(track, kLinear, 7);
  EXPECT_THAT(FramesOf(points), ElementsAre(0, 1, 4, 5, 6));
  EXPECT_TRUE(points[0].keyframe);
  EXPECT_FALSE(points[1].keyframe);
  EXPECT_TRUE(points[2].keyframe);
  EXPECT_FALSE(points[3].keyframe);
  EXPECT_EQ(points[1].shape.box, (Box{2, 3, 4, 5}));
  EXPECT_EQ(points[4].shape.box, (Box{3, 4, 5, 6}));
}

TEST(InterpolateShapes, TheLastKeyframeHoldsUnlessItIsOutside) {
  ShapeTrack track = TrackOf({MakeKeyframe(2, MakeBox({0, 0, 4, 4}))});
  EXPECT_THAT(FramesOf(InterpolateShapes(track, kLinear, 6)), ElementsAre(2, 3, 4, 5));
  track.keyframes.push_back(MakeKeyframe(4, MakeBox({0, 0, 4, 4}), true));
  EXPECT_THAT(FramesOf(InterpolateShapes(track, kLinear, 6)), ElementsAre(2, 3));
}

TEST(InterpolateShapes, OutsideLastsUntilAKeyframeThatIsNot) {
  const Shape box = MakeBox({0, 0, 4, 4});
  const ShapeTrack track =
      TrackOf({MakeKeyframe(1, box, true), MakeKeyframe(3, box), MakeKeyframe(5, box, true),
               MakeKeyframe(6, box, true), MakeKeyframe(9, box), MakeKeyframe(10, box, true)});
  EXPECT_THAT(FramesOf(InterpolateShapes(track, kLinear, 20)), ElementsAre(3, 4, 9));
}

TEST(InterpolateShapes, EndsWithTheVideo) {
  const ShapeTrack track =
      TrackOf({MakeKeyframe(0, MakeBox({0, 0, 4, 4})), MakeKeyframe(10, MakeBox({10, 0, 14, 4}))});
  const auto points = InterpolateShapes(track, kLinear, 4);
  EXPECT_THAT(FramesOf(points), ElementsAre(0, 1, 2, 3));
  // On the way to a keyframe that the video does not reach.
  EXPECT_EQ(points[3].shape.box, (Box{3, 0, 7, 4}));
  EXPECT_THAT(InterpolateShapes(track, kLinear, 0), IsEmpty());
  EXPECT_THAT(InterpolateShapes(TrackOf({}), kCubic, 9), IsEmpty());
}

TEST(InterpolateShapes, WithoutAMethodLeavesVisibleKeyframes) {
  const Shape box = MakeBox({0, 0, 4, 4});
  const ShapeTrack track =
      TrackOf({MakeKeyframe(0, box), MakeKeyframe(3, box), MakeKeyframe(5, box, true)});
  EXPECT_THAT(FramesOf(InterpolateShapes(track, kNone, 9)), ElementsAre(0, 3));
}

TEST(InterpolateShapes, OccludedAndAttributesHold) {
  ShapeTrack track =
      TrackOf({MakeKeyframe(0, MakeBox({0, 0, 4, 4})), MakeKeyframe(2, MakeBox({8, 0, 12, 4})),
               MakeKeyframe(4, MakeBox({8, 0, 12, 4}))});
  track.keyframes[0].occluded = true;
  track.keyframes[0].attributes = {{"color", "red"}, {"pose", "1"}};
  track.keyframes[1].attributes = {{"pose", "3"}};
  for (const ShapeInterpolation method : {kLinear, kCubic}) {
    const auto points = InterpolateShapes(track, method, 6);
    ASSERT_EQ(points.size(), 6U);
    for (const int i : {0, 1}) {
      EXPECT_TRUE(points[i].occluded);
      EXPECT_THAT(points[i].attributes, ElementsAre(Pair("color", "red"), Pair("pose", "1")));
    }
    for (const int i : {2, 3, 4, 5}) {
      EXPECT_FALSE(points[i].occluded);
      EXPECT_THAT(points[i].attributes, ElementsAre(Pair("color", "red"), Pair("pose", "3")));
    }
  }
}

double MiddleRotation(double from, double to) {
  const Box box{0, 0, 20, 10};
  const ShapeTrack track =
      TrackOf({MakeKeyframe(0, MakeBox(box, from)), MakeKeyframe(2, MakeBox(box, to))});
  return InterpolateShapes(track, kLinear, 3)[1].shape.rotation;
}

TEST(InterpolateShapes, RotationTakesTheShortestArc) {
  EXPECT_DOUBLE_EQ(MiddleRotation(350, 10), 0);
  EXPECT_DOUBLE_EQ(MiddleRotation(10, 350), 0);
  EXPECT_DOUBLE_EQ(MiddleRotation(20, 60), 40);
  EXPECT_DOUBLE_EQ(MiddleRotation(300, 100), 20);
  // Exactly opposite: clockwise.
  EXPECT_DOUBLE_EQ(MiddleRotation(0, 180), 90);
  EXPECT_DOUBLE_EQ(MiddleRotation(180, 0), 270);
  EXPECT_DOUBLE_EQ(MiddleRotation(270, 90), 0);
}

TEST(InterpolateShapes, CubicRotationGoesAroundZero) {
  // 330, 350, 10, 30 every 10 frames is even, and the third is beyond 360.
  std::vector<ShapeKeyframe> keyframes;
  keyframes.reserve(4);
  for (int i = 0; i < 4; ++i) {
    keyframes.push_back(MakeKeyframe(10 * i, MakeEllipse({0, 0, 9, 5}, (330 + 20 * i) % 360)));
  }
  const auto points = InterpolateShapes(TrackOf(keyframes), kCubic, 31);
  for (int frame = 0; frame <= 30; ++frame) {
    const double expected = 330 + 2 * frame;
    EXPECT_NEAR(points[frame].shape.rotation, expected < 360 ? expected : expected - 360, 1e-9);
    EXPECT_EQ(points[frame].shape.kind, ShapeKind::kEllipse);
  }
}

TEST(InterpolateShapes, AsManyPointsMoveEachElseTheFirstHold) {
  const Shape two = MakePoints(ShapeKind::kPoints, {{0, 0}, {10, 10}});
  const Shape moved = MakePoints(ShapeKind::kPoints, {{4, 2}, {10, 20}});
  const Shape three = MakePoints(ShapeKind::kPoints, {{0, 0}, {10, 10}, {5, 5}});
  const auto points = InterpolateShapes(
      TrackOf({MakeKeyframe(0, two), MakeKeyframe(2, moved), MakeKeyframe(4, three)}), kLinear, 5);
  EXPECT_THAT(points[1].shape.points, ElementsAre(Point{2, 1}, Point{10, 15}));
  EXPECT_EQ(points[3].shape, moved);
}

TEST(InterpolateShapes, JointsMoveEachAndTheirStatesHold) {
  const Shape from = MakeSkeleton(
      {{"head", {0, 0}, false, true}, {"hand", {10, 0}, true, false}, {"foot", {0, 40}}});
  const Shape to = MakeSkeleton({{"head", {8, 4}}, {"hand", {20, 0}}, {"foot", {8, 40}, true}});
  const auto points =
      InterpolateShapes(TrackOf({MakeKeyframe(0, from), MakeKeyframe(4, to)}), kLinear, 5);
  EXPECT_THAT(points[1].shape.joints,
              ElementsAre(Joint{"head", {2, 1}, false, true}, Joint{"hand", {12.5, 0}, true, false},
                          Joint{"foot", {2, 40}, false, false}));
}

TEST(InterpolateShapes, AJointsCurveEndsWhereItIsOutside) {
  // Frames 0, 10, 20, 30; x 0, 10, 40, 90: slopes 1, 3, 5. With both neighbors a parabola: the
  // middle of the second segment is 25 − 10/8 · (4 − 2) = 22.5. Where the last is outside, its
  // first neighbor alone: tangents 2 and 3 + 1 = 4, the same parabola. With the first one outside,
  // too, straight: 25.
  std::vector<ShapeKeyframe> keyframes;
  for (const float x : {0.F, 10.F, 40.F, 90.F}) {
    keyframes.push_back(MakeKeyframe(10 * static_cast<std::int64_t>(keyframes.size()),
                                     MakeSkeleton({{"a", {x, 0}}, {"b", {x, 0}}, {"c", {x, 0}}})));
  }
  keyframes[3].shape.joints[1].outside = true;
  keyframes[3].shape.joints[2].outside = true;
  keyframes[0].shape.joints[2].outside = true;
  const auto points = InterpolateShapes(TrackOf(keyframes), kCubic, 31);
  EXPECT_FLOAT_EQ(points[15].shape.joints[0].at.x, 22.5F);
  EXPECT_FLOAT_EQ(points[15].shape.joints[1].at.x, 22.5F);
  EXPECT_FLOAT_EQ(points[15].shape.joints[2].at.x, 25);
}

TEST(InterpolateShapes, CubicDoesNotReachOverAGap) {
  // Two visible keyframes before the gap, two behind it: straight in both parts, however far the
  // object jumps in between, and straight towards the keyframe that is outside.
  const ShapeTrack track = TrackOf(
      {MakeKeyframe(0, MakeBox({0, 0, 4, 4})), MakeKeyframe(4, MakeBox({8, 0, 12, 4})),
       MakeKeyframe(6, MakeBox({8, 6, 12, 10}), true), MakeKeyframe(8, MakeBox({500, 0, 504, 4})),
       MakeKeyframe(10, MakeBox({504, 8, 508, 12}))});
  const auto cubic = InterpolateShapes(track, kCubic, 11);
  EXPECT_EQ(cubic, InterpolateShapes(track, kLinear, 11));
  EXPECT_THAT(FramesOf(cubic), ElementsAre(0, 1, 2, 3, 4, 5, 8, 9, 10));
  EXPECT_EQ(cubic[5].shape.box, (Box{8, 3, 12, 7}));
}

TEST(InterpolateShapes, CubicFollowsAParabola) {
  std::vector<ShapeKeyframe> keyframes;
  for (const std::int64_t t : {0, 5, 12, 20}) {
    const auto x = static_cast<float>(t);
    const auto y = static_cast<float>(t * t) / 4;
    keyframes.push_back(MakeKeyframe(t, MakePoints(ShapeKind::kPoints, {{x, y}, {x + 3, y + 1}})));
  }
  for (const ShapePoint& point : InterpolateShapes(TrackOf(keyframes), kCubic, 21)) {
    const auto t = static_cast<float>(point.frame);
    EXPECT_NEAR(point.shape.points[0].x, t, 1e-4);
    EXPECT_NEAR(point.shape.points[0].y, t * t / 4, 1e-4);
    EXPECT_NEAR(point.shape.points[1].y, t * t / 4 + 1, 1e-4);
  }
}

TEST(InterpolateShapes, ShapesOfDifferentKindsHold) {
  const Shape box = MakeBox({0, 0, 4, 4});
  const Shape polygon = MakePolygon({{0, 0}, {4, 0}, {4, 4}});
  for (const ShapeInterpolation method : {kLinear, kCubic}) {
    const auto points = InterpolateShapes(
        TrackOf({MakeKeyframe(0, box), MakeKeyframe(2, polygon), MakeKeyframe(4, polygon)}), method,
        5);
    EXPECT_EQ(points[1].shape, box);
    EXPECT_EQ(points[3].shape, polygon);
  }
}

Shape AnyShape(ShapeKind kind, std::mt19937& random) {
  std::uniform_real_distribution<float> place(0, 100);
  const auto point = [&] { return Point{place(random), place(random)}; };
  switch (kind) {
    case ShapeKind::kBox:
    case ShapeKind::kEllipse: {
      const Point a = point();
      Shape shape = MakeBox({a.x, a.y, a.x + place(random), a.y + place(random)}, place(random));
      shape.kind = kind;
      return shape;
    }
    case ShapeKind::kSkeleton:
      return MakeSkeleton({{"a", point(), random() % 4 == 0}, {"b", point(), random() % 4 == 0}});
    case ShapeKind::kMask: {
      Mask mask{4, 5, {}};
      for (int i = 0; i < 20; ++i) mask.pixels.push_back(random() % 2);
      return MakeMask(mask, static_cast<std::int32_t>(random() % 50), 3);
    }
    default:
      break;
  }
  std::vector<Point> points;
  for (unsigned i = 0; i < 3 + random() % 4; ++i) points.push_back(point());
  return MakePoints(kind, points);
}

// Whatever the kind and method: keyframes are as they were drawn, every visible frame has a shape
// of the kind once, and no other has.
TEST(InterpolateShapes, MeetsEveryKeyframe) {
  std::mt19937 random(21);
  for (int round = 0; round < 700; ++round) {
    const auto kind = static_cast<ShapeKind>(round % 7);
    const ShapeInterpolation method = random() % 2 == 0 ? kLinear : kCubic;
    std::vector<ShapeKeyframe> keyframes;
    std::int64_t frame = static_cast<std::int64_t>(random() % 3);
    std::vector<bool> visible(100, false);
    for (int i = 0; i < 6; ++i, frame += 1 + static_cast<std::int64_t>(random() % 9)) {
      keyframes.push_back(MakeKeyframe(frame, AnyShape(kind, random), random() % 4 == 0));
      for (std::int64_t f = frame; f < 100; ++f) visible[f] = !keyframes.back().outside;
    }
    const auto points = InterpolateShapes(TrackOf(keyframes), method, 100);
    std::vector<bool> seen(100, false);
    for (const ShapePoint& point : points) {
      ASSERT_FALSE(seen[point.frame]) << round;
      seen[point.frame] = true;
      ASSERT_EQ(point.shape.kind, kind) << round;
      const auto keyframe = std::find_if(keyframes.begin(), keyframes.end(),
                                         [&](const auto& k) { return k.frame == point.frame; });
      ASSERT_EQ(point.keyframe, keyframe != keyframes.end()) << round;
      if (point.keyframe) {
        ASSERT_EQ(point.shape, keyframe->shape) << round;
      }
    }
    ASSERT_EQ(seen, visible) << round;
  }
}

}  // namespace
}  // namespace prelabel
