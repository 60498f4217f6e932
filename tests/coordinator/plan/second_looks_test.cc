// Expected plans are written out by hand from the rules in second_looks.h.
#include "coordinator/plan/second_looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "coordinator/plan/item_counts.h"
#include "coordinator/plan/planner.h"
#include "tests/coordinator/plan/sources.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

JobSpec Asking(int images, std::vector<View> changes, const char* model = "") {
  JobSpec job;
  job.report.second_opinion = {images, std::move(changes), model};
  return job;
}

Task Look(std::uint64_t id, View view, std::uint32_t source, std::uint64_t first,
          std::uint32_t count, std::uint32_t stride = 1) {
  return {TaskId(id), KindOf(view), SourceId(source), first, count, stride};
}

std::vector<TaskRow> Rows(const std::vector<Task>& tasks, TaskState state = TaskState::kPending) {
  std::vector<TaskRow> rows;
  for (const Task& task : tasks) rows.push_back({task, state});
  return rows;
}

using Covered = std::map<TaskKind, std::set<std::pair<SourceId, std::uint64_t>>>;
Covered ItemsOf(const std::vector<Task>& tasks) {
  Covered covered;
  for (const Task& task : tasks) {
    for (const std::uint64_t item : TaskItems(task)) {
      EXPECT_TRUE(covered[task.kind].insert({task.source, item}).second) << "planned twice";
    }
  }
  return covered;
}

TEST(SampleItems, TakesAllOfASmallDatasetAndOnlyWhatIsLookedAt) {
  Dataset dataset{{Images(3), Video(8, 3), Video(5, 1)}};
  dataset.sources[2].drawn = std::make_shared<const KeyframeFile>();
  const auto sample = SampleItems(dataset, 100);
  ASSERT_EQ(sample.size(), 2U);
  EXPECT_THAT(sample.at(SourceId(0)), ElementsAre(0, 1, 2));
  EXPECT_THAT(sample.at(SourceId(1)), ElementsAre(0, 3, 6, 7));  // the last frame is looked at, too
  EXPECT_THAT(SampleItems(dataset, 0), IsEmpty());
}

TEST(SampleItems, IsOfTheSizeAndSpreadsOverSources) {
  const auto sample = SampleItems(Dataset{{Images(30000), Images(10000)}}, 400);
  ASSERT_EQ(sample.size(), 2U);
  const double first = static_cast<double>(sample.at(SourceId(0)).size());
  EXPECT_EQ(sample.at(SourceId(0)).size() + sample.at(SourceId(1)).size(), 400U);
  // By lot: 300 of 400 are expected, with a standard deviation of 8.7.
  EXPECT_NEAR(first, 300, 35);
  const auto& items = sample.at(SourceId(0));
  EXPECT_TRUE(std::is_sorted(items.begin(), items.end()));
  const auto low = std::lower_bound(items.begin(), items.end(), 15000) - items.begin();
  EXPECT_NEAR(static_cast<double>(low), first / 2, 35);
}

TEST(SampleItems, ALargerSampleHasTheSmallerOne) {
  const Dataset dataset{{Images(1000)}};
  const auto small = SampleItems(dataset, 20).at(SourceId(0));
  const auto large = SampleItems(dataset, 50).at(SourceId(0));
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST(PlanSecondLooks, NothingUnlessTheJobAsks) {
  EXPECT_THAT(PlanSecondLooks(Dataset{{Images(4)}}, JobSpec(), {}), IsEmpty());
}

TEST(PlanSecondLooks, FollowsThePlanViewByView) {
  const Dataset dataset{{Images(10), Video(8, 3)}};
  const auto plain = Rows(PlanTasks(dataset, 8));  // two, two and a link: ids 0 to 4
  EXPECT_THAT(
      PlanSecondLooks(dataset, Asking(100, {View::kScale, View::kFlip}, "other.yaml"), plain),
      ElementsAre(Look(5, View::kFlip, 0, 0, 8), Look(6, View::kFlip, 0, 8, 2),
                  Look(7, View::kScale, 0, 0, 8), Look(8, View::kScale, 0, 8, 2),
                  Look(9, View::kSecondModel, 0, 0, 8), Look(10, View::kSecondModel, 0, 8, 2),
                  Look(11, View::kFlip, 1, 0, 3, 3), Look(12, View::kFlip, 1, 7, 1),
                  Look(13, View::kScale, 1, 0, 3, 3), Look(14, View::kScale, 1, 7, 1),
                  Look(15, View::kSecondModel, 1, 0, 3, 3), Look(16, View::kSecondModel, 1, 7, 1)));
}

TEST(PlanSecondLooks, DoesNotCoverOrCountAnItem) {
  const Dataset dataset{{Images(10), Video(8, 3)}};
  auto rows = Rows(PlanTasks(dataset, 8));
  const ItemCounts before = CountItems(rows);
  for (const TaskRow& look : Rows(PlanSecondLooks(dataset, Asking(100, {View::kFlip}), rows))) {
    rows.push_back(look);
  }
  EXPECT_EQ(CountItems(rows).total, before.total);
  EXPECT_EQ(CountItems(rows).pending, before.pending);
  // Without the plain tasks everything is still to be planned.
  const std::vector<TaskRow> looks(rows.begin() + 5, rows.end());
  EXPECT_EQ(PlanMissing(dataset, looks, 8).size(), 5U);
  EXPECT_THAT(PlanMissing(dataset, rows, 8), IsEmpty());
}

TEST(PlanSecondLooks, OnlyWhatIsMissingWhenMoreIsAsked) {
  const Dataset dataset{{Images(500)}};
  std::vector<Task> all = PlanSecondLooks(dataset, Asking(40, {View::kFlip}), {});
  const Covered first = ItemsOf(all);
  EXPECT_EQ(first.at(TaskKind::kFlip).size(), 40U);
  EXPECT_THAT(PlanSecondLooks(dataset, Asking(40, {View::kFlip}), Rows(all)), IsEmpty());
  EXPECT_THAT(PlanSecondLooks(dataset, Asking(10, {View::kFlip}), Rows(all)), IsEmpty());

  const auto more = PlanSecondLooks(dataset, Asking(60, {View::kFlip, View::kColor}), Rows(all));
  EXPECT_EQ(more.front().id, TaskId(all.size()));
  const Covered added = ItemsOf(more);
  EXPECT_EQ(added.at(TaskKind::kFlip).size(), 20U);
  EXPECT_EQ(added.at(TaskKind::kColor).size(), 60U);
  all.insert(all.end(), more.begin(), more.end());
  EXPECT_EQ(ItemsOf(all).at(TaskKind::kFlip), added.at(TaskKind::kColor));
}

TEST(PlanSecondLooks, WhatWasGivenUpStaysSoAndWhatWasDroppedIsPlannedAgain) {
  const Dataset dataset{{Images(4)}};
  const JobSpec job = Asking(4, {View::kFlip});
  const std::vector<Task> tasks = PlanSecondLooks(dataset, job, {});
  EXPECT_THAT(PlanSecondLooks(dataset, job, Rows(tasks, TaskState::kQuarantined)), IsEmpty());
  EXPECT_THAT(PlanSecondLooks(dataset, job, Rows(tasks, TaskState::kSplit)),
              ElementsAre(Look(1, View::kFlip, 0, 0, 4)));
}

TEST(UnwantedSecondLooks, AreThoseOfOtherViewsAndOutsideOfTheSample) {
  const Dataset dataset{{Images(100)}};
  const auto sample = SampleItems(dataset, 10).at(SourceId(0));
  std::uint64_t outside = 0;
  while (std::binary_search(sample.begin(), sample.end(), outside)) ++outside;
  std::vector<TaskRow> rows =
      Rows({Look(0, View::kFlip, 0, sample[0], 1), Look(1, View::kFlip, 0, outside, 1),
            Look(2, View::kColor, 0, sample[0], 1), Look(3, View::kColor, 0, sample[0], 1)});
  rows.push_back({{TaskId(4), TaskKind::kDetect, SourceId(0), 0, 100, 1}});
  rows[3].state = TaskState::kCommitted;
  EXPECT_THAT(UnwantedSecondLooks(dataset, Asking(10, {View::kFlip}), rows),
              ElementsAre(TaskId(1), TaskId(2)));
  EXPECT_THAT(UnwantedSecondLooks(dataset, JobSpec(), rows),
              ElementsAre(TaskId(0), TaskId(1), TaskId(2)));
}

}  // namespace
}  // namespace prelabel
