// Expected values: hand-made scenes whose objects are known.
#include "common/labels/linking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr float kStrong = 0.9F;
constexpr float kWeak = 0.2F;

LinkOptions Options(std::vector<float> class_thresholds = {0.4F}) {
  LinkOptions options;
  options.class_thresholds = std::move(class_thresholds);
  // What is done to finished tracks has tests of its own.
  options.min_observations = 1;
  options.score_reach = 0;
  return options;
}

// A person-like box of 40 × 100 pixels about a centre.
Prediction At(float x, float y, float score = kStrong, std::uint16_t class_id = 0) {
  return {class_id, score, {x - 20, y - 50, x + 20, y + 50}};
}

std::vector<std::int64_t> Frames(const Track& track) {
  std::vector<std::int64_t> frames;
  for (const Keyframe& keyframe : track.keyframes) frames.push_back(keyframe.frame);
  return frames;
}

float CenterX(const Keyframe& keyframe) { return (keyframe.box.x1 + keyframe.box.x2) / 2; }

TEST(Link, NothingGivesNoTracks) {
  EXPECT_THAT(LinkDetections({}, Options()), IsEmpty());
  const std::vector<FrameDetections> frames = {{0, {}}, {1, {}}};
  EXPECT_THAT(LinkDetections(frames, Options()), IsEmpty());
}

TEST(Link, AMovingObjectIsOneTrackOfItsDetections) {
  const std::vector<FrameDetections> frames = {
      {3, {At(100, 200, 0.9F)}}, {4, {At(110, 200, 0.6F)}}, {5, {At(120, 200, 0.7F)}}};
  const std::vector<Track> tracks = LinkDetections(frames, Options({0.4F}));
  ASSERT_THAT(tracks, SizeIs(1));
  EXPECT_EQ(tracks[0].id, 1U);
  EXPECT_EQ(tracks[0].class_id, 0);
  EXPECT_THAT(tracks[0].keyframes, ElementsAre(Keyframe{3, {80, 150, 120, 250}, 0.9F},
                                               Keyframe{4, {90, 150, 130, 250}, 0.6F},
                                               Keyframe{5, {100, 150, 140, 250}, 0.7F}));
}

TEST(Link, CrossingObjectsKeepTheirIds) {
  // Towards each other at 6 pixels a frame, 4 pixels apart in height; they meet at frame 20. The
  // order within the frame alternates, so that it cannot help.
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f <= 40; ++f) {
    const Prediction right = At(100 + 6 * static_cast<float>(f), 200);
    const Prediction left = At(340 - 6 * static_cast<float>(f), 204);
    if (f % 2 == 0) {
      frames.push_back({f, {right, left}});
    } else {
      frames.push_back({f, {left, right}});
    }
  }
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(2));
  for (std::size_t f = 0; f <= 40; ++f) {
    EXPECT_EQ(CenterX(tracks[0].keyframes[f]), 100 + 6 * static_cast<float>(f));
    EXPECT_EQ(CenterX(tracks[1].keyframes[f]), 340 - 6 * static_cast<float>(f));
  }
}

TEST(Link, AnOcclusionIsBridgedAtTheSpeedBefore) {
  // 5 pixels a frame, hidden in frames 20 to 34: 80 pixels further on, two widths.
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 60; ++f) {
    frames.push_back({f, {}});
    if (f < 20 || f >= 35) {
      frames.back().predictions.push_back(At(100 + 5 * static_cast<float>(f), 200));
    }
  }
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(1));
  EXPECT_THAT(tracks[0].keyframes, SizeIs(45));
}

TEST(Link, AfterAGapAnObjectElsewhereIsAnother) {
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 20; ++f) frames.push_back({f, {At(100, 200)}});
  for (std::int64_t f = 20; f < 25; ++f) frames.push_back({f, {}});
  for (std::int64_t f = 25; f < 40; ++f) frames.push_back({f, {At(190, 200)}});
  EXPECT_THAT(LinkDetections(frames, Options()), SizeIs(2));
}

TEST(Link, AnObjectOutOfSightKeepsItsSize) {
  // Grows by 6 pixels a frame to a height of 214, and is so 25 frames later; grown on at that rate
  // it would be 364 and the IoU (214 / 364)² = 0.35.
  const auto sized = [](float height) {
    const float half = height / 2;
    return Prediction{0, kStrong, {300 - half / 2, 300 - half, 300 + half / 2, 300 + half}};
  };
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 20; ++f) {
    frames.push_back({f, {sized(100 + 6 * static_cast<float>(f))}});
  }
  for (std::int64_t f = 20; f < 44; ++f) frames.push_back({f, {}});
  frames.push_back({44, {sized(214)}});
  LinkOptions options = Options();
  options.match_iou = 0.6F;
  EXPECT_THAT(LinkDetections(frames, options), SizeIs(1));
}

TEST(Link, MaxGapIsTheLongestThatIsBridged) {
  LinkOptions options = Options();
  options.max_gap = 10;
  const auto tracks_over = [&](std::int64_t gap) {
    const std::vector<FrameDetections> frames = {
        {0, {At(100, 200)}}, {1, {At(100, 200)}}, {1 + gap, {At(100, 200)}}};
    return LinkDetections(frames, options).size();
  };
  EXPECT_EQ(tracks_over(10), 1U);
  EXPECT_EQ(tracks_over(11), 2U);
}

TEST(Link, WeakDetectionsContinueButDoNotStart) {
  const std::vector<FrameDetections> frames = {{0, {At(100, 200, kWeak), At(400, 200, kWeak)}},
                                               {1, {At(100, 200, kStrong), At(400, 200, kWeak)}},
                                               {2, {At(100, 200, kWeak), At(400, 200, kWeak)}},
                                               {3, {At(100, 200, kWeak), At(400, 200, kWeak)}},
                                               {4, {At(100, 200, kStrong)}}};
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(1));
  EXPECT_THAT(Frames(tracks[0]), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(tracks[0].keyframes[1].score, kWeak);
}

TEST(Link, WeakDetectionsMustOverlapMoreAndFollowAtOnce) {
  // Moved by half a width: IoU 1/3, below 0.5. And a weak one after a miss is not believed.
  const std::vector<FrameDetections> moved = {
      {0, {At(100, 200)}}, {1, {At(100, 200)}}, {2, {At(120, 200, kWeak)}}};
  EXPECT_THAT(Frames(LinkDetections(moved, Options()).at(0)), ElementsAre(0, 1));
  const std::vector<FrameDetections> late = {
      {0, {At(100, 200)}}, {1, {At(100, 200)}}, {2, {}}, {3, {At(100, 200, kWeak)}}};
  EXPECT_THAT(Frames(LinkDetections(late, Options()).at(0)), ElementsAre(0, 1));
}

TEST(Link, AStrongDetectionGoesBeforeABetterPlacedWeakOne) {
  const std::vector<FrameDetections> frames = {
      {0, {At(100, 200)}}, {1, {At(100, 200)}}, {2, {At(100, 200, kWeak), At(106, 200)}}};
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(1));
  EXPECT_EQ(CenterX(tracks[0].keyframes[2]), 106);
}

TEST(Link, DetectionsBelowTheLowThresholdAreDropped) {
  const std::vector<FrameDetections> frames = {
      {0, {At(100, 200)}}, {1, {At(100, 200, 0.09F)}}, {2, {At(100, 200)}}};
  EXPECT_THAT(Frames(LinkDetections(frames, Options()).at(0)), ElementsAre(0, 2));
}

TEST(Link, AClassThresholdBelowTheLowThresholdStillCounts) {
  const std::vector<FrameDetections> frames = {{0, {At(100, 200, 0.06F)}},
                                               {1, {At(100, 200, 0.05F)}}};
  EXPECT_THAT(LinkDetections(frames, Options({0.06F})), SizeIs(1));
  EXPECT_THAT(Frames(LinkDetections(frames, Options({0.05F})).at(0)), ElementsAre(0, 1));
}

TEST(Link, ClassesNeverMix) {
  // The same place, the class changes halfway.
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 10; ++f) {
    frames.push_back({f, {At(100, 200, kStrong, f < 5 ? 1 : 0)}});
  }
  const std::vector<Track> tracks = LinkDetections(frames, Options({0.4F, 0.4F}));
  ASSERT_THAT(tracks, SizeIs(2));
  EXPECT_EQ(tracks[0].class_id, 1);
  EXPECT_THAT(Frames(tracks[0]), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(tracks[1].class_id, 0);
  EXPECT_THAT(Frames(tracks[1]), ElementsAre(5, 6, 7, 8, 9));
}

TEST(Link, EachClassHasItsThreshold) {
  const std::vector<FrameDetections> frames = {
      {0,
       {At(100, 200, 0.5F, 0), At(200, 200, 0.5F, 1), At(300, 200, 1.0F, 2), At(400, 200, 1.0F, 3),
        At(500, 200, 1.0F, 4)}}};
  // Class 0 is below its own, class 2 is switched off, class 3 is at its own, class 4 unknown.
  const std::vector<Track> tracks = LinkDetections(frames, Options({0.6F, 0.5F, 1.5F, 1.0F}));
  ASSERT_THAT(tracks, SizeIs(2));
  EXPECT_EQ(tracks[0].class_id, 1);
  EXPECT_EQ(tracks[1].class_id, 3);
}

TEST(Link, IdsFollowFirstFrameThenTheOrderOfDetections) {
  const std::vector<FrameDetections> frames = {
      {7, {At(300, 200, 0.5F, 1), At(100, 200, 0.9F, 0)}},
      {8, {At(500, 200, 0.9F, 0), At(300, 200, 0.5F, 1), At(100, 200, 0.9F, 0)}}};
  const std::vector<Track> tracks = LinkDetections(frames, Options({0.4F, 0.4F}));
  ASSERT_THAT(tracks, SizeIs(3));
  EXPECT_EQ(CenterX(tracks[0].keyframes[0]), 300);
  EXPECT_EQ(CenterX(tracks[1].keyframes[0]), 100);
  EXPECT_EQ(CenterX(tracks[2].keyframes[0]), 500);
  EXPECT_THAT((std::vector{tracks[0].id, tracks[1].id, tracks[2].id}), ElementsAre(1, 2, 3));
}

TEST(Link, EqualDetectionsArePairedInTheirOrder) {
  // Twins in the same place: told apart by their order alone, here shown by their scores.
  const std::vector<FrameDetections> frames = {{0, {At(100, 200, 0.9F), At(100, 200, 0.8F)}},
                                               {1, {At(100, 200, 0.7F), At(100, 200, 0.6F)}},
                                               {2, {At(100, 200, 0.5F), At(100, 200, 0.45F)}}};
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(2));
  for (std::size_t f = 0; f < 3; ++f) {
    EXPECT_EQ(tracks[0].keyframes[f].score, frames[f].predictions[0].score);
    EXPECT_EQ(tracks[1].keyframes[f].score, frames[f].predictions[1].score);
  }
}

TEST(Link, SampledFramesFollowTheSpeedPerFrame) {
  // Every 5th frame, 9 pixels a frame: 45 between looks, so that a box of 40 pixels never overlaps
  // the one before. A second object stands where the first passes.
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 60; f += 5) {
    frames.push_back({f, {At(400, 280), At(100 + 9 * static_cast<float>(f), 200)}});
  }
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(2));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(CenterX(tracks[0].keyframes[i]), 400);
    EXPECT_EQ(CenterX(tracks[1].keyframes[i]), 100 + 45 * static_cast<float>(i));
  }
}

TEST(Link, UnevenlySampledFramesAreOneTrack) {
  std::vector<FrameDetections> frames;
  for (const std::int64_t f : {0, 3, 10, 12, 20, 29, 30, 37}) {
    frames.push_back({f, {At(100 + 6 * static_cast<float>(f), 200)}});
  }
  EXPECT_THAT(LinkDetections(frames, Options()), SizeIs(1));
}

TEST(Link, AFlickerIsDroppedWhereItWasLookedForBeforeAndAfter) {
  LinkOptions options = Options();
  options.min_observations = 2;
  options.follow_gap = 10;
  const auto tracks_at = [&](std::vector<std::int64_t> looked_at, std::size_t seen) {
    std::vector<FrameDetections> frames;
    for (std::size_t i = 0; i < looked_at.size(); ++i) {
      frames.push_back({looked_at[i], {}});
      if (i == seen) frames.back().predictions.push_back(At(100, 200));
    }
    return LinkDetections(frames, options).size();
  };
  EXPECT_EQ(tracks_at({0, 10, 20}, 1), 0U);
  EXPECT_EQ(tracks_at({0, 10, 21}, 1), 1U);  // it may have gone by then
  EXPECT_EQ(tracks_at({0, 11, 20}, 1), 1U);  // or come only now
  EXPECT_EQ(tracks_at({0, 10, 20}, 0), 1U);
  EXPECT_EQ(tracks_at({0, 10, 20}, 2), 1U);
}

TEST(Link, ScoresAreSmoothedAlongTheTrack) {
  LinkOptions options = Options({0.4F});
  options.score_reach = 1;
  const std::vector<FrameDetections> frames = {
      {0, {At(100, 200, 0.9F)}}, {1, {At(100, 200, 0.3F)}}, {2, {At(100, 200, 0.6F)}}};
  const std::vector<Track> tracks = LinkDetections(frames, options);
  ASSERT_THAT(tracks, SizeIs(1));
  // (2 × .9 + .3) / 3, (.9 + 2 × .3 + .6) / 4, (.3 + 2 × .6) / 3
  EXPECT_FLOAT_EQ(tracks[0].keyframes[0].score, 0.7F);
  EXPECT_FLOAT_EQ(tracks[0].keyframes[1].score, 0.525F);
  EXPECT_FLOAT_EQ(tracks[0].keyframes[2].score, 0.5F);
}

TEST(Link, ATrackEndsAtASceneCut) {
  // The same place on both sides of a cut from black to white frames.
  std::vector<std::uint8_t> black(kAppearanceSize, 0);
  std::vector<std::uint8_t> white(kAppearanceSize, 0);
  for (std::size_t i = 0; i < kAppearanceSize; i += kAppearanceBins) {
    black[i] = 255;
    white[i + 7] = 255;
  }
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 20; ++f) frames.push_back({f, {At(100, 200)}, {}, black});
  EXPECT_THAT(LinkDetections(frames, Options()), SizeIs(1));
  for (std::int64_t f = 12; f < 20; ++f) frames[f].scene = white;
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(2));
  EXPECT_EQ(tracks[0].keyframes.back().frame, 11);
  EXPECT_EQ(tracks[1].keyframes.front().frame, 12);
}

TEST(Link, WhoLooksAlikeComesBack) {
  // Two people go behind a wall together, one above the other, and come out with their places
  // exchanged: their clothes decide.
  const auto dressed = [](std::size_t bin) {
    std::vector<std::uint8_t> appearance(kAppearanceSize, 0);
    for (std::size_t i = bin; i < kAppearanceSize; i += kAppearanceBins) appearance[i] = 255;
    return appearance;
  };
  const auto frame = [&](std::int64_t f, float red_y, float blue_y) {
    FrameDetections seen{f, {At(200, red_y), At(200, blue_y)}};
    seen.appearance = dressed(0);
    const std::vector<std::uint8_t> blue = dressed(5);
    seen.appearance.insert(seen.appearance.end(), blue.begin(), blue.end());
    return seen;
  };
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 10; ++f) frames.push_back(frame(f, 200, 260));
  for (std::int64_t f = 10; f < 30; ++f) frames.push_back({f, {}});
  for (std::int64_t f = 30; f < 40; ++f) frames.push_back(frame(f, 260, 200));
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  ASSERT_THAT(tracks, SizeIs(2));
  const auto center_y = [](const Keyframe& k) { return (k.box.y1 + k.box.y2) / 2; };
  EXPECT_EQ(center_y(tracks[0].keyframes.front()), 200);
  EXPECT_EQ(center_y(tracks[0].keyframes.back()), 260);
  EXPECT_EQ(center_y(tracks[1].keyframes.front()), 260);
  EXPECT_EQ(center_y(tracks[1].keyframes.back()), 200);
}

TEST(Link, DamagedBoxesAndScoresHarmNobodyElse) {
  const float nan = std::nanf("");
  const std::vector<Prediction> damaged = {
      At(nan, 225), At(100, 200), {0, kStrong, {5, 5, 5, 5}}, At(300, 200, nan)};
  const std::vector<FrameDetections> frames = {
      {0, {At(100, 200)}}, {1, {At(100, 200)}}, {2, damaged}, {3, damaged}};
  const std::vector<Track> tracks = LinkDetections(frames, Options());
  EXPECT_THAT(Frames(tracks.at(0)), ElementsAre(0, 1, 2, 3));
  for (const Keyframe& keyframe : tracks[0].keyframes) EXPECT_EQ(CenterX(keyframe), 100);
  std::size_t keyframes = 0;
  for (const Track& track : tracks) keyframes += track.keyframes.size();
  EXPECT_EQ(keyframes, 8U);  // the strong ones, each once
}

}  // namespace
}  // namespace prelabel
