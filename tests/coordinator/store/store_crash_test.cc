// The store on a disk that loses power, fills up or fails (invariant I1). What must have survived
// is known from InMemoryStore, which gets the same calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "coordinator/store/store.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/in_memory_store.h"
#include "tests/support/recording_vfs.h"

namespace prelabel {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

constexpr int kCheckpointSoon = 40;  // pages: several checkpoints within a short workload

// Everything that a store can be asked for, as text; damaged results fail the test.
std::string Dump(Store& store) {
  std::string text;
  const Result<std::vector<TaskRow>> rows = store.LoadTasks();
  if (!rows) return rows.error().ToString();
  for (const TaskRow& row : rows.value()) {
    for (const std::uint64_t number :
         {row.task.id.value, static_cast<std::uint64_t>(row.task.source.value), row.task.first,
          std::uint64_t{row.task.count}, static_cast<std::uint64_t>(row.state),
          std::uint64_t{row.attempts}, std::uint64_t{row.failed_items}, row.compute_micros,
          std::uint64_t{row.failures}, std::uint64_t{row.losses}}) {
      text += std::to_string(number) + ' ';
    }
    const auto payload = store.ReadPayload(row.task.id);
    EXPECT_TRUE(payload.has_value()) << payload.error().ToString();
    if (payload && payload.value()) text += *payload.value();
    text += '\n';
  }
  const auto quarantined = store.LoadQuarantined();
  EXPECT_TRUE(quarantined.has_value());
  for (const QuarantinedTask& task : quarantined.value()) text += task.reason + '\n';
  text += store.GetMeta("fact").value().value_or("none");
  return text;
}

// One call of the store; the same one every time for the same number.
class Workload {
 public:
  // Applies call `step` to a store.
  Result<void> Do(int step, Store& store, const std::vector<TaskRow>& rows) const {
    std::mt19937 random(static_cast<unsigned>(step) + 1);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    const std::uint64_t next = rows.size();
    if (step % 17 == 0) {
      std::vector<Task> tasks;
      for (std::uint64_t i = 0; i < 12; ++i) {
        tasks.push_back({TaskId(next + i), TaskKind::kDetect,
                         SourceId(static_cast<std::uint32_t>(i % 2)), 8 * i, 8, 1});
      }
      return store.AppendTasks(tasks);
    }
    if (step % 17 == 8) return store.PutMeta("fact", std::string(50 + below(9000), 'f'));
    if (step % 17 == 12) return store.Redo({TaskId(below(next)), TaskId(below(next))});
    StoreBatch batch;
    for (std::size_t i = 0; i < 1 + below(3); ++i) {
      const std::size_t size = below(4) == 0 ? 10000 + below(20000) : below(600);
      batch.results.push_back({TaskId(below(next)), Attempt(static_cast<std::uint32_t>(step)), 8, 1,
                               100, std::string(size, static_cast<char>('a' + below(26)))});
    }
    if (below(3) == 0) batch.quarantined.push_back({TaskId(below(next)), 3, Reason(step)});
    if (below(3) == 0) batch.failures.push_back({TaskId(below(next)), 2, 1, Reason(step)});
    if (below(4) == 0) {
      const std::uint64_t whole = below(next);
      const bool splits = rows[whole].state == TaskState::kPending && !Ends(batch, TaskId(whole));
      if (splits) {
        const Task& task = rows[whole].task;
        batch.planned.push_back({task.id, {Part(task, next, 0, 4), Part(task, next + 1, 4, 4)}});
      }
    }
    return store.CommitBatch(batch);
  }

 private:
  static std::string Reason(int step) { return "failed at " + std::to_string(step); }
  static bool Ends(const StoreBatch& batch, TaskId task) {
    return std::any_of(batch.results.begin(), batch.results.end(),
                       [&](const EncodedResult& result) { return result.task == task; });
  }
  static Task Part(const Task& whole, std::uint64_t id, std::uint64_t from, std::uint32_t count) {
    return {TaskId(id), whole.kind, whole.source, whole.first + from, count, 1};
  }
};

// A store on a disk of its own, and its model.
class Trial {
 public:
  // Opens, again where the disk is full, and starts an epoch.
  std::unique_ptr<Store> Open() {
    for (int attempt = 0; attempt < 50; ++attempt) {
      auto store = OpenSqliteStore(folder.Database(), kCheckpointSoon);
      if (store) return std::move(store).value();
      EXPECT_EQ(store.error().code, ErrorCode::kUnavailable) << store.error().ToString();
    }
    return nullptr;
  }

  // A call of the SQLite store, then of the model. Unavailable: nothing has changed, and the call
  // is made again.
  void Do(Store& store, const std::function<Result<void>(Store&)>& call) {
    Result<void> result = call(store);
    for (int attempt = 0; !result && attempt < 50; ++attempt) {
      ASSERT_EQ(result.error().code, ErrorCode::kUnavailable) << result.error().ToString();
      EXPECT_THAT(result.error().message, HasSubstr("the disk is full"));
      ++refused;
      result = call(store);
    }
    ASSERT_TRUE(result.has_value()) << result.error().ToString();
    ASSERT_TRUE(call(model).has_value());
  }
  void DoStep(Store& store, int step) {
    const std::vector<TaskRow> rows = model.LoadTasks().value();
    Do(store, [&](Store& one) { return workload_.Do(step, one, rows); });
  }

  StoreFolder folder;
  RecordingVfs disk;
  InMemoryStore model;
  int refused = 0;

 private:
  Workload workload_;
};

// What was known to be durable when.
struct Mark {
  std::size_t position = 0;  // events of the record
  std::string dump;
  std::uint64_t epoch = 0;
};

// Opens the image and compares it with the marks on both sides of the crash.
void CheckImage(const DiskImage& image, const std::vector<Mark>& marks, std::size_t prefix,
                const std::string& what) {
  std::size_t acknowledged = 0;
  while (acknowledged + 1 < marks.size() && marks[acknowledged + 1].position <= prefix) {
    ++acknowledged;
  }
  const Mark& known = marks[acknowledged];
  const Mark& under_way = marks[std::min(acknowledged + 1, marks.size() - 1)];
  const StoreFolder folder;
  WriteImage(image, folder.path());
  auto store = OpenSqliteStore(folder.Database(), kCheckpointSoon);
  ASSERT_TRUE(store.has_value()) << what << ": " << store.error().ToString();
  const std::string dump = Dump(*store.value());
  // Not EXPECT_THAT: a difference of such texts helps nobody.
  ASSERT_TRUE(dump == known.dump || dump == under_way.dump)
      << what << ": neither the state of call " << acknowledged << " nor that of the next one";
  const std::uint64_t epoch = store.value()->NextEpoch().value().value;
  ASSERT_THAT(epoch, AnyOf(Eq(known.epoch + 1), Eq(under_way.epoch + 1))) << what;
}

// Three lives of a coordinator, the record of what they wrote, and what they were promised.
TEST(StorePowerFailure, WhatWasAcknowledgedSurvivesInEveryImage) {
  constexpr int kSteps = 90;
  const Workload workload;
  std::vector<DiskEvent> record;
  std::vector<Mark> marks;
  {
    const StoreFolder folder;
    RecordingVfs disk;
    InMemoryStore model;
    marks.push_back({0, Dump(model), 0});
    std::unique_ptr<Store> store;
    for (int step = 0; step < kSteps; ++step) {
      if (step % 30 == 0) {
        store.reset();
        store = OpenSqliteStore(folder.Database(), kCheckpointSoon).value();
        ASSERT_EQ(store->NextEpoch().value(), model.NextEpoch().value());
        marks.push_back({disk.record().size(), Dump(model), model.epoch()});
      }
      const std::vector<TaskRow> rows = model.LoadTasks().value();
      ASSERT_TRUE(workload.Do(step, *store, rows).has_value());
      ASSERT_TRUE(workload.Do(step, model, rows).has_value());
      marks.push_back({disk.record().size(), Dump(model), model.epoch()});
    }
    ASSERT_EQ(Dump(*store), Dump(model));
    store.reset();
    record = disk.record();
  }
  // There was what can go wrong: checkpoints into the database, not only the log.
  const auto writes_to = [&](const std::string& file) {
    return std::count_if(record.begin(), record.end(), [&](const DiskEvent& event) {
      return event.call == DiskCall::kWrite && event.file == file;
    });
  };
  ASSERT_GT(writes_to("run.db"), 100);
  ASSERT_GT(writes_to("run.db-wal"), 300);

  RecordingVfs quick;  // spares the real disk the syncs
  std::mt19937_64 random(20260711);
  const std::size_t stride = std::max<std::size_t>(1, record.size() / 120);
  for (std::size_t i = 0; i <= record.size(); i += stride) {
    const std::size_t prefix = std::min<std::size_t>(record.size(), i + random() % stride);
    const std::string at = "after event " + std::to_string(prefix) + " of the record";
    ASSERT_NO_FATAL_FAILURE(
        CheckImage(SyncedImage(record, prefix), marks, prefix, at + ", what was synced"));
    for (const std::uint64_t seed : {std::uint64_t{0}, random() | 1, random() | 1}) {
      ASSERT_NO_FATAL_FAILURE(CheckImage(TornImage(record, prefix, seed), marks, prefix,
                                         at + ", torn with seed " + std::to_string(seed)));
    }
  }
}

// The disk is full for three calls, from a certain one on. Returns how often the store said so, or
// nothing where there were not so many calls.
std::optional<int> RunWithFullDisk(DiskCall call, std::uint64_t first, int system_error) {
  Trial trial;
  trial.disk.FailAt(call, first, 3, system_error);
  std::unique_ptr<Store> store = trial.Open();
  for (int step = 0; step < 20 && !testing::Test::HasFatalFailure(); ++step) {
    trial.DoStep(*store, step);
    // Reading opens the database again where an error has closed it, and finds the disk full.
    for (int attempt = 0; attempt < 10 && !store->LoadTasks(); ++attempt) {
    }
    EXPECT_TRUE(Dump(*store) == Dump(trial.model)) << "after step " << step;
  }
  const bool reached = trial.disk.Count(call) >= first;
  trial.disk.Heal();
  store.reset();
  store = trial.Open();
  EXPECT_TRUE(Dump(*store) == Dump(trial.model)) << "after all";
  return reached ? std::optional<int>(trial.refused) : std::nullopt;
}

TEST(StoreFullDisk, EveryCallMayBeMadeAgain) {
  for (const int system_error : {ENOSPC, EDQUOT}) {
    int refused = 0;
    std::uint64_t at = 1;
    for (; !HasFailure(); at += at < 24 ? 1 : 13) {
      SCOPED_TRACE("from write " + std::to_string(at));
      const std::optional<int> times = RunWithFullDisk(DiskCall::kWrite, at, system_error);
      if (!times) break;
      refused += *times;
    }
    EXPECT_GT(at, 100U);
    EXPECT_GT(refused, 10);
  }
}

TEST(StoreFullDisk, AlsoWhereSharedMemoryNeedsTheRoom) {
  EXPECT_NE(RunWithFullDisk(DiskCall::kShareMemory, 1, ENOSPC), std::nullopt);
}

TEST(StoreFullDisk, NothingIsWrittenByACallThatIsRefused) {
  Trial trial;
  std::unique_ptr<Store> store = trial.Open();
  for (int step = 0; step < 10; ++step) ASSERT_NO_FATAL_FAILURE(trial.DoStep(*store, step));
  const std::string before = Dump(trial.model);
  const std::uint64_t next = trial.model.LoadTasks().value().size();
  const Task task{TaskId(next), TaskKind::kDetect, SourceId(0), 0, 1, 1};
  const EncodedResult result{TaskId(0), Attempt(9), 1, 0, 1, std::string(30000, 'x')};
  const StoreBatch batch{{result}, {{TaskId(1), 1, "x"}}, {{TaskId(2), 9, 9, "x"}}, {}};
  const auto rows = trial.model.LoadTasks().value();
  const auto done = std::find_if(rows.begin(), rows.end(), [](const TaskRow& row) {
    return row.state == TaskState::kCommitted;
  });
  ASSERT_NE(done, rows.end());
  for (const int system_error : {ENOSPC, EDQUOT}) {
    trial.disk.FailAt(DiskCall::kWrite, 1, 1000, system_error);
    for (int attempt = 0; attempt < 3; ++attempt) {
      for (const Result<void>& refused :
           {store->AppendTasks({task}), store->PutMeta("fact", "x"), store->Redo({done->task.id}),
            store->CommitBatch(batch)}) {
        ASSERT_TRUE(refused.has_error());
        EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << refused.error().ToString();
        EXPECT_THAT(refused.error().message, HasSubstr("free some space"));
      }
      EXPECT_EQ(store->NextEpoch().error().code, ErrorCode::kUnavailable);
    }
    trial.disk.Heal();
    ASSERT_TRUE(Dump(*store) == before);
  }
}

// The disk fails once: nothing more is done with it, and the next start finds what was promised.
void RunUntilItFails(DiskCall call, std::uint64_t nth) {
  SCOPED_TRACE("call " + std::to_string(nth));
  const Workload workload;
  Trial trial;
  std::unique_ptr<Store> store = trial.Open();
  trial.disk.FailAt(call, nth, 1, EIO);
  Result<void> failed = Ok();
  std::string before;
  for (int step = 0; step < 60 && failed; ++step) {
    const std::vector<TaskRow> rows = trial.model.LoadTasks().value();
    before = Dump(trial.model);
    failed = workload.Do(step, *store, rows);
    ASSERT_TRUE(workload.Do(step, trial.model, rows).has_value());
  }
  ASSERT_TRUE(failed.has_error()) << "the fault was not noticed";
  EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
  EXPECT_THAT(failed.error().message, HasSubstr("the disk failed"));
  EXPECT_THAT(failed.error().message, HasSubstr("no acknowledged result is lost"));

  const std::size_t events = trial.disk.record().size();
  EXPECT_EQ(store->PutMeta("fact", "x").error().message, failed.error().message);
  EXPECT_EQ(store->NextEpoch().error().message, failed.error().message);
  EXPECT_EQ(store->LoadTasks().error().message, failed.error().message);
  store.reset();
  EXPECT_EQ(trial.disk.record().size(), events) << "something was written after the failure";

  trial.disk.Heal();
  store = trial.Open();
  ASSERT_NE(store, nullptr);
  const std::string found = Dump(*store);
  EXPECT_TRUE(found == before || found == Dump(trial.model));
  // What the next life has built upon is on the disk, also what the failed sync had left in the
  // kernel's memory alone.
  ASSERT_TRUE(store->NextEpoch().has_value());
  const StoreFolder copy;
  WriteImage(SyncedImage(trial.disk.record(), trial.disk.record().size()), copy.path());
  const auto survivor = OpenSqliteStore(copy.Database());
  ASSERT_TRUE(survivor.has_value()) << survivor.error().ToString();
  EXPECT_TRUE(Dump(*survivor.value()) == found);
}

TEST(StoreFailingDisk, AtWrites) {
  for (const std::uint64_t nth : {1, 2, 7, 30, 61, 150}) {
    ASSERT_NO_FATAL_FAILURE(RunUntilItFails(DiskCall::kWrite, nth));
  }
}

TEST(StoreFailingDisk, AtSyncs) {
  // Among them those of checkpoints, which come after a commit that has succeeded.
  for (std::uint64_t nth = 1; nth <= 40; ++nth) {
    ASSERT_NO_FATAL_FAILURE(RunUntilItFails(DiskCall::kSync, nth));
  }
}

TEST(StoreFailingDisk, AFullDiskAtASyncIsAFailure) {
  Trial trial;
  std::unique_ptr<Store> store = trial.Open();
  trial.disk.FailAt(DiskCall::kSync, 1, 1, ENOSPC);
  const Result<void> failed = store->PutMeta("fact", "x");
  ASSERT_TRUE(failed.has_error());
  // What could not be written may be forgotten: a second sync would say that all is well.
  EXPECT_EQ(failed.error().code, ErrorCode::kInternal);
  EXPECT_EQ(store->PutMeta("fact", "x").error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace prelabel
