// The store seam: tasks and their committed results, durable. Not thread-safe; one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/wire/messages.h"
#include "common/wire/task.h"

namespace prelabel {

enum class TaskState : std::uint8_t {
  kPending,
  kCommitted,
  kQuarantined,
  kSplit  // smaller tasks were planned in its place; it has neither a result nor a reason
};

struct TaskRow {
  Task task;
  TaskState state = TaskState::kPending;
  std::uint32_t attempts = 0;        // committed: the attempt that won; pending: 0
  std::uint32_t failed_items = 0;    // committed: its items that are quarantined
  std::uint64_t compute_micros = 0;  // committed: time inside the model
  std::uint32_t failures = 0;        // attempts that ended badly
  std::uint32_t losses = 0;          // of these, those that ended with the worker
};

struct QuarantinedTask {
  TaskId task;
  std::uint32_t attempts = 0;
  std::string reason;
};

// What a task has been through so far. Not final: the task is still to be done.
struct TaskFailures {
  TaskId task;
  std::uint32_t failures = 0;
  std::uint32_t losses = 0;
  std::string reason;  // of the last one
};

// Tasks that are planned while the run goes on: smaller ones in place of one, which cover the same
// items, or a further round of a video. None in place of one: nobody wants it any more.
struct PlannedTasks {
  std::optional<TaskId> replaces;
  std::vector<Task> tasks;  // ids continue from the number of tasks so far
};

// What becomes durable together.
struct StoreBatch {
  std::vector<EncodedResult> results;
  std::vector<QuarantinedTask> quarantined;
  std::vector<TaskFailures> failures;
  std::vector<PlannedTasks> planned;  // in the order of their ids

  bool empty() const {
    return results.empty() && quarantined.empty() && failures.empty() && planned.empty();
  }
};

// Calls that write: Unavailable where the disk is full; nothing was written, and the same call may
// be made again. Internal where the disk failed (that of every later call, too: end the process;
// what was acknowledged is safe) or where the arguments do not fit the tasks; nothing was written.
class Store {
 public:
  virtual ~Store() = default;

  // Small facts about the run (the job, its fingerprint, the dataset's order).
  virtual Result<void> PutMeta(const std::string& key, const std::string& value) = 0;
  virtual Result<std::optional<std::string>> GetMeta(const std::string& key) = 0;

  // Raises the epoch by one and returns it, durable before the call ends.
  virtual Result<Epoch> NextEpoch() = 0;

  // Appends tasks in one durable transaction; ids continue from the number of tasks so far.
  virtual Result<void> AppendTasks(const std::vector<Task>& tasks) = 0;
  virtual Result<std::vector<TaskRow>> LoadTasks() = 0;
  // Those of one source, ascending.
  virtual Result<std::vector<TaskRow>> LoadTasks(SourceId source) = 0;

  // One durable transaction, planned tasks first. A task that is committed already keeps its
  // first result, and is never quarantined or split; a quarantined one keeps its first reason until
  // a result or a split comes after all. What comes for a task that is split is dropped: its parts
  // cover its items.
  virtual Result<void> CommitBatch(const StoreBatch& batch) = 0;
  Result<void> Commit(std::vector<EncodedResult> results,
                      std::vector<QuarantinedTask> quarantined = {}) {
    return CommitBatch({std::move(results), std::move(quarantined), {}, {}});
  }

  // Forgets results, reasons and failures of these tasks, durably: they are to be done again. A
  // split task stays split.
  virtual Result<void> Redo(const std::vector<TaskId>& tasks) = 0;

  // A committed payload, or nothing. DataLoss where its hash does not match any more.
  virtual Result<std::optional<std::string>> ReadPayload(TaskId task) = 0;
  virtual Result<std::vector<QuarantinedTask>> LoadQuarantined() = 0;
};

// After how many pages of 4 KiB the write-ahead log is copied into the database. More than SQLite's
// default of 1000: each copy waits for the disk.
inline constexpr int kCheckpointPages = 4000;

// Opens or creates run.db (SQLite, WAL, synchronous=FULL) and holds run.lock beside it.
// Unavailable: another process holds the run, or the disk is full; InvalidArgument: no prelabel
// database or a newer one.
Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                               int checkpoint_pages = kCheckpointPages);

// Opens an existing run.db for reading, also while a coordinator is writing it. What changes the
// store returns Internal. InvalidArgument: no such run, no prelabel database or a newer one.
Result<std::unique_ptr<Store>> OpenSqliteStoreReadOnly(const std::string& path);

}  // namespace prelabel
