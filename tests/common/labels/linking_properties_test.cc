// What holds of linking whatever the scene, over seeded random scenes; and how well it keeps the
// people of PETS 2009 S2.L1 apart (bounds from measurements, named beside them).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <tuple>

#include "common/labels/linking.h"
#include "tests/common/labels/mot_reference.h"

namespace prelabel {
namespace {

// A detection's score is unique in its scene, so that it can be found again in a track.
std::vector<FrameDetections> RandomScene(std::mt19937& random) {
  const auto draw = [&](int n) { return static_cast<float>(random() % n); };
  struct Object {
    float x, y, dx, dy;
    std::uint16_t class_id;
  };
  std::vector<Object> objects(random() % 8);
  for (Object& object : objects) {
    object = {draw(600), draw(400), draw(11) - 5, draw(11) - 5,
              static_cast<std::uint16_t>(random() % 3)};
  }
  const std::int64_t step = random() % 4 + 1;
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 60; f += step) {
    FrameDetections frame{f, {}};
    for (const Object& object : objects) {
      if (random() % 6 == 0) continue;
      const float x = object.x + object.dx * static_cast<float>(f) + draw(5);
      const float y = object.y + object.dy * static_cast<float>(f) + draw(5);
      frame.predictions.push_back({object.class_id, 0, {x, y, x + 30 + draw(4), y + 70}});
    }
    for (std::size_t clutter = random() % 3; clutter > 0; --clutter) {
      const float x = draw(600);
      const float y = draw(400);
      frame.predictions.push_back(
          {static_cast<std::uint16_t>(random() % 3), 0, {x, y, x + draw(50), y + draw(90)}});
    }
    frames.push_back(frame);
  }
  std::vector<Prediction*> all;
  for (FrameDetections& frame : frames) {
    for (Prediction& prediction : frame.predictions) all.push_back(&prediction);
  }
  std::vector<std::size_t> rank(all.size());
  for (std::size_t i = 0; i < rank.size(); ++i) rank[i] = i;
  std::shuffle(rank.begin(), rank.end(), random);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i]->score = static_cast<float>(rank[i]) / static_cast<float>(all.size());
  }
  return frames;
}

TEST(LinkProperties, HoldForRandomScenes) {
  LinkOptions options;
  options.class_thresholds = {0.4F, 0.7F, 0.2F};
  options.max_gap = 12;
  options.min_observations = 1;
  options.score_reach = 0;
  std::mt19937 random(99);
  std::size_t strong_count = 0;
  std::size_t weak_count = 0;
  std::size_t linked = 0;
  std::size_t strong_used = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const std::vector<FrameDetections> frames = RandomScene(random);
    const std::vector<Track> tracks = LinkDetections(frames, options);

    using Key = std::tuple<std::int64_t, float>;  // frame and score name a detection
    std::map<Key, Prediction> detections;
    std::map<Key, std::size_t> position;
    for (const FrameDetections& frame : frames) {
      for (std::size_t i = 0; i < frame.predictions.size(); ++i) {
        detections[{frame.frame, frame.predictions[i].score}] = frame.predictions[i];
        position[{frame.frame, frame.predictions[i].score}] = i;
      }
    }
    std::map<Key, int> uses;
    std::tuple<std::int64_t, std::size_t> before{-1, 0};
    for (std::size_t t = 0; t < tracks.size(); ++t) {
      const Track& track = tracks[t];
      ASSERT_EQ(track.id, t + 1);
      ASSERT_FALSE(track.keyframes.empty());
      const float threshold = options.class_thresholds.at(track.class_id);
      ASSERT_TRUE(std::any_of(track.keyframes.begin(), track.keyframes.end(),
                              [&](const Keyframe& k) { return k.score >= threshold; }));
      const Key first{track.keyframes.front().frame, track.keyframes.front().score};
      const std::tuple order{track.keyframes.front().frame, position.at(first)};
      ASSERT_LT(before, order);
      before = order;
      for (std::size_t k = 0; k < track.keyframes.size(); ++k) {
        const Keyframe& keyframe = track.keyframes[k];
        const auto found = detections.find({keyframe.frame, keyframe.score});
        ASSERT_NE(found, detections.end()) << "a keyframe that nobody detected";
        ASSERT_EQ(found->second.box, keyframe.box);
        ASSERT_EQ(found->second.class_id, track.class_id);
        ASSERT_GE(keyframe.score, std::min(threshold, options.low_threshold));
        ++uses[found->first];
        weak_count += keyframe.score < threshold ? 1 : 0;
        if (k == 0) continue;
        const std::int64_t gap = keyframe.frame - track.keyframes[k - 1].frame;
        ASSERT_GT(gap, 0);
        ASSERT_LE(gap, options.max_gap);
        ++linked;
      }
    }
    for (const auto& [key, prediction] : detections) {
      const bool strong = prediction.score >= options.class_thresholds[prediction.class_id];
      strong_count += strong ? 1 : 0;
      ASSERT_LE(uses[key], 1);
      strong_used += strong ? uses[key] : 0;
    }
    ASSERT_EQ(LinkDetections(frames, options), tracks);
  }
  // The scenes hold what they are to test.
  EXPECT_GT(strong_count, 5000U);
  // Only what was hidden and fits nobody is left out.
  EXPECT_GT(strong_used * 100, strong_count * 98);
  EXPECT_GT(weak_count, 200U);
  EXPECT_GT(linked, 3000U);
}

TEST(LinkProperties, AClassDoesNotDependOnOthers) {
  LinkOptions all;
  all.class_thresholds = {0.3F, 0.3F, 0.3F};
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    const std::vector<FrameDetections> frames = RandomScene(random);
    std::vector<std::vector<Keyframe>> together;
    for (const Track& track : LinkDetections(frames, all)) {
      if (track.class_id == 1) together.push_back(track.keyframes);
    }
    LinkOptions one = all;
    one.class_thresholds = {2.0F, 0.3F, 2.0F};
    std::vector<std::vector<Keyframe>> alone;
    for (const Track& track : LinkDetections(frames, one)) alone.push_back(track.keyframes);
    ASSERT_EQ(together, alone) << "round " << round;
  }
}

struct Purity {
  std::size_t tracks = 0;
  int switches = 0;    // a person's next detection is in another track
  double worst = 1;    // least share of a person's detections in one track
  double overall = 0;  // share of all detections in their person's main track
};

// Feeds every `step`-th frame of the ground truth as detections.
Purity LinkGroundTruth(const MotTracks& people, std::int64_t step) {
  std::map<std::int64_t, std::map<int, Box>> by_frame;
  for (const auto& [id, boxes] : people) {
    for (const auto& [frame, box] : boxes) {
      if (frame % step == 0) by_frame[frame][id] = box;
    }
  }
  std::vector<FrameDetections> frames;
  for (const auto& [frame, boxes] : by_frame) {
    frames.push_back({frame, {}});
    for (const auto& [id, box] : boxes) frames.back().predictions.push_back({0, 0.9F, box});
  }
  LinkOptions options;
  options.class_thresholds = {0.4F};
  const std::vector<Track> tracks = LinkDetections(frames, options);

  Purity purity{.tracks = tracks.size()};
  double main_sum = 0;
  double sum = 0;
  for (const auto& [id, boxes] : people) {
    std::map<std::uint32_t, int> share;
    std::uint32_t before = 0;
    int count = 0;
    for (const auto& [frame, box] : boxes) {
      for (const Track& track : tracks) {
        const auto at = std::lower_bound(
            track.keyframes.begin(), track.keyframes.end(), frame,
            [](const Keyframe& keyframe, std::int64_t f) { return keyframe.frame < f; });
        if (at == track.keyframes.end() || at->frame != frame || at->box != box) continue;
        purity.switches += before != 0 && before != track.id ? 1 : 0;
        before = track.id;
        ++share[track.id];
        ++count;
      }
    }
    int main = 0;
    for (const auto& [track, n] : share) main = std::max(main, n);
    purity.worst = std::min(purity.worst, static_cast<double>(main) / count);
    main_sum += main;
    sum += count;
  }
  purity.overall = main_sum / sum;
  return purity;
}

class LinkPets : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = PetsGroundTruthPath();
    if (path.empty()) GTEST_SKIP() << "PRELABEL_REFERENCE_DATA is unset";
    people_ = ReadMotTracks(path);
    ASSERT_EQ(people_.size(), 10U) << path;
  }
  MotTracks people_;
};

TEST_F(LinkPets, EveryFrameKeepsEveryPersonApart) {
  // Measured: 10 tracks, no switch.
  const Purity purity = LinkGroundTruth(people_, 1);
  EXPECT_EQ(purity.tracks, 10U);
  EXPECT_EQ(purity.switches, 0);
  EXPECT_GE(purity.worst, 0.99);
}

TEST_F(LinkPets, EverySecondFrameNearlySo) {
  // Measured: 10 tracks, 4 switches, worst 0.971, overall 0.995.
  const Purity purity = LinkGroundTruth(people_, 2);
  EXPECT_LE(purity.tracks, 11U);
  EXPECT_LE(purity.switches, 6);
  EXPECT_GE(purity.worst, 0.95);
  EXPECT_GE(purity.overall, 0.98);
}

TEST_F(LinkPets, EveryFifthFrameWhereBoxesHardlyOverlap) {
  // 0.7 s between looks. Measured: 11 tracks, 10 switches, worst 0.8, overall 0.965; on IoU alone
  // 171 tracks, 231 switches, overall 0.433.
  const Purity purity = LinkGroundTruth(people_, 5);
  EXPECT_LE(purity.tracks, 13U);
  EXPECT_LE(purity.switches, 14);
  EXPECT_GE(purity.worst, 0.7);
  EXPECT_GE(purity.overall, 0.93);
}

}  // namespace
}  // namespace prelabel
