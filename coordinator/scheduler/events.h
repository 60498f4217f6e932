// What happens to the scheduler and what it wants done. Values; the server loop turns messages into
// events and actions into messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/wire/messages.h"
#include "common/wire/task.h"
#include "coordinator/store/store.h"

namespace prelabel {

// ---- events ----

struct WorkerJoined {
  WorkerId worker;  // never used before
  std::uint32_t slots = 1;
  std::vector<Lease> held;  // of an earlier session, of any epoch
};
struct WorkerCredit {
  WorkerId worker;
  std::uint32_t tasks = 0;  // at most so many at once
};
// Any message: the worker is alive.
struct WorkerSeen {
  WorkerId worker;
};
// A heartbeat: how far the worker is with what it has started.
struct WorkerProgress {
  WorkerId worker;
  std::vector<RunningTask> running;
  bool strays = false;   // something runs there that was called back
  bool seen_all = true;  // every Cancel has arrived
};
enum class Departure : std::uint8_t {
  kGoodbye,  // it said so itself, or joins again: nobody is to blame
  kLost,     // nothing is heard from it any more
  kCrashed   // its process was seen to die
};
struct WorkerLeft {
  WorkerId worker;
  Departure departure = Departure::kGoodbye;
  std::string reason;
};
struct ResultReceived {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
  std::vector<std::int64_t> wanted{};  // a link task's: frames to look at next, ascending
};
struct TaskFailed {
  WorkerId worker;
  TaskId task;
  Attempt attempt;
  std::string reason;
  FailureKind kind = FailureKind::kTransient;
  std::optional<std::uint32_t> position = std::nullopt;  // of the item, where one is named
};
// Time has passed: leases and deadlines are looked at.
struct Tick {};
// The coordinator itself stood still for so long (stopped, or a slow disk): nobody else is late.
struct ClockGap {
  Duration gap{};
};

using SchedulerEvent = std::variant<WorkerJoined, WorkerCredit, WorkerSeen, WorkerProgress,
                                    WorkerLeft, ResultReceived, TaskFailed, Tick, ClockGap>;

// ---- actions ----

// Send this task to this worker.
struct AssignTask {
  WorkerId worker;
  Task task;
  Attempt attempt;
  bool backup = false;  // a second copy of a task that takes too long elsewhere
};
// A lease that the worker named when it joined is its own again, under this attempt.
struct AdoptTask {
  WorkerId worker;
  Lease held;
  Attempt attempt;
};
// Call a task back.
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
// An attempt has failed; the counts are to be kept.
struct RecordFailure {
  TaskFailures failures;
};
// Smaller tasks take the place of this one.
struct ReplaceTask {
  PlannedTasks split;
  std::string reason;
};
// A further round of a video: frames to look at and a new link task. Becomes durable together with
// the result that asked for it.
struct PlanRound {
  PlannedTasks planned;
};
// The task will not be tried again.
struct QuarantineTask {
  TaskId task;
  std::uint32_t attempts = 0;
  std::string reason;
};
// Everything fails at this worker: it gets nothing for a while.
struct BenchWorker {
  WorkerId worker;
  Duration pause{};
  std::string reason;  // of its last failure
};
// The worker's session is over; its tasks are back in the queue. `permanent`: it must not join
// again as it is.
struct DropWorker {
  WorkerId worker;
  std::string reason;
  bool permanent = false;
};

using SchedulerAction =
    std::variant<AssignTask, AdoptTask, CancelTask, CommitResult, RefuseResult, RecordFailure,
                 ReplaceTask, PlanRound, QuarantineTask, BenchWorker, DropWorker>;

}  // namespace prelabel
