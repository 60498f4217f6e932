// Expected values: hand calculation.
#include "coordinator/merge/video_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Keyframe At(std::int64_t frame, float x) { return {frame, {x, 0, x + 100, 100}, 0.8F}; }

TEST(GapBucket, EndsBelongToTheirBucket) {
  EXPECT_EQ(GapBucket(2), 0U);
  EXPECT_EQ(GapBucket(3), 1U);
  EXPECT_EQ(GapBucket(5), 1U);
  EXPECT_EQ(GapBucket(10), 2U);
  EXPECT_EQ(GapBucket(20), 3U);
  EXPECT_EQ(GapBucket(40), 4U);
  EXPECT_EQ(GapBucket(41), 5U);
}

TEST(JudgeTracks, AKeyframeThatIsOffTellsWhatIsLostAroundIt) {
  // Left out, frame 10 is expected at x = 50 and is at 70: 80 of 120 columns are shared, IoU 2/3.
  // That loss of 1/3 over 10 · 10 frames gives a rate of 1/300. Nine boxes lie in each gap of ten
  // frames; they lose 10 · 99 / 6 / 300 = 0.55 together.
  const std::vector<Track> tracks = {{1, 0, {At(0, 0), At(10, 70), At(20, 100)}}};
  const VideoTrust video = JudgeTracks(tracks, std::vector{0}, 21);
  ASSERT_THAT(video.classes, SizeIs(1));
  const ClassTrust& trust = video.classes[0];
  EXPECT_EQ(trust.AllHoldOuts().count, 1U);
  EXPECT_EQ(trust.hold_outs[3].count, 1U);  // 20 frames from neighbor to neighbor
  EXPECT_NEAR(trust.hold_outs[3].MeanIou(), 2.0 / 3, 1e-6);
  EXPECT_EQ(trust.between, 18U);
  EXPECT_NEAR(trust.MeanExpectedIou(), 1 - 1.1 / 18, 1e-6);
  EXPECT_EQ(trust.below_half, 0U);
  // In the middle of a gap one is worth 10 · 5 · 5 / 2 / 300.
  ASSERT_GE(video.frames.size(), 2U);
  EXPECT_EQ(video.frames[0].frame, 5);
  EXPECT_EQ(video.frames[1].frame, 15);
  EXPECT_NEAR(video.frames[1].worth, 125.0 / 300, 1e-6);
}

TEST(JudgeTracks, CountsBoxesThatAreHardlyExpectedToOverlap) {
  // Left out, frame 2 is expected at x = 0 and is at 100: nothing is shared, a rate of 1 / (2 ·
  // 18). In the gap of 18 frames t (18 - t) / 36 is over 0.5 from t = 2 to 16 (32/36), not for 1
  // and 17 (17/36): 15 of 17 boxes, and none of that in the gap of two frames (1/36).
  const std::vector<Track> tracks = {{1, 0, {At(0, 0), At(2, 100), At(20, 0)}}};
  const VideoTrust video = JudgeTracks(tracks, std::vector{0}, 21);
  EXPECT_EQ(video.classes[0].between, 18U);
  EXPECT_EQ(video.classes[0].below_half, 15U);
  EXPECT_EQ(video.classes[0].hold_outs[3].MeanIou(), 0);
}

TEST(JudgeTracks, CountsByCategoryAndLeavesDroppedClassesOut) {
  const std::vector<Track> tracks = {{1, 0, {At(0, 0), At(4, 0)}},
                                     {2, 1, {At(0, 0), At(9, 900)}},
                                     {3, 2, {At(0, 0), At(3, 0)}},
                                     {4, 9, {At(0, 0), At(3, 0)}}};
  const VideoTrust video = JudgeTracks(tracks, std::vector{1, -1, 1}, 10);
  ASSERT_THAT(video.classes, SizeIs(2));
  EXPECT_EQ(video.classes[0], ClassTrust{});
  EXPECT_EQ(video.classes[1].between, 5U);
  EXPECT_EQ(video.classes[1].MeanExpectedIou(), 1);
  EXPECT_EQ(video.classes[1].AllHoldOuts().count, 0U);
  EXPECT_THAT(video.frames, IsEmpty());
}

}  // namespace
}  // namespace prelabel
