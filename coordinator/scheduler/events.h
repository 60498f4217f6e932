// What happens to the scheduler and what it wants done. Values; the server loop turns messages into
// events and actions into messages.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/ids.h"
#include "common/wire/messages.h"
#include "common/wire/task.h"

namespace prelabel {

// ---- events ----

struct WorkerJoined {
  WorkerId worker;  // never used before
  std::uint32_t slots = 1;
};
struct WorkerCredit {
  WorkerId worker;
  std::uint32_t tasks = 0;  // at most so many at once
};
// Any message: the worker is alive.
struct WorkerSeen {
  WorkerId worker;
};
// It said Goodbye or its connection is gone. `fault`: it did not say so itself.
struct WorkerLeft {
  WorkerId worker;
  bool fault = false;
  std::string reason;
};
struct ResultReceived {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
};
struct TaskFailed {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
  std::string reason;
  bool permanent = false;
};
// Time has passed: leases and deadlines are looked at.
struct Tick {};

using SchedulerEvent = std::variant<WorkerJoined, WorkerCredit, WorkerSeen, WorkerLeft,
                                    ResultReceived, TaskFailed, Tick>;

// ---- actions ----

// Send this task to this worker.
struct AssignTask {
  WorkerId worker;
  Task task;
  Attempt attempt;
};
// Call an unstarted task back.
struct CancelTask {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
};
// The result just received is the task's one result: store it, then acknowledge kCommitted.
struct CommitResult {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
};
// The result just received is not wanted: acknowledge it with this status.
struct RefuseResult {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
  AckStatus status = AckStatus::kStale;
};
// The task will not be tried again.
struct QuarantineTask {
  TaskId task;
  std::uint32_t attempts = 0;
  std::string reason;
};
// The worker's session is over; its tasks are back in the queue.
struct DropWorker {
  WorkerId worker;
  std::string reason;
};

using SchedulerAction =
    std::variant<AssignTask, CancelTask, CommitResult, RefuseResult, QuarantineTask, DropWorker>;

}  // namespace prelabel
