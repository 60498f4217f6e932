// Expected values: hand-made boxes.
#include "common/labels/occlusion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Observation At(std::int64_t frame, float x, std::uint32_t index = 0, float score = 0.9F) {
  return {static_cast<std::uint32_t>(frame), index, frame, {x, 0, x + 40, 100}, score, {}};
}

TEST(SplitAtOcclusions, CutsBothWhereTheyOverlap) {
  // In frame 2 they share 30 of 50 columns.
  const std::vector<Tracklet> tracklets = {
      {At(0, 0), At(1, 20), At(2, 40), At(3, 60), At(4, 80)},
      {At(0, 200, 1), At(1, 120, 1), At(2, 50, 1), At(3, 0, 1)}};
  const std::vector<std::int64_t> visits = {0, 1, 2, 3, 4};
  const SplitTracklets split = SplitAtOcclusions(tracklets, visits, 0.3F);
  ASSERT_THAT(split.clear, SizeIs(4));
  EXPECT_THAT(split.clear[0], SizeIs(2));
  ASSERT_THAT(split.hidden, SizeIs(2));
  EXPECT_EQ(split.hidden[0].front().box.x1, 40);
  EXPECT_EQ(split.hidden[1].front().box.x1, 50);
}

TEST(SplitAtOcclusions, AlsoByOneThatIsNotSeenJustThen) {
  // The second is not seen in frame 1, where it passes the first.
  const std::vector<Tracklet> tracklets = {{At(0, 100), At(1, 100), At(2, 100)},
                                           {At(0, 0, 1), At(2, 200, 1)}};
  const std::vector<std::int64_t> visits = {0, 1, 2};
  const SplitTracklets split = SplitAtOcclusions(tracklets, visits, 0.3F);
  EXPECT_THAT(split.clear, SizeIs(3));
  EXPECT_THAT(split.hidden, SizeIs(1));
}

TEST(GiveBackHidden, ToThePathItFits) {
  std::vector<Tracklet> tracklets = {{At(0, 0), At(2, 80)}, {At(0, 200), At(2, 100)}};
  const std::vector<Tracklet> hidden = {{At(1, 44)}, {At(1, 146)}};
  GiveBackHidden(tracklets, hidden, 0.4F, 0.5F);
  ASSERT_THAT(tracklets, SizeIs(2));
  ASSERT_THAT(tracklets[0], SizeIs(3));
  EXPECT_EQ(tracklets[0][1].box.x1, 44);
  EXPECT_EQ(tracklets[1][1].box.x1, 146);
}

TEST(GiveBackHidden, WhatFitsNobodyIsAnObjectOfItsOwnIfItIsStrong) {
  std::vector<Tracklet> tracklets = {{At(0, 0), At(2, 0)}};
  GiveBackHidden(tracklets, std::vector<Tracklet>{{At(1, 300)}}, 0.4F, 0.5F);
  EXPECT_THAT(tracklets, SizeIs(2));
  std::vector<Tracklet> none;
  GiveBackHidden(none, std::vector<Tracklet>{{At(1, 300, 0, 0.2F)}}, 0.4F, 0.5F);
  EXPECT_THAT(none, IsEmpty());
}

}  // namespace
}  // namespace prelabel
