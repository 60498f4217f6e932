// Small runs by hand: what is to be done again, and that nothing else is.
#include "coordinator/plan/redo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class Redo : public ::testing::Test {
 protected:
  // Commits with the counts that a worker would send.
  void Commit(TaskId task, const std::vector<ItemResult>& items) {
    TaskResult result;
    result.items = items;
    EncodedResult encoded;
    encoded.task = task;
    encoded.attempt = Attempt(1);
    encoded.items = static_cast<std::uint32_t>(items.size());
    for (const ItemResult& item : items) encoded.failed_items += item.ok() ? 0 : 1;
    encoded.compute_micros = 1000;
    encoded.payload = EncodeTaskPayload(result);
    ASSERT_TRUE(run_.store.Commit({encoded}));
  }
  std::vector<std::uint64_t> Pending() {
    std::vector<std::uint64_t> pending;
    const std::vector<TaskRow> rows = run_.store.LoadTasks().value();
    for (const TaskRow& row : rows) {
      if (row.state == TaskState::kPending) pending.push_back(row.task.id.value);
    }
    return pending;
  }
  Task TaskOf(std::uint64_t id) { return run_.store.LoadTasks().value().at(id).task; }
  std::uint64_t Retry() { return RetryFailed(run_.store, run_.dataset, 4).value(); }

  TestRun run_;
};

TEST_F(Redo, DamagedTasksRunAgainAndTheirVideosAreLinkedAgain) {
  run_.dataset.sources = {ImageSource("photos", {"a.jpg", "b.jpg"}), VideoSource("road", 2, 1),
                          VideoSource("rail", 1, 1)};
  for (const std::uint64_t item : {0, 1}) Commit(run_.AddDetect(0, item, 1), {Seen(item, {})});
  for (const std::uint64_t item : {0, 1}) Commit(run_.AddDetect(1, item, 1), {Seen(item, {})});
  Commit(run_.AddTask(TaskKind::kLink, 1, 0, 2), {});
  Commit(run_.AddDetect(2, 0, 1), {Seen(0, {})});
  Commit(run_.AddTask(TaskKind::kLink, 2, 0, 1), {});

  ASSERT_TRUE(RedoDamaged(run_.store, {TaskId(1)}));
  EXPECT_THAT(Pending(), ElementsAre(1));
  ASSERT_TRUE(RedoDamaged(run_.store, {TaskId(3), TaskId(6)}));
  EXPECT_THAT(Pending(), ElementsAre(1, 3, 4, 6));
}

TEST_F(Redo, WithNothingQuarantinedThereIsNothingToRetry) {
  run_.dataset.sources = {ImageSource("photos", {"a.jpg", "b.jpg"})};
  Commit(run_.AddDetect(0, 0, 1), {Seen(0, {})});
  run_.AddDetect(0, 1, 1);
  EXPECT_EQ(Retry(), 0U);
  EXPECT_THAT(Pending(), ElementsAre(1));
  EXPECT_EQ(run_.store.LoadTasks().value().size(), 2U);
}

TEST_F(Redo, QuarantinedTasksAndFailedItemsAreRetriedAndOthersLeftAlone) {
  run_.dataset.sources = {ImageSource("photos", {"a", "b", "c", "d", "e", "f", "g"})};
  Commit(run_.AddDetect(0, 0, 5), {Seen(0, {}), Unreadable(1, "cut"), Unreadable(2, "cut"),
                                   Seen(3, {}), Unreadable(4, "cut")});
  run_.Quarantine(run_.AddDetect(0, 5, 2), "crashed");
  EXPECT_EQ(Retry(), 5U);
  EXPECT_THAT(Pending(), ElementsAre(1, 2, 3));
  EXPECT_EQ(TaskOf(2), (Task{TaskId(2), TaskKind::kDetect, SourceId(0), 1, 2, 1}));
  EXPECT_EQ(TaskOf(3), (Task{TaskId(3), TaskKind::kDetect, SourceId(0), 4, 1, 1}));
  const TaskRow first = run_.store.LoadTasks().value()[0];
  EXPECT_EQ(first.state, TaskState::kCommitted);
  EXPECT_EQ(first.attempts, 1U);
  // A second call before these have run adds nothing.
  EXPECT_EQ(Retry(), 0U);
  EXPECT_EQ(run_.store.LoadTasks().value().size(), 4U);
}

TEST_F(Redo, AnItemThatAnotherTaskHasLabeledSinceIsNotRetried) {
  run_.dataset.sources = {ImageSource("photos", {"a", "b", "c"})};
  Commit(run_.AddDetect(0, 0, 3), {Unreadable(0, "x"), Unreadable(1, "x"), Unreadable(2, "x")});
  Commit(run_.AddDetect(0, 0, 1), {Seen(0, {})});
  Commit(run_.AddDetect(0, 1, 2), {Unreadable(1, "x"), Seen(2, {})});
  const auto failed = FindFailedItems(run_.store, run_.store.LoadTasks().value()).value();
  EXPECT_THAT(failed, ElementsAre(Pair(SourceId(0), ElementsAre(1))));
  EXPECT_EQ(Retry(), 1U);
  Commit(TaskId(3), {Seen(1, {})});
  EXPECT_EQ(Retry(), 0U);
  EXPECT_THAT(Pending(), IsEmpty());
}

TEST_F(Redo, AVideoIsLinkedAgainOnce) {
  run_.dataset.sources = {VideoSource("road", 7, 2), VideoSource("rail", 1, 1)};
  Commit(run_.AddDetect(0, 0, 2, 2), {Unreadable(0, "cut"), Unreadable(2, "cut")});
  const TaskId crashed = run_.AddDetect(0, 4, 2, 2);
  Commit(run_.AddTask(TaskKind::kLink, 0, 0, 7), {});
  Commit(run_.AddDetect(1, 0, 1), {Seen(0, {})});
  Commit(run_.AddTask(TaskKind::kLink, 1, 0, 1), {});
  run_.Quarantine(crashed, "crashed");

  EXPECT_EQ(Retry(), 4U);
  EXPECT_THAT(Pending(), ElementsAre(1, 2, 5));
  EXPECT_EQ(TaskOf(5), (Task{TaskId(5), TaskKind::kDetect, SourceId(0), 0, 2, 2}));
  // With frames that failed alone, the link that is there stays as the record of what it saw.
  Commit(crashed, {Seen(4, {}), Seen(6, {})});
  Commit(TaskId(5), {Seen(0, {}), Unreadable(2, "cut")});
  Commit(TaskId(2), {});
  EXPECT_EQ(Retry(), 1U);
  EXPECT_THAT(Pending(), ElementsAre(6, 7));
  EXPECT_EQ(TaskOf(7), (Task{TaskId(7), TaskKind::kLink, SourceId(0), 0, 7, 1}));
}

TEST_F(Redo, ADamagedResultIsNotTakenForAFailedOne) {
  run_.dataset.sources = {ImageSource("photos", {"a"})};
  const TaskId task = run_.AddDetect(0, 0, 1);
  Commit(task, {Unreadable(0, "cut")});
  run_.store.Damage(task);
  EXPECT_EQ(Retry(), 0U);
  EXPECT_THAT(Pending(), IsEmpty());
}

}  // namespace
}  // namespace prelabel
