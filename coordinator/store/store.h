// The store seam: tasks and their committed results, durable. Not thread-safe; one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/wire/messages.h"
#include "common/wire/task.h"

namespace prelabel {

enum class TaskState : std::uint8_t { kPending, kCommitted, kQuarantined };

struct TaskRow {
  Task task;
  TaskState state = TaskState::kPending;
  std::uint32_t attempts = 0;
};

struct QuarantinedTask {
  TaskId task;
  std::uint32_t attempts = 0;
  std::string reason;
};

class Store {
 public:
  virtual ~Store() = default;

  // Small facts about the run (the job, its fingerprint, the dataset's order).
  virtual Result<void> PutMeta(const std::string& key, const std::string& value) = 0;
  virtual Result<std::optional<std::string>> GetMeta(const std::string& key) = 0;

  // Raises the epoch by one and returns it, durable before the call ends.
  virtual Result<Epoch> NextEpoch() = 0;

  // Appends tasks; ids continue from TaskCount().
  virtual Result<void> AppendTasks(const std::vector<Task>& tasks) = 0;
  virtual Result<std::vector<TaskRow>> LoadTasks() = 0;

  // One durable transaction. A task that is committed already keeps its first result.
  virtual Result<void> Commit(const std::vector<EncodedResult>& results,
                              const std::vector<QuarantinedTask>& quarantined) = 0;

  // A committed payload, or nothing. DataLoss where its hash does not match any more.
  virtual Result<std::optional<std::string>> ReadPayload(TaskId task) = 0;
  virtual Result<std::vector<QuarantinedTask>> LoadQuarantined() = 0;
};

// Opens or creates run.db (SQLite, WAL, synchronous=FULL).
// Unavailable: another process holds the run; InvalidArgument: no prelabel database or a newer one.
Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path);

}  // namespace prelabel
