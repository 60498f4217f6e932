// What store.h promises, of every implementation: the SQLite adapter and the fake that other tests
// stand on. Expected values are written out from store.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "coordinator/store/store.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/in_memory_store.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

enum class Kind { kInMemory, kSqlite };

class StoreConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kInMemory) {
      store_ = std::make_unique<InMemoryStore>();
      return;
    }
    Result<std::unique_ptr<Store>> store = OpenSqliteStore(folder_.Database());
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    store_ = std::move(store).value();
  }

  // Detect tasks 0, 1 … of `count` items of source 0 each.
  void Plan(std::uint64_t tasks, std::uint32_t count = 4) {
    std::vector<Task> plan;
    for (std::uint64_t i = 0; i < tasks; ++i) plan.push_back(Detect(i, i * count, count));
    ASSERT_TRUE(store_->AppendTasks(plan).has_value());
  }
  static Task Detect(std::uint64_t id, std::uint64_t first, std::uint32_t count) {
    return {TaskId(id), TaskKind::kDetect, SourceId(0), first, count, 1};
  }
  static EncodedResult MakeResult(std::uint64_t task, std::uint32_t attempt, std::string payload) {
    return {TaskId(task), Attempt(attempt), 4, 1, 2500, std::move(payload)};
  }

  TaskRow Row(std::uint64_t task) { return store_->LoadTasks().value().at(task); }
  TaskState StateOf(std::uint64_t task) { return Row(task).state; }
  std::optional<std::string> Payload(std::uint64_t task) {
    return store_->ReadPayload(TaskId(task)).value();
  }
  // "task reason" of each.
  std::vector<std::string> Reasons() {
    std::vector<std::string> reasons;
    const std::vector<QuarantinedTask> tasks = store_->LoadQuarantined().value();
    for (const QuarantinedTask& task : tasks) {
      reasons.push_back(std::to_string(task.task.value) + " " + task.reason);
    }
    return reasons;
  }

  StoreFolder folder_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreConformance, AnEmptyStoreHasNothing) {
  EXPECT_TRUE(store_->LoadTasks().value().empty());
  EXPECT_TRUE(store_->LoadTasks(SourceId(0)).value().empty());
  EXPECT_TRUE(store_->LoadQuarantined().value().empty());
  EXPECT_EQ(store_->GetMeta("job").value(), std::nullopt);
  EXPECT_EQ(store_->ReadPayload(TaskId(0)).value(), std::nullopt);
  EXPECT_TRUE(store_->AppendTasks({}).has_value());
  EXPECT_TRUE(store_->CommitBatch({}).has_value());
  EXPECT_TRUE(store_->Redo({}).has_value());
}

TEST_P(StoreConformance, MetaKeepsTheLastValueAndTheEpochRises) {
  const std::string binary("\0v", 2);
  ASSERT_TRUE(store_->PutMeta("job", "first").has_value());
  ASSERT_TRUE(store_->PutMeta("job", binary).has_value());
  EXPECT_EQ(store_->GetMeta("job").value(), binary);
  EXPECT_EQ(store_->NextEpoch().value(), Epoch(1));
  EXPECT_EQ(store_->NextEpoch().value(), Epoch(2));
}

TEST_P(StoreConformance, TasksMustContinueWhereTheLastOnesEnded) {
  Plan(2);
  for (const std::uint64_t id : {1, 3}) {
    const Result<void> result = store_->AppendTasks({Detect(id, 8, 4)});
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().code, ErrorCode::kInternal);
  }
  EXPECT_TRUE(store_->AppendTasks({Detect(2, 8, 4), Detect(3, 12, 4)}).has_value());
  EXPECT_EQ(store_->AppendTasks({Detect(4, 16, 4), Detect(6, 20, 4)}).error().code,
            ErrorCode::kInternal);
  EXPECT_EQ(store_->LoadTasks().value().size(), 4U);
}

TEST_P(StoreConformance, TasksAreReadAsTheyWereWritten) {
  const Task detect{TaskId(0), TaskKind::kDetect, SourceId(3), 5'000'000'000, 16, 20};
  const Task link{TaskId(1), TaskKind::kLink, SourceId(7), 0, 795, 1};
  ASSERT_TRUE(store_->AppendTasks({detect, link}).has_value());
  EXPECT_EQ(Row(0).task, detect);
  EXPECT_EQ(Row(1).task, link);
  EXPECT_EQ(StateOf(0), TaskState::kPending);
  EXPECT_EQ(Row(0).attempts, 0U);
  EXPECT_EQ(Row(0).failures, 0U);
}

TEST_P(StoreConformance, TheFirstResultOfATaskStays) {
  Plan(2);
  ASSERT_TRUE(store_->Commit({MakeResult(0, 1, "first"), MakeResult(0, 2, "same batch")}));
  ASSERT_TRUE(store_->Commit({MakeResult(0, 3, "later"), MakeResult(1, 5, "other")}));
  EXPECT_EQ(Payload(0), "first");
  EXPECT_EQ(Payload(1), "other");
  EXPECT_EQ(StateOf(0), TaskState::kCommitted);
  EXPECT_EQ(Row(0).attempts, 1U);
  EXPECT_EQ(Row(1).attempts, 5U);
  EXPECT_EQ(Row(1).failed_items, 1U);
  EXPECT_EQ(Row(1).compute_micros, 2500U);
}

TEST_P(StoreConformance, AnEmptyPayloadIsAResult) {
  Plan(1);
  ASSERT_TRUE(store_->Commit({MakeResult(0, 1, "")}));
  EXPECT_EQ(Payload(0), "");
}

TEST_P(StoreConformance, AResultWinsOverAQuarantineInEitherOrder) {
  Plan(3);
  ASSERT_TRUE(store_->Commit({MakeResult(0, 1, "done")}));
  ASSERT_TRUE(store_->Commit({}, {{TaskId(0), 3, "late"}, {TaskId(1), 3, "early"}}));
  ASSERT_TRUE(store_->Commit({MakeResult(1, 4, "after all")}));
  ASSERT_TRUE(store_->Commit({MakeResult(2, 1, "at once")}, {{TaskId(2), 3, "at once"}}));
  for (const std::uint64_t task : {0, 1, 2}) EXPECT_EQ(StateOf(task), TaskState::kCommitted);
  EXPECT_EQ(Row(1).attempts, 4U);
  EXPECT_THAT(Reasons(), IsEmpty());
}

TEST_P(StoreConformance, AQuarantinedTaskKeepsItsFirstReason) {
  Plan(2);
  ASSERT_TRUE(store_->Commit({}, {{TaskId(1), 3, "crashed"}}));
  ASSERT_TRUE(store_->Commit({}, {{TaskId(1), 4, "again"}, {TaskId(0), 1, "for good"}}));
  EXPECT_THAT(Reasons(), ElementsAre("0 for good", "1 crashed"));
  EXPECT_EQ(StateOf(1), TaskState::kQuarantined);
  EXPECT_EQ(Row(1).attempts, 3U);
  EXPECT_EQ(Payload(1), std::nullopt);
}

TEST_P(StoreConformance, FailuresAreReplacedByTheLastOnes) {
  Plan(2);
  ASSERT_TRUE(store_->CommitBatch({{}, {}, {{TaskId(1), 1, 0, "timeout"}}, {}}));
  ASSERT_TRUE(store_->CommitBatch({{}, {}, {{TaskId(1), 3, 2, "lost"}}, {}}));
  EXPECT_EQ(StateOf(1), TaskState::kPending);
  EXPECT_EQ(Row(1).failures, 3U);
  EXPECT_EQ(Row(1).losses, 2U);
  EXPECT_EQ(Row(1).attempts, 0U);
  EXPECT_EQ(Row(0).failures, 0U);
}

TEST_P(StoreConformance, ASplitTaskGivesWayToItsParts) {
  Plan(2);
  ASSERT_TRUE(store_->CommitBatch({{}, {}, {{TaskId(0), 2, 2, "lost"}}, {}}));
  ASSERT_TRUE(store_->CommitBatch({{}, {}, {}, {{TaskId(0), {Detect(2, 0, 2), Detect(3, 2, 2)}}}}));
  ASSERT_EQ(store_->LoadTasks().value().size(), 4U);
  EXPECT_EQ(StateOf(0), TaskState::kSplit);
  EXPECT_EQ(Row(0).failures, 0U);
  EXPECT_EQ(Row(2).task, Detect(2, 0, 2));
  EXPECT_EQ(StateOf(3), TaskState::kPending);
  // Parts are tasks as any others, also in being split themselves.
  ASSERT_TRUE(store_->CommitBatch(
      {{MakeResult(2, 1, "part")}, {}, {}, {{TaskId(3), {Detect(4, 2, 1), Detect(5, 3, 1)}}}}));
  EXPECT_EQ(Payload(2), "part");
  EXPECT_EQ(StateOf(3), TaskState::kSplit);
  EXPECT_TRUE(store_->AppendTasks({Detect(6, 8, 1)}).has_value());
}

TEST_P(StoreConformance, SplitsOfOneBatchContinueEachOthersIds) {
  Plan(2);
  ASSERT_TRUE(store_->CommitBatch({{},
                                   {},
                                   {},
                                   {{TaskId(1), {Detect(2, 4, 2), Detect(3, 6, 2)}},
                                    {TaskId(3), {Detect(4, 6, 1), Detect(5, 7, 1)}}}}));
  EXPECT_EQ(StateOf(1), TaskState::kSplit);
  EXPECT_EQ(StateOf(2), TaskState::kPending);
  EXPECT_EQ(StateOf(3), TaskState::kSplit);
  EXPECT_EQ(StateOf(5), TaskState::kPending);
}

TEST_P(StoreConformance, AFurtherRoundIsPlannedWithTheResultThatWantsIt) {
  Plan(2);
  StoreBatch batch;
  batch.results = {MakeResult(1, 1, "link")};
  batch.planned = {{std::nullopt, {Detect(2, 100, 1), Detect(3, 110, 2)}},
                   {TaskId(3), {Detect(4, 110, 1), Detect(5, 111, 1)}}};
  ASSERT_TRUE(store_->CommitBatch(batch).has_value());
  EXPECT_EQ(StateOf(1), TaskState::kCommitted);
  EXPECT_EQ(StateOf(2), TaskState::kPending);
  EXPECT_EQ(StateOf(3), TaskState::kSplit);
  EXPECT_EQ(Row(5).task, Detect(5, 111, 1));
  // All or nothing: ids that do not continue, and the result is not there either.
  StoreBatch wrong;
  wrong.results = {MakeResult(0, 1, "result")};
  wrong.planned = {{std::nullopt, {Detect(9, 200, 1)}}};
  EXPECT_TRUE(store_->CommitBatch(wrong).has_error());
  EXPECT_EQ(StateOf(0), TaskState::kPending);
}

TEST_P(StoreConformance, WhatComesForASplitTaskIsDropped) {
  Plan(1);
  const PlannedTasks split{TaskId(0), {Detect(1, 0, 2), Detect(2, 2, 2)}};
  ASSERT_TRUE(store_->CommitBatch({{}, {}, {}, {split}}));
  ASSERT_TRUE(store_->CommitBatch({{MakeResult(0, 1, "late")},
                                   {{TaskId(0), 3, "late"}},
                                   {{TaskId(0), 3, 3, "late"}},
                                   {split}}));
  EXPECT_EQ(StateOf(0), TaskState::kSplit);
  EXPECT_EQ(Row(0).failures, 0U);
  EXPECT_EQ(Payload(0), std::nullopt);
  EXPECT_THAT(Reasons(), IsEmpty());
  EXPECT_EQ(store_->LoadTasks().value().size(), 3U);
}

TEST_P(StoreConformance, ACommittedTaskIsNotSplitAndAQuarantinedOneIs) {
  Plan(2);
  ASSERT_TRUE(store_->Commit({MakeResult(0, 1, "done")}, {{TaskId(1), 3, "crashed"}}));
  ASSERT_TRUE(store_->CommitBatch({{},
                                   {},
                                   {},
                                   {{TaskId(0), {Detect(2, 0, 2), Detect(3, 2, 2)}},
                                    {TaskId(1), {Detect(2, 4, 2), Detect(3, 6, 2)}}}}));
  EXPECT_EQ(StateOf(0), TaskState::kCommitted);
  EXPECT_EQ(StateOf(1), TaskState::kSplit);
  EXPECT_EQ(Row(1).attempts, 0U);
  EXPECT_THAT(Reasons(), IsEmpty());
  EXPECT_EQ(Row(2).task, Detect(2, 4, 2));
  EXPECT_EQ(store_->LoadTasks().value().size(), 4U);
}

TEST_P(StoreConformance, ABatchIsAllOrNothing) {
  Plan(2);
  const EncodedResult good = MakeResult(0, 1, "a");
  const QuarantinedTask reason{TaskId(1), 3, "crashed"};
  const PlannedTasks split{TaskId(1), {Detect(2, 4, 2), Detect(3, 6, 2)}};
  const std::vector<StoreBatch> bad = {
      {{good, MakeResult(9, 1, "b")}, {}, {}, {}},
      {{good}, {reason, {TaskId(2), 1, "x"}}, {}, {}},
      {{good}, {reason}, {{TaskId(2), 1, 1, "x"}}, {}},
      {{good}, {}, {}, {split, {TaskId(4), {}}}},
      {{good}, {}, {}, {{TaskId(1), {Detect(3, 4, 2), Detect(4, 6, 2)}}}},
      {{good}, {}, {}, {split, {TaskId(2), {Detect(3, 4, 1), Detect(4, 5, 1)}}}}};
  for (const StoreBatch& batch : bad) {
    const Result<void> result = store_->CommitBatch(batch);
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().code, ErrorCode::kInternal);
    ASSERT_EQ(store_->LoadTasks().value().size(), 2U);
    EXPECT_EQ(StateOf(0), TaskState::kPending);
    EXPECT_EQ(StateOf(1), TaskState::kPending);
    EXPECT_EQ(Payload(0), std::nullopt);
  }
  EXPECT_TRUE(store_->CommitBatch({{good}, {}, {}, {split}}).has_value());
  EXPECT_EQ(store_->LoadTasks().value().size(), 4U);
}

TEST_P(StoreConformance, RedoForgetsResultsReasonsAndFailures) {
  Plan(4);
  ASSERT_TRUE(store_->CommitBatch({{MakeResult(0, 2, "old"), MakeResult(3, 1, "kept")},
                                   {{TaskId(1), 3, "crashed"}},
                                   {{TaskId(1), 3, 1, "crashed"}, {TaskId(2), 1, 1, "lost"}},
                                   {}}));
  ASSERT_TRUE(store_->Redo({TaskId(2), TaskId(0), TaskId(1)}).has_value());
  for (const std::uint64_t task : {0, 1, 2}) {
    const TaskRow row = Row(task);
    EXPECT_EQ(row.state, TaskState::kPending);
    EXPECT_EQ(row.attempts + row.failures + row.losses + row.failed_items, 0U);
    EXPECT_EQ(row.compute_micros, 0U);
    EXPECT_EQ(Payload(task), std::nullopt);
  }
  EXPECT_THAT(Reasons(), IsEmpty());
  EXPECT_EQ(Payload(3), "kept");
  ASSERT_TRUE(store_->Commit({MakeResult(0, 1, "new")}));
  EXPECT_EQ(Payload(0), "new");
}

TEST_P(StoreConformance, RedoIsAllOrNothingAndLeavesSplitTasksSplit) {
  Plan(2);
  ASSERT_TRUE(store_->CommitBatch(
      {{MakeResult(0, 1, "kept")}, {}, {}, {{TaskId(1), {Detect(2, 4, 2), Detect(3, 6, 2)}}}}));
  const Result<void> bad = store_->Redo({TaskId(0), TaskId(4)});
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().code, ErrorCode::kInternal);
  EXPECT_EQ(Payload(0), "kept");
  ASSERT_TRUE(store_->Redo({TaskId(1)}).has_value());
  EXPECT_EQ(StateOf(1), TaskState::kSplit);
}

TEST_P(StoreConformance, OneSourcesTasksAreAsInTheWholePlan) {
  std::vector<Task> plan;
  for (std::uint64_t i = 0; i < 6; ++i) {
    plan.push_back({TaskId(i), TaskKind::kDetect, SourceId(static_cast<std::uint32_t>(i / 3)),
                    i % 3 * 4, 4, 1});
  }
  ASSERT_TRUE(store_->AppendTasks(plan).has_value());
  const Task part{TaskId(6), TaskKind::kDetect, SourceId(0), 0, 2, 1};
  const Task rest{TaskId(7), TaskKind::kDetect, SourceId(0), 2, 2, 1};
  ASSERT_TRUE(store_->CommitBatch({{MakeResult(1, 2, "one"), MakeResult(4, 3, "four")},
                                   {{TaskId(2), 5, "crashed"}},
                                   {{TaskId(2), 5, 4, "crashed"}, {TaskId(4), 1, 1, "lost"}},
                                   {{TaskId(0), {part, rest}}}}));
  const std::vector<TaskRow> all = store_->LoadTasks().value();
  std::vector<std::uint64_t> ids;
  const std::vector<TaskRow> own = store_->LoadTasks(SourceId(0)).value();
  for (const TaskRow& row : own) {
    ids.push_back(row.task.id.value);
    const TaskRow& expected = all.at(row.task.id.value);
    EXPECT_EQ(row.task, expected.task);
    EXPECT_EQ(row.state, expected.state) << row.task.id.value;
    EXPECT_EQ(row.attempts, expected.attempts);
    EXPECT_EQ(row.failed_items, expected.failed_items);
    EXPECT_EQ(row.compute_micros, expected.compute_micros);
    EXPECT_EQ(row.failures, expected.failures);
    EXPECT_EQ(row.losses, expected.losses);
  }
  EXPECT_THAT(ids, ElementsAre(0, 1, 2, 6, 7));
  EXPECT_EQ(all[0].state, TaskState::kSplit);
  EXPECT_EQ(all[2].state, TaskState::kQuarantined);
  EXPECT_EQ(all[2].attempts, 5U);
  EXPECT_EQ(all[2].losses, 4U);
  EXPECT_EQ(all[4].failures, 1U);
  EXPECT_EQ(store_->LoadTasks(SourceId(1)).value().size(), 3U);
  EXPECT_THAT(store_->LoadTasks(SourceId(2)).value(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::Values(Kind::kInMemory, Kind::kSqlite),
                         [](const testing::TestParamInfo<Kind>& kind) {
                           return kind.param == Kind::kSqlite ? "Sqlite" : "InMemory";
                         });

}  // namespace
}  // namespace prelabel
