// Expected boxes: by hand from paths that the fake estimator knows.
#include "common/labels/flow_interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "common/labels/interpolation.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

// Answers from a function and writes down what it was asked.
class FakeMotion final : public MotionEstimator {
 public:
  using Answer = std::function<Result<Displacement>(std::int64_t, std::int64_t, const Box&)>;
  explicit FakeMotion(Answer answer) : answer_(std::move(answer)) {}
  Result<Displacement> Between(std::int64_t from, std::int64_t to, const Box& box) override {
    asked.emplace_back(from, to);
    return answer_(from, to, box);
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> asked;

 private:
  Answer answer_;
};

// A box of 40 × 80 whose center is at (10 t, 100 + height(t)).
Box At(std::int64_t t, const std::function<double(double)>& height) {
  const auto x = static_cast<float>(10 * t);
  const auto y = static_cast<float>(100 + height(static_cast<double>(t)));
  return {x - 20, y - 40, x + 20, y + 40};
}

// Up by 30 pixels in the middle of 20 frames, and down again.
double Arc(double t) { return 0.3 * t * (20 - t); }

std::vector<Keyframe> Ends(std::int64_t last, const std::function<double(double)>& height) {
  return {{0, At(0, height), 0.9F}, {last, At(last, height), 0.7F}};
}

Displacement Known(std::int64_t from, std::int64_t to,
                   const std::function<double(double)>& height) {
  return {static_cast<float>(10 * (to - from)),
          static_cast<float>(height(static_cast<double>(to)) - height(static_cast<double>(from))),
          1, 1};
}

double FarthestOff(const std::vector<TrackPoint>& points,
                   const std::function<double(double)>& height) {
  double farthest = 0;
  for (const TrackPoint& point : points) {
    const Box truth = At(point.frame, height);
    farthest = std::max({farthest, std::abs(static_cast<double>(point.box.x1) - truth.x1),
                         std::abs(static_cast<double>(point.box.y1) - truth.y1),
                         std::abs(static_cast<double>(point.box.x2) - truth.x2),
                         std::abs(static_cast<double>(point.box.y2) - truth.y2)});
  }
  return farthest;
}

TEST(FlowInterpolate, FollowsMotionThatIsSeenWhole) {
  FakeMotion motion(
      [](std::int64_t from, std::int64_t to, const Box&) { return Known(from, to, Arc); });
  const auto keyframes = Ends(20, Arc);
  const auto points = FlowInterpolate(keyframes, motion);
  ASSERT_TRUE(points.has_value());
  ASSERT_EQ(points.value().size(), 21U);
  EXPECT_LT(FarthestOff(points.value(), Arc), 1);
  EXPECT_NEAR(FarthestOff(Interpolate(keyframes, InterpolationMethod::kLinear), Arc), 30, 0.01);
}

TEST(FlowInterpolate, KeyframesScoresAndSourcesAreThoseOfLinear) {
  FakeMotion motion(
      [](std::int64_t from, std::int64_t to, const Box&) { return Known(from, to, Arc); });
  std::vector<Keyframe> keyframes = Ends(20, Arc);
  keyframes.push_back({21, {200, 60, 240, 140}, 0.5F});
  keyframes.push_back({24, {230, 60, 270, 140}, 0.8F});
  const auto linear = Interpolate(keyframes, InterpolationMethod::kLinear);
  const auto points = FlowInterpolate(keyframes, motion);
  ASSERT_TRUE(points.has_value());
  ASSERT_EQ(points.value().size(), linear.size());
  for (std::size_t i = 0; i < linear.size(); ++i) {
    TrackPoint point = points.value()[i];
    if (point.source == LabelSource::kInterpolated) point.box = linear[i].box;
    EXPECT_EQ(point, linear[i]);
  }
}

TEST(FlowInterpolate, AsksForEachStepOfAGapOnwardsAndThenBack) {
  FakeMotion motion(
      [](std::int64_t from, std::int64_t to, const Box&) { return Known(from, to, Arc); });
  const std::vector<Keyframe> keyframes = {
      {5, At(5, Arc), 1}, {8, At(8, Arc), 1}, {9, At(9, Arc), 1}};
  ASSERT_TRUE(FlowInterpolate(keyframes, motion).has_value());
  EXPECT_THAT(motion.asked,
              ::testing::ElementsAre(std::pair{5, 6}, std::pair{6, 7}, std::pair{7, 8},
                                     std::pair{8, 7}, std::pair{7, 6}, std::pair{6, 5}));
}

TEST(FlowInterpolate, WithoutTrustItIsLinear) {
  const auto keyframes = Ends(20, Arc);
  const auto linear = Interpolate(keyframes, InterpolationMethod::kLinear);
  for (const Result<Displacement>& answer : std::vector<Result<Displacement>>{
           Displacement{5, 5, 1, 0}, Displacement{NAN, 5, 1, 1}, Displacement{5, 5, 0, 1},
           DataLoss("frame 3 is damaged")}) {
    FakeMotion motion([&](std::int64_t, std::int64_t, const Box&) { return answer; });
    const auto points = FlowInterpolate(keyframes, motion);
    ASSERT_TRUE(points.has_value());
    EXPECT_EQ(points.value(), linear);
  }
}

TEST(FlowInterpolate, FramesThatCannotBeReadAreBridged) {
  FakeMotion motion([](std::int64_t from, std::int64_t to, const Box&) -> Result<Displacement> {
    if (from == 9 || to == 9) return DataLoss("frame 9 is damaged");
    return Known(from, to, Arc);
  });
  const auto points = FlowInterpolate(Ends(20, Arc), motion);
  ASSERT_TRUE(points.has_value());
  EXPECT_LT(FarthestOff(points.value(), Arc), 1.5);
}

TEST(FlowInterpolate, TroubleOfTheMachineEndsIt) {
  FakeMotion motion([](std::int64_t, std::int64_t, const Box&) -> Result<Displacement> {
    return Unavailable("reading failed");
  });
  const auto points = FlowInterpolate(Ends(20, Arc), motion);
  ASSERT_TRUE(points.has_error());
  EXPECT_EQ(points.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(points.error().message, HasSubstr("reading failed"));
}

// From frame 12 on what is followed forwards is the background, which does not move; backwards the
// object itself is.
TEST(FlowInterpolate, AWalkThatLostTheObjectCountsLittle) {
  FakeMotion motion([](std::int64_t from, std::int64_t to, const Box&) {
    if (to > from && from >= 12) return Displacement{0, 0, 1, 1};
    return Known(from, to, Arc);
  });
  const auto points = FlowInterpolate(Ends(20, Arc), motion);
  ASSERT_TRUE(points.has_value());
  EXPECT_LT(FarthestOff(points.value(), Arc), 3);
}

TEST(FlowInterpolate, AnObjectThatGrowsUnevenlyIsFollowed) {
  // By 1.5 within frames 0 to 5, not at all from then on; seen so in both directions.
  const double step = std::pow(1.5, 0.2);
  FakeMotion motion([&](std::int64_t from, std::int64_t to, const Box&) {
    const double grows = std::min(from, to) < 5 ? step : 1;
    return Displacement{0, 0, static_cast<float>(to > from ? grows : 1 / grows), 1};
  });
  const std::vector<Keyframe> keyframes = {{0, {80, 80, 120, 120}, 1}, {20, {70, 70, 130, 130}, 1}};
  const auto points = FlowInterpolate(keyframes, motion);
  ASSERT_TRUE(points.has_value());
  const Box& box = points.value()[5].box;
  EXPECT_NEAR(box.Width(), 60, 4);  // linear: 45
  EXPECT_NEAR(box.Height(), 60, 4);
  EXPECT_NEAR(points.value()[12].box.Width(), 60, 1.5);
}

}  // namespace
}  // namespace prelabel
