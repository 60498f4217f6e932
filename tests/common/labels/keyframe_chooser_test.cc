// Expected values: hand-made tracks.
#include "common/labels/keyframe_chooser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace prelabel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Keyframe At(std::int64_t frame, float x, float y = 200) {
  return {frame, {x - 20, y - 50, x + 20, y + 50}, 0.9F};
}

// Frames 0, 10 … 100 of 101; 640 × 480.
ChooserOptions Options() {
  return {.frame_count = 101, .budget = 40, .tolerance = 0.8F, .width = 640, .height = 480};
}
std::vector<std::int64_t> EveryTenth() {
  std::vector<std::int64_t> frames;
  for (std::int64_t f = 0; f <= 100; f += 10) frames.push_back(f);
  return frames;
}

// Straight on from left to right through the whole video.
Track Walker(std::uint32_t id, float y) {
  Track track{id, 0, {}};
  for (const std::int64_t f : EveryTenth()) {
    track.keyframes.push_back(At(f, 100 + 4 * static_cast<float>(f), y));
  }
  return track;
}

TEST(CoarseStride, TakesSevenTenthsOfTheBudget) {
  EXPECT_EQ(CoarseStride(0.2), 7);   // 1 / 0.14
  EXPECT_EQ(CoarseStride(0.1), 14);  // 1 / 0.07
  EXPECT_EQ(CoarseStride(1), 1);
}

TEST(ChooseKeyframes, NothingWhereEverythingIsTrusted) {
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{Walker(1, 100), Walker(2, 350)}, Options()),
              IsEmpty());
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), {}, Options()), IsEmpty());
}

TEST(ChooseKeyframes, WhereATrackTurns) {
  Track track = Walker(1, 200);
  for (std::size_t i = 6; i < track.keyframes.size(); ++i) {  // back again after frame 50
    track.keyframes[i].box = track.keyframes[10 - i].box;
  }
  // Left out, the keyframe at the turn (a whole width off) would lose everything over 10 × 10
  // frames, the middles beside it so a quarter, averaged with the straight side an eighth.
  ChooserOptions options = Options();
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{track}, options), IsEmpty());
  options.tolerance = 0.9F;
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{track}, options), ElementsAre(45, 55));
}

TEST(ChooseKeyframes, WhereATrackBeginsAndEnds) {
  Track track = Walker(1, 200);
  track.keyframes.erase(track.keyframes.begin() + 8, track.keyframes.end());    // last seen in 70
  track.keyframes.erase(track.keyframes.begin(), track.keyframes.begin() + 3);  // first in 30
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{track}, Options()), ElementsAre(25, 75));
}

TEST(ChooseKeyframes, WhereATrackWasMissed) {
  Track track = Walker(1, 200);
  track.keyframes.erase(track.keyframes.begin() + 5);  // not seen in 50
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{track}, Options()), ElementsAre(45, 55));
}

TEST(ChooseKeyframes, WhereTwoMayHaveBeenExchanged) {
  // The second comes towards the first and passes it between frames 50 and 60.
  Track other = Walker(2, 210);
  for (Keyframe& keyframe : other.keyframes) {
    keyframe.box = At(0, 540 - 4 * static_cast<float>(keyframe.frame), 210).box;
  }
  const auto chosen = ChooseKeyframes(EveryTenth(), std::vector{Walker(1, 200), other}, Options());
  EXPECT_THAT(chosen, Contains(55));
}

TEST(ChooseKeyframes, StopsAtTheBudget) {
  ChooserOptions options = Options();
  Track track = Walker(1, 200);
  track.keyframes.erase(track.keyframes.begin() + 5);
  options.budget = 12;
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{track}, options), SizeIs(1));
  options.budget = 11;
  EXPECT_THAT(ChooseKeyframes(EveryTenth(), std::vector{track}, options), IsEmpty());
}

TEST(ChooseKeyframes, ARoundLeavesHalfForTheNext) {
  // Missed in every second of 201 looks: all 200 stretches are doubted.
  std::vector<std::int64_t> looked_at(201);
  std::iota(looked_at.begin(), looked_at.end(), 0);
  for (std::int64_t& frame : looked_at) frame *= 10;
  Track track{1, 0, {}};
  for (std::int64_t f = 0; f <= 2000; f += 20) track.keyframes.push_back(At(f, 100));
  ChooserOptions options = Options();
  options.frame_count = 2001;
  options.budget = 301;
  const auto chosen = ChooseKeyframes(looked_at, std::vector{track}, options);
  EXPECT_THAT(chosen, SizeIs(50));
  for (const std::int64_t frame : chosen) EXPECT_EQ(frame % 10, 5);
}

TEST(ChooseKeyframes, NeverAFrameThatWasLookedAt) {
  std::vector<std::int64_t> looked_at(30);
  std::iota(looked_at.begin(), looked_at.end(), 0);
  Track track{1, 0, {At(3, 100), At(9, 300)}};
  ChooserOptions options = Options();
  EXPECT_THAT(ChooseKeyframes(looked_at, std::vector{track}, options), IsEmpty());
}

}  // namespace
}  // namespace prelabel
