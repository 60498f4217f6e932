#include "worker/link/link_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

// By hand: a box that stands still is one track; one that appears once, far away, another; what is
// under the low threshold none.
TEST(RunLinkTask, GivesTheTracksOfTheWholeVideo) {
  const Box still{0, 0, 10, 10};
  const Box far{100, 100, 110, 110};
  Assignment assignment;
  assignment.task.id = TaskId(12);
  assignment.task.kind = TaskKind::kLink;
  assignment.attempt = Attempt(3);
  assignment.link.class_thresholds = {0.4F};
  assignment.link.score_reach = 0;
  assignment.detections = {
      {0, {{0, 0.9F, still}}}, {5, {{0, 0.8F, still}, {0, 0.05F, far}}}, {10, {{0, 0.7F, far}}}};
  const TaskResult result = RunLinkTask(assignment);
  EXPECT_EQ(result.task, TaskId(12));
  EXPECT_EQ(result.attempt, Attempt(3));
  EXPECT_TRUE(result.items.empty());
  EXPECT_EQ(result.compute_micros, 0U);
  ASSERT_EQ(result.tracks.size(), 2U);
  EXPECT_THAT(result.tracks[0].keyframes,
              ::testing::ElementsAre(Keyframe{0, still, 0.9F}, Keyframe{5, still, 0.8F}));
  EXPECT_THAT(result.tracks[1].keyframes, ::testing::ElementsAre(Keyframe{10, far, 0.7F}));
}

// A track that ends in the middle of the picture is looked for between its last two frames; what
// was looked at in vain is not wanted again.
TEST(RunLinkTask, NamesFurtherFramesWithinTheBudget) {
  const Box middle{300, 200, 340, 300};
  Assignment assignment;
  assignment.task.kind = TaskKind::kLink;
  assignment.link.class_thresholds = {0.4F};
  assignment.detections = {{0, {{0, 0.9F, middle}}}, {10, {{0, 0.8F, middle}}}, {20, {}}, {30, {}}};
  EXPECT_TRUE(RunLinkTask(assignment).wanted.empty());  // no rounds
  assignment.chooser = {
      .frame_count = 31, .budget = 10, .tolerance = 0.8F, .width = 640, .height = 480};
  EXPECT_THAT(RunLinkTask(assignment).wanted, ::testing::ElementsAre(15));
  assignment.unreadable = {15};
  EXPECT_THAT(RunLinkTask(assignment).wanted, ::testing::ElementsAre(12));
  assignment.chooser.budget = 5;
  EXPECT_TRUE(RunLinkTask(assignment).wanted.empty());
}

}  // namespace
}  // namespace prelabel
