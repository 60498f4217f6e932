// Expected values: hand calculation from the formulas in the header.
#include "common/labels/keyframe_worth.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TrackGap Gap(std::uint32_t track, std::int64_t from, std::int64_t to, double rate) {
  return {track, 0, {from, to, rate, true}};
}

// What all boxes between are expected to lose, one by one.
double Loss(const GapTrust& gap) {
  double loss = 0;
  for (std::int64_t frame = gap.from; frame <= gap.to; ++frame) loss += 1 - gap.ExpectedIou(frame);
  return loss;
}

TEST(HelpfulFrames, TheMiddleOfAGapIsWorthWhatItsHalvesDoNotLose) {
  // Ten frames at .02: 10 · 99 / 6 · .02 = 3.3 in all; halves of five: 5 · 24 / 6 · .02 = .4 each.
  const auto frames = HelpfulFrames(std::vector{Gap(3, 20, 30, 0.02)}, 100, 1);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].frame, 25);
  EXPECT_NEAR(frames[0].worth, 2.5, 1e-6);
  ASSERT_THAT(frames[0].tracks, SizeIs(1));
  EXPECT_EQ(frames[0].tracks[0].track_id, 3U);
  EXPECT_EQ(frames[0].tracks[0].from, 20);
  EXPECT_EQ(frames[0].tracks[0].to, 30);
  EXPECT_NEAR(frames[0].tracks[0].expected_iou, 0.5, 1e-9);  // 1 - .02 · 25
}

TEST(HelpfulFrames, WhatIsLeftOfAGapIsWorthLess) {
  const auto frames = HelpfulFrames(std::vector{Gap(3, 20, 30, 0.02)}, 100, 10);
  // Each half loses .4 and is worth that less what is left beside 2 of its 5 frames: gaps of 2 and
  // 3 lose .02 and .08. Then the gaps of 3: .08 less .02; those of 2 are below .05.
  ASSERT_THAT(frames, SizeIs(5));
  EXPECT_EQ(frames[1].frame, 22);
  EXPECT_NEAR(frames[1].worth, 0.3, 1e-6);
  EXPECT_EQ(frames[1].tracks[0].to, 25);
  EXPECT_EQ(frames[2].frame, 27);
  EXPECT_NEAR(frames[2].worth, 0.3, 1e-6);
  EXPECT_EQ(frames[3].frame, 23);
  EXPECT_NEAR(frames[3].worth, 0.06, 1e-6);
  double worth = 0;
  for (const HelpfulFrame& frame : frames) worth += frame.worth;
  EXPECT_LE(worth, Loss({20, 30, 0.02, true}));
}

TEST(HelpfulFrames, AFrameHelpsAllTracksThatAreInterpolatedThere) {
  // Alone, track 1 would want frame 5 and track 2 frame 10. Track 3 stands still.
  const std::vector gaps = {Gap(1, 0, 10, 0.02), Gap(2, 0, 20, 0.01), Gap(3, 0, 20, 0)};
  const auto frames = HelpfulFrames(gaps, 40, 1);
  ASSERT_THAT(frames, SizeIs(1));
  // Sum at t: .02 · 10 · t (10 - t) / 2 + .01 · 20 · t (20 - t) / 2 = .1 t (30 - 2 t): most at 7.5;
  // of 7 and 8 (11.2 both) the earlier.
  EXPECT_EQ(frames[0].frame, 7);
  EXPECT_NEAR(frames[0].worth, 11.2, 1e-5);
  ASSERT_THAT(frames[0].tracks, SizeIs(2));
  EXPECT_EQ(frames[0].track_count, 2U);
  EXPECT_EQ(frames[0].tracks[0].track_id, 2U);
  EXPECT_NEAR(frames[0].tracks[0].worth, 9.1, 1e-5);
  EXPECT_NEAR(frames[0].tracks[1].worth, 2.1, 1e-5);
}

TEST(HelpfulFrames, ManyTracksThatGainLittleAreWorthAKeyframeTogether) {
  // Two frames at .03: the box between loses .03, which a keyframe there wins. Two of them: .06.
  const auto frames = HelpfulFrames(std::vector{Gap(2, 0, 2, 0.03), Gap(1, 0, 2, 0.03)}, 3, 5);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_NEAR(frames[0].worth, 0.06, 1e-6);
  EXPECT_EQ(frames[0].track_count, 1U);
  ASSERT_THAT(frames[0].tracks, SizeIs(1));
  EXPECT_EQ(frames[0].tracks[0].track_id, 1U);
}

TEST(HelpfulFrames, NoBoxLosesMoreThanItself) {
  // At 1 a frame² all nine boxes are lost; the middle takes 75 of 99 parts of that away.
  const auto frames = HelpfulFrames(std::vector{Gap(1, 0, 10, 1)}, 11, 1);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_NEAR(frames[0].worth, 9.0 * 75 / 99, 1e-6);
  EXPECT_EQ(frames[0].tracks[0].expected_iou, 0);
}

TEST(HelpfulFrames, TheOrderOfTracksDoesNotMatterAndNamesAreBounded) {
  std::vector<TrackGap> gaps;
  for (std::uint32_t track = 1; track <= 40; ++track) {
    gaps.push_back(Gap(track, track % 7, 20 + track % 5, 0.001 * (track % 11)));
  }
  const auto frames = HelpfulFrames(gaps, 60, 20);
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames[0].tracks, SizeIs(HelpfulFrame::kTracksNamed));
  EXPECT_GT(frames[0].track_count, HelpfulFrame::kTracksNamed);
  for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_LE(frames[i].worth, frames[i - 1].worth);
  std::reverse(gaps.begin(), gaps.end());
  EXPECT_EQ(HelpfulFrames(gaps, 60, 20), frames);
}

TEST(HelpfulFrames, ListsNothingWhereNothingIsLostOrNoFrameIs) {
  EXPECT_THAT(HelpfulFrames({}, 10, 5), IsEmpty());
  EXPECT_THAT(HelpfulFrames(std::vector{Gap(1, 0, 9, 0)}, 10, 5), IsEmpty());
  EXPECT_THAT(HelpfulFrames(std::vector{Gap(1, 3, 4, 1)}, 10, 5), IsEmpty());
  EXPECT_THAT(HelpfulFrames(std::vector{Gap(1, -5, 5, 1), Gap(2, 5, 10, 1)}, 10, 5), IsEmpty());
}

}  // namespace
}  // namespace prelabel
