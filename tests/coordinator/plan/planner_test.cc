// Expected plans are written out by hand from the rules in planner.h.
#include "coordinator/plan/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/coordinator/plan/sources.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Dataset Of(std::vector<SourceItems> sources) { return {std::move(sources)}; }

Task Detect(std::uint64_t id, std::uint32_t source, std::uint64_t first, std::uint32_t count,
            std::uint32_t stride = 1) {
  return {TaskId(id), TaskKind::kDetect, SourceId(source), first, count, stride};
}

Task Link(std::uint64_t id, std::uint32_t source, std::uint32_t frames) {
  return {TaskId(id), TaskKind::kLink, SourceId(source), 0, frames, 1};
}

std::vector<TaskRow> Rows(const std::vector<Task>& tasks) {
  std::vector<TaskRow> rows;
  rows.reserve(tasks.size());
  for (const Task& task : tasks) rows.push_back({task});
  return rows;
}

// The third image has one look, whatever its size.
TEST(PlanTasks, OfTiledImagesTheLooksAreCut) {
  SourceItems tiled = Images(3);
  tiled.tiled = TiledImages{{}, {{900, 900}, {900, 100}, {0, 0}}, {0, 5, 7, 8}};
  EXPECT_THAT(PlanTasks(Of({tiled}), 3),
              ElementsAre(Detect(0, 0, 0, 3), Detect(1, 0, 3, 3), Detect(2, 0, 6, 2)));
  EXPECT_EQ(tiled.ItemOfLook(0), 0U);
  EXPECT_EQ(tiled.ItemOfLook(4), 0U);
  EXPECT_EQ(tiled.ItemOfLook(5), 1U);
  EXPECT_EQ(tiled.ItemOfLook(7), 2U);
  // More images behind: what is there stands.
  const std::vector<TaskRow> rows = Rows(PlanTasks(Of({tiled}), 3));
  SourceItems grown = Images(4);
  grown.tiled = TiledImages{{}, {{900, 900}, {900, 100}, {0, 0}, {900, 900}}, {0, 5, 7, 8, 13}};
  EXPECT_THAT(PlanMissing(Of({grown}), rows, 3),
              ElementsAre(Detect(3, 0, 8, 3), Detect(4, 0, 11, 2)));
}

TEST(PlanTasks, CutsImagesInRuns) {
  EXPECT_THAT(PlanTasks(Of({Images(7)}), 3),
              ElementsAre(Detect(0, 0, 0, 3), Detect(1, 0, 3, 3), Detect(2, 0, 6, 1)));
}

TEST(PlanTasks, FillsTheLastShardExactly) {
  EXPECT_THAT(PlanTasks(Of({Images(6)}), 3), ElementsAre(Detect(0, 0, 0, 3), Detect(1, 0, 3, 3)));
}

TEST(PlanTasks, LooksAtEveryNthFrameAndTheLastThenLinks) {
  EXPECT_THAT(PlanTasks(Of({Video(12, 3)}), 2),
              ElementsAre(Detect(0, 0, 0, 2, 3), Detect(1, 0, 6, 2, 3), Detect(2, 0, 11, 1, 3),
                          Link(3, 0, 12)));
}

TEST(PlanTasks, LastFrameThatIsAMultipleNeedsNoTaskOfItsOwn) {
  EXPECT_THAT(PlanTasks(Of({Video(10, 3)}), 16),
              ElementsAre(Detect(0, 0, 0, 4, 3), Link(1, 0, 10)));
}

TEST(PlanTasks, AStepBeyondTheEndLooksAtBothEnds) {
  EXPECT_THAT(PlanTasks(Of({Video(5, 1000)}), 16),
              ElementsAre(Detect(0, 0, 0, 1, 5), Detect(1, 0, 4, 1, 5), Link(2, 0, 5)));
}

TEST(PlanTasks, AVideoOfOneFrame) {
  EXPECT_THAT(PlanTasks(Of({Video(1, 10)}), 16), ElementsAre(Detect(0, 0, 0, 1), Link(1, 0, 1)));
}

TEST(PlanTasks, NumbersOnThroughSourcesAndSkipsEmptyOnes) {
  EXPECT_THAT(
      PlanTasks(Of({Images(2), Images(0), Video(2, 1), Video(0, 1), Images(1)}), 16),
      ElementsAre(Detect(0, 0, 0, 2), Detect(1, 2, 0, 2), Link(2, 2, 2), Detect(3, 4, 0, 1)));
}

TEST(PlanTasks, NothingForAnEmptyDataset) { EXPECT_THAT(PlanTasks(Dataset{}, 16), IsEmpty()); }

TEST(PlanMissing, IsEmptyForACompletePlanWhateverTheShardSize) {
  const Dataset dataset = Of({Images(7), Video(12, 3)});
  EXPECT_THAT(PlanMissing(dataset, Rows(PlanTasks(dataset, 3)), 5), IsEmpty());
}

TEST(PlanMissing, AppendsImagesThatCameLater) {
  const auto existing = Rows(PlanTasks(Of({Images(5)}), 3));
  EXPECT_THAT(PlanMissing(Of({Images(9)}), existing, 3),
              ElementsAre(Detect(2, 0, 5, 3), Detect(3, 0, 8, 1)));
}

TEST(PlanMissing, FillsAHoleWithoutCrossingWhatIsThere) {
  const auto existing = Rows({Detect(0, 0, 2, 2)});
  EXPECT_THAT(PlanMissing(Of({Images(6)}), existing, 16),
              ElementsAre(Detect(1, 0, 0, 2), Detect(2, 0, 4, 2)));
}

TEST(PlanMissing, ASplitTaskAndItsPartsCoverTheirItemsOnce) {
  const Dataset dataset = Of({Images(4)});
  auto existing = Rows({Detect(0, 0, 0, 4), Detect(1, 0, 0, 2), Detect(2, 0, 2, 2)});
  existing[0].state = TaskState::kSplit;
  EXPECT_THAT(PlanMissing(dataset, existing, 16), IsEmpty());
  EXPECT_THAT(PlanMissing(Of({Images(5)}), existing, 16), ElementsAre(Detect(3, 0, 4, 1)));
}

TEST(PlanMissing, AGrownVideoIsLinkedAgain) {
  // Frames 0, 3, 6, 7 were looked at; 9 and the new last, 10, were not.
  const auto existing = Rows(PlanTasks(Of({Video(8, 3)}), 16));
  EXPECT_THAT(PlanMissing(Of({Video(11, 3)}), existing, 16),
              ElementsAre(Detect(3, 0, 9, 1, 3), Detect(4, 0, 10, 1, 3), Link(5, 0, 11)));
}

TEST(PlanMissing, ANewSourceIsPlannedAndOldOnesAreLeftAlone) {
  const auto existing = Rows(PlanTasks(Of({Video(4, 1)}), 16));
  EXPECT_THAT(PlanMissing(Of({Video(4, 1), Images(2)}), existing, 16),
              ElementsAre(Detect(2, 1, 0, 2)));
}

TEST(PlanMissing, RowsOfSourcesThatAreGoneDoNoHarm) {
  const auto existing = Rows({Detect(0, 5, 0, 4), Detect(1, 0, 0, 100)});
  EXPECT_THAT(PlanMissing(Of({Images(3)}), existing, 16), IsEmpty());
}

TEST(PlanAgain, CutsRunsOfConsecutiveItems) {
  const auto existing = Rows({Detect(0, 0, 0, 9)});
  EXPECT_THAT(
      PlanAgain(Of({Images(9)}), {{SourceId(0), {1, 4, 5, 6, 8}}}, existing, 2),
      ElementsAre(Detect(1, 0, 1, 1), Detect(2, 0, 4, 2), Detect(3, 0, 6, 1), Detect(4, 0, 8, 1)));
}

TEST(PlanAgain, AVideoIsLinkedAgainUnlessItIsToBeAnyway) {
  const Dataset dataset = Of({Images(2), Video(8, 3)});
  auto existing = Rows({Detect(0, 1, 0, 3, 3), Detect(1, 1, 7, 1, 3), Link(2, 1, 8)});
  for (TaskRow& row : existing) row.state = TaskState::kCommitted;
  const std::map<SourceId, std::set<std::uint64_t>> frames = {{SourceId(1), {0, 3, 7}}};
  EXPECT_THAT(PlanAgain(dataset, frames, existing, 16),
              ElementsAre(Detect(3, 1, 0, 2, 3), Detect(4, 1, 7, 1, 3), Link(5, 1, 8)));
  existing[2].state = TaskState::kPending;
  EXPECT_THAT(PlanAgain(dataset, frames, existing, 16),
              ElementsAre(Detect(3, 1, 0, 2, 3), Detect(4, 1, 7, 1, 3)));
  existing[2].state = TaskState::kQuarantined;
  EXPECT_THAT(PlanAgain(dataset, frames, existing, 16), testing::Contains(Link(5, 1, 8)));
  EXPECT_THAT(PlanAgain(dataset, {}, existing, 16), IsEmpty());
}

const Task kLink{TaskId(9), TaskKind::kLink, SourceId(3), 0, 1000, 1};

TEST(PlanFrames, FramesAtEqualDistancesShareATask) {
  const std::vector<Task> tasks = PlanFrames({3, 10, 17, 24, 30, 31}, kLink, TaskId(20), 3);
  EXPECT_THAT(tasks, ElementsAre(Task{TaskId(20), TaskKind::kDetect, SourceId(3), 3, 3, 7},
                                 Task{TaskId(21), TaskKind::kDetect, SourceId(3), 24, 2, 6},
                                 Task{TaskId(22), TaskKind::kDetect, SourceId(3), 31, 1, 1},
                                 Task{TaskId(23), TaskKind::kLink, SourceId(3), 0, 1000, 1}));
}

TEST(PlanFrames, AShardOfOneIsAFrame) {
  const std::vector<Task> tasks = PlanFrames({3, 10}, kLink, TaskId(0), 1);
  EXPECT_THAT(tasks, ElementsAre(Task{TaskId(0), TaskKind::kDetect, SourceId(3), 3, 1, 1},
                                 Task{TaskId(1), TaskKind::kDetect, SourceId(3), 10, 1, 1},
                                 Task{TaskId(2), TaskKind::kLink, SourceId(3), 0, 1000, 1}));
}

TEST(PlanFrames, WhatIsNoFrameOfTheVideoIsLeftOut) {
  EXPECT_THAT(PlanFrames({-5, 1000, 2000}, kLink, TaskId(0), 8), IsEmpty());
  EXPECT_THAT(PlanFrames({}, kLink, TaskId(0), 8), IsEmpty());
}

TEST(PlanTasks, NobodyLooksAtAVideoInWhichAPersonDrew) {
  Dataset dataset;
  dataset.sources = {Video(9, 1), Images(1)};
  dataset.sources[0].drawn = std::make_shared<const KeyframeFile>();
  const std::vector<Task> tasks = PlanTasks(dataset, 8);
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].source, SourceId(1));
}

}  // namespace
}  // namespace prelabel
