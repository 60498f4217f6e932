// Expected values: by hand on small polylines (worked out at each test), and exhaustive search over
// all choices of small random tracks. Most boxes are 100 x 100, so that one that is off by d pixels
// sideways has IoU (100 - d) / (100 + d), and IoU >= .9 allows d <= 5.26.
#include "common/labels/keyframe_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>

#include "common/labels/interpolation.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Points = std::vector<TrackPoint>;
using Indices = std::vector<std::size_t>;

TrackPoint PointAt(std::int64_t frame, float x, float y = 0) {
  return {.frame = frame, .box = {x, y, x + 100, y + 100}};
}

// In frames 0, 1, 2 …
Points AtX(const std::vector<float>& xs) {
  Points points;
  for (const float x : xs) points.push_back(PointAt(static_cast<std::int64_t>(points.size()), x));
  return points;
}

// Five steps of ten pixels to the right, then five downwards: frames 0 to 10, the corner at 5.
Points Corner() {
  Points points;
  for (int f = 0; f <= 10; ++f) {
    points.push_back(PointAt(f, 10.0F * static_cast<float>(std::min(f, 5)),
                             10.0F * static_cast<float>(std::max(f - 5, 0))));
  }
  return points;
}

// IoU of every point that was not chosen with the interpolation between those that were.
std::vector<float> IousBetween(const Points& points, const Indices& chosen) {
  std::vector<Keyframe> keyframes;
  for (const std::size_t i : chosen) keyframes.push_back({points[i].frame, points[i].box, 1});
  const Points filled = Interpolate(keyframes, InterpolationMethod::kLinear);
  std::vector<float> ious;
  for (const TrackPoint& point : points) {
    const TrackPoint& there = filled.at(point.frame - points.front().frame);
    if (there.source == LabelSource::kInterpolated) ious.push_back(Iou(there.box, point.box));
  }
  return ious;
}

// Every choice that has the first and the last of `size` >= 2 points.
std::vector<Indices> AllChoices(std::size_t size) {
  std::vector<Indices> choices;
  for (std::uint32_t inner = 0; inner < 1U << (size - 2); ++inner) {
    Indices& chosen = choices.emplace_back();
    for (std::size_t i = 0; i < size; ++i) {
      if (i == 0 || i + 1 == size || (inner >> (i - 1) & 1U) != 0) chosen.push_back(i);
    }
  }
  return choices;
}

// Wanders; frames are sometimes missing.
Points RandomTrack(std::mt19937& random, std::size_t size) {
  const auto draw = [&](int n) { return static_cast<float>(random() % n); };
  Points points;
  std::int64_t frame = static_cast<std::int64_t>(random() % 5);
  Box box{50, 50, 90, 130};
  for (std::size_t i = 0; i < size; ++i) {
    points.push_back({.frame = frame, .box = box});
    frame += 1 + static_cast<std::int64_t>(random() % 8 == 0);
    box = {box.x1 + draw(9) - 2, box.y1 + draw(5) - 2, box.x2 + draw(9) - 2, box.y2 + draw(7) - 3};
  }
  return points;
}

TEST(FewestKeyframes, SteadyMotionNeedsItsEnds) {
  EXPECT_THAT(FewestKeyframes(AtX({0, 7, 14, 21, 28}), 0.99F), ElementsAre(0, 4));
}

TEST(FewestKeyframes, ACornerIsKept) {
  // From 4 or to 6 instead, the corner is off by 8.3 pixels both ways: IoU .72.
  EXPECT_THAT(FewestKeyframes(Corner(), 0.95F), ElementsAre(0, 5, 10));
  EXPECT_THAT(FewestKeyframes(Corner(), 0.0F), ElementsAre(0, 10));
}

TEST(FewestKeyframes, MissingFramesCountAsTime) {
  // Ten pixels a frame over a gap; then ten pixels a point, which by time is a jump.
  EXPECT_THAT(FewestKeyframes(Points{PointAt(0, 0), PointAt(1, 10), PointAt(9, 90)}, 0.9F),
              ElementsAre(0, 2));
  EXPECT_THAT(FewestKeyframes(Points{PointAt(0, 0), PointAt(1, 10), PointAt(9, 20)}, 0.9F),
              ElementsAre(0, 1, 2));
}

TEST(FewestKeyframes, AFartherPointMayBeReachedWhereANearerIsNot) {
  // To 2: frame 1 is off by 6. To 3: frames 1 and 2 are off by 4.
  EXPECT_THAT(FewestKeyframes(AtX({0, 6, 0, 6}), 0.9F), ElementsAre(0, 3));
}

TEST(FewestKeyframes, TheFarthestPointIsNotAlwaysTheBest) {
  // At rest until 2, then six pixels a frame; 3 is four pixels short, 4 four ahead. From 0 the
  // farthest that is reached is 3 (4 and more leave 2 off by at least 6), but from 3 the straight
  // way to the end leaves 4 off by 7.6. From 2 it is off by 4. From 1, 2 is off by 5.5.
  EXPECT_THAT(FewestKeyframes(AtX({0, 0, 0, 2, 16, 18, 24, 30, 36, 42, 48, 54, 60}), 0.9F),
              ElementsAre(0, 2, 12));
}

TEST(FewestKeyframes, NeighborsAreWithinReach) {
  // 1,200 steps of at most 500: three segments.
  EXPECT_EQ(kKeyframeReach, 500U);
  const Indices chosen = FewestKeyframes(AtX(std::vector<float>(1201, 5)), 0.9F);
  ASSERT_EQ(chosen.size(), 4U);
  for (std::size_t i = 1; i < chosen.size(); ++i) EXPECT_LE(chosen[i] - chosen[i - 1], 500U);
  EXPECT_EQ(chosen.front(), 0U);
  EXPECT_EQ(chosen.back(), 1200U);
}

TEST(FewestKeyframes, WhatNoInterpolationMeetsIsChosen) {
  EXPECT_THAT(FewestKeyframes(AtX({0, 0, 0, 0}), 1.5F), ElementsAre(0, 1, 2, 3));
  const Points empty = {PointAt(0, 0), {.frame = 1, .box = {50, 0, 50, 100}}, PointAt(2, 0)};
  EXPECT_THAT(FewestKeyframes(empty, 0.1F), ElementsAre(0, 1, 2));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(FewestKeyframes(AtX({0, nan, 0, nan}), 0.5F), ElementsAre(0, 1, 2, 3));
}

TEST(FewestKeyframes, ShortTracks) {
  EXPECT_THAT(FewestKeyframes({}, 0.9F), IsEmpty());
  EXPECT_THAT(FewestKeyframes(AtX({3}), 0.9F), ElementsAre(0));
  EXPECT_THAT(FewestKeyframes(AtX({3, 90}), 0.9F), ElementsAre(0, 1));
}

TEST(FewestKeyframes, NoFewerAreEnough) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    const Points points = RandomTrack(random, 2 + random() % 9);
    const float min_iou = 0.6F + 0.05F * static_cast<float>(random() % 8);
    const auto enough = [&](const Indices& chosen) {
      const std::vector<float> ious = IousBetween(points, chosen);
      return std::all_of(ious.begin(), ious.end(), [&](float iou) { return iou >= min_iou; });
    };
    std::size_t fewest = points.size();
    for (const Indices& choice : AllChoices(points.size())) {
      if (choice.size() < fewest && enough(choice)) fewest = choice.size();
    }
    const Indices chosen = FewestKeyframes(points, min_iou);
    EXPECT_EQ(chosen.size(), fewest) << "round " << round;
    EXPECT_TRUE(enough(chosen)) << "round " << round;
  }
}

TEST(BestKeyframes, GoWhereTheTrackTurns) {
  EXPECT_THAT(BestKeyframes(std::vector<Points>{Corner()}, 3), ElementsAre(ElementsAre(0, 5, 10)));
}

TEST(BestKeyframes, GoToTheTrackThatNeedsThem) {
  // A steady one is exact with its ends. The other stands, jumps between 3 and 4, and stands: one
  // more keyframe leaves frames off, two are exact.
  const std::vector<Points> tracks = {AtX({0, 5, 10, 15, 20, 25}),
                                      AtX({0, 0, 0, 0, 80, 80, 80, 80})};
  EXPECT_THAT(BestKeyframes(tracks, 6), ElementsAre(ElementsAre(0, 5), ElementsAre(0, 3, 4, 7)));
}

TEST(BestKeyframes, CountIsBroughtIntoRange) {
  const std::vector<Points> tracks = {AtX({0, 9, 0}), {}, AtX({4}), AtX({1, 2})};
  EXPECT_THAT(BestKeyframes(tracks, 0),
              ElementsAre(ElementsAre(0, 2), IsEmpty(), ElementsAre(0), ElementsAre(0, 1)));
  EXPECT_THAT(BestKeyframes(tracks, 100),
              ElementsAre(ElementsAre(0, 1, 2), IsEmpty(), ElementsAre(0), ElementsAre(0, 1)));
  EXPECT_THAT(BestKeyframes({}, 3), IsEmpty());
}

TEST(BestKeyframes, NoOtherChoiceIsBetter) {
  std::mt19937 random(11);
  for (int round = 0; round < 100; ++round) {
    const std::vector<Points> tracks = {RandomTrack(random, 2 + random() % 6),
                                        RandomTrack(random, 2 + random() % 6)};
    const auto sum = [](const Points& points, const Indices& chosen) {
      const std::vector<float> ious = IousBetween(points, chosen);
      return std::accumulate(ious.begin(), ious.end(), 0.0);
    };
    const std::size_t points = tracks[0].size() + tracks[1].size();
    const std::size_t count = 4 + random() % (points - 3);
    double best = 0;
    for (const Indices& first : AllChoices(tracks[0].size())) {
      for (const Indices& second : AllChoices(tracks[1].size())) {
        if (first.size() + second.size() != count) continue;
        best = std::max(best, sum(tracks[0], first) + sum(tracks[1], second));
      }
    }
    const std::vector<Indices> chosen = BestKeyframes(tracks, count);
    ASSERT_EQ(chosen.size(), 2U);
    EXPECT_EQ(chosen[0].size() + chosen[1].size(), count) << "round " << round;
    EXPECT_NEAR(sum(tracks[0], chosen[0]) + sum(tracks[1], chosen[1]), best, 1e-6)
        << "round " << round;
  }
}

}  // namespace
}  // namespace prelabel
