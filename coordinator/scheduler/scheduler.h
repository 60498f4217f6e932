// Who does what. A pure state machine: no socket, clock, disk or thread, and no dependence on hash
// order; the same events at the same times give the same actions. Not thread-safe.
//
// A task is blocked, pending, running (under a worker and an attempt; a straggler under two),
// committed, quarantined or replaced by smaller ones. A worker holds a lease that any message
// renews; a task that it has started must get on within the task deadline. Attempts are fences: a
// result under any but a present one is stale. blame.h says what a failure leads to.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/scheduler/blame.h"
#include "coordinator/scheduler/durations.h"
#include "coordinator/scheduler/events.h"
#include "coordinator/scheduler/pending_tasks.h"
#include "coordinator/scheduler/retry_queue.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct SchedulerOptions {
  Duration lease = std::chrono::seconds(6);           // 3 heartbeats
  Duration task_deadline = std::chrono::minutes(10);  // for an item, or for a link task
  std::uint32_t max_attempts = 3;  // transient failures after which an item is quarantined
  std::uint32_t bench_after = 3;   // failures in a row after which a worker pauses
  std::uint64_t seed = 1;          // of the jitter
  std::uint32_t shard_size = 8;    // items a detect task of a further round
};

// Why a range of tasks with consecutive ids has not ended. See FormatTaskStatus.
struct TaskStatus {
  enum class Why : std::uint8_t {
    kRunning,     // at `worker`
    kQueued,      // at `worker`, behind `ahead` others
    kBlocked,     // a link task: `ahead` detect tasks of its video have not ended
    kNoWorker,    // nobody has joined, or nobody has said yet that it wants work
    kBenched,     // everybody who is there is benched
    kBusy,        // every worker has as much as it asked for
    kBackoff,     // waits for `wait` before the next attempt
    kWaitsAlone,  // waits for a worker that does nothing else
    kDispatch     // will be given out at once
  };
  TaskId first;
  TaskId last;
  TaskKind kind = TaskKind::kDetect;
  Why why = Why::kDispatch;
  WorkerId worker;
  std::uint32_t attempt = 0;  // the present or last one
  std::uint32_t failures = 0;
  std::uint32_t items_done = 0;  // running: of the task's `items`
  std::uint32_t items = 0;
  std::uint64_t ahead = 0;
  Duration since{};    // running: since it was started
  Duration wait{};     // backoff: until the next attempt
  std::string reason;  // of the last failure
};

// How a worker does. See RunStatus::Worker.
struct WorkerStatus {
  WorkerId worker;
  std::uint32_t credit = 0;           // 0: it has not said yet that it wants work
  std::uint64_t held = 0;             // tasks, started ones included
  std::uint64_t running = 0;          // started, as far as we know
  std::uint64_t failures = 0;         // attempts that failed there
  Duration silent{};                  // since its last message
  std::optional<Duration> benched{};  // for so long from now
};

class Scheduler {
 public:
  // `rows`: the store's tasks, ids 0, 1, 2 …; a source's tasks have consecutive ids for the best
  // locality. A source's link tasks wait until its detect tasks have ended
  // (second looks do not matter to them). Where the result of
  // its last one wants further frames, these and another link task are added (PlanRound).
  Scheduler(const std::vector<TaskRow>& rows, SchedulerOptions options);

  // Changes the state and appends what must be done. Events of unknown workers are ignored, except
  // that their results are refused as stale.
  void OnEvent(const SchedulerEvent& event, TimePoint now, std::vector<SchedulerAction>& actions);

  // Hands out pending tasks to workers with room, one a worker in turn. Call it after a batch of
  // events.
  void Dispatch(TimePoint now, std::vector<SchedulerAction>& actions);

  // Every task is committed, quarantined or replaced.
  bool Finished() const { return done_ == tasks_.size(); }
  std::size_t TaskCount() const { return tasks_.size(); }
  std::size_t DoneCount() const { return done_; }
  std::size_t WorkerCount() const { return workers_.size(); }
  // Copies of tasks at workers.
  std::size_t RunningCount() const { return running_.size(); }
  // Tasks that run or could run: all that have not ended, but link tasks that wait for others.
  std::size_t ReadyCount() const;
  // Whether a worker that is here holds nothing, and nothing that it did runs on there.
  bool IsIdle(WorkerId worker) const;

  // Every task that has not ended, by ascending id; neighbors that wait for the same share an
  // entry. At most `limit` entries.
  std::vector<TaskStatus> Explain(TimePoint now, std::size_t limit) const;
  // Every worker that is there, by id.
  std::vector<WorkerStatus> DescribeWorkers(TimePoint now) const;

 private:
  enum class State : std::uint8_t {
    kBlocked,
    kPending,
    kRunning,
    kCommitted,
    kQuarantined,
    kReplaced
  };

  struct TaskEntry {
    Task task;
    State state = State::kPending;
    std::uint32_t attempt = 0;  // the last one given out; committed: the one that won
    TaskHistory history;
  };

  // One copy of a task at a worker.
  struct Run {
    WorkerId worker;
    std::uint32_t attempt = 0;
    std::uint64_t order = 0;     // of assignment
    bool started = false;        // as far as we know
    std::uint64_t named_in = 0;  // the last heartbeat that told of it; 0: none has
    std::uint32_t items_done = 0;
    std::uint32_t items_read = 0;
    TimePoint started_at{};
    TimePoint progress_at{};
  };
  using Runs = std::multimap<TaskId, Run>;

  struct Worker {
    std::uint32_t slots = 1;
    std::uint32_t credit = 0;
    TimePoint seen{};
    std::map<std::uint64_t, TaskId> held;  // by order of assignment
    TaskId next;                           // where its decoder stands
    bool has_next = false;
    bool alone = false;   // what it holds must have no company
    bool hungry = false;  // is in hungry_
    bool clean = true;    // nothing runs there that was called back
    std::optional<TimePoint> strays_since;
    std::uint64_t heartbeats = 0;
    std::uint64_t failures = 0;
    std::uint32_t failures_in_row = 0;
    std::uint32_t benches = 0;
    TimePoint benched_until{};
    Durations took;  // of its detect tasks
  };
  using Workers = std::map<WorkerId, Worker>;

  struct Source {
    PendingTasks pending;
    std::uint64_t open_detects = 0;  // neither committed nor quarantined nor replaced
    std::vector<TaskId> links;       // that have not been given out yet
    TaskId last_link;                // of all, ended ones too
    std::uint32_t active = 0;        // workers that continue here
    bool waits = false;              // is in waiting_
  };

  using Actions = std::vector<SchedulerAction>;

  void On(const WorkerJoined& event, TimePoint now, Actions& actions);
  void On(const WorkerCredit& event, TimePoint now, Actions& actions);
  void On(const WorkerSeen& event, TimePoint now, Actions& actions);
  void On(const WorkerProgress& event, TimePoint now, Actions& actions);
  void On(const WorkerLeft& event, TimePoint now, Actions& actions);
  void On(const ResultReceived& event, TimePoint now, Actions& actions);
  void On(const TaskFailed& event, TimePoint now, Actions& actions);
  void On(const Tick& event, TimePoint now, Actions& actions);
  void On(const ClockGap& event, TimePoint now, Actions& actions);

  // Tasks.
  void AddPending(TaskEntry& entry);
  bool TakePending(TaskId task);
  void End(TaskEntry& entry, State state);
  void Blame(TaskEntry& entry, const AttemptEnd& end, const std::string& reason, WorkerId worker,
             TimePoint now, Actions& actions);
  void CountCopy(TaskEntry& entry, bool lost, const std::string& reason, Actions& actions);
  void Replace(TaskEntry& entry, const CutUp& cut, const std::string& reason, TimePoint now,
               Actions& actions);

  // Copies of tasks at workers.
  Runs::iterator FindRun(TaskId task, WorkerId worker);
  void AddRun(WorkerId id, Worker& worker, TaskEntry& entry, TimePoint now);
  void EraseRun(Runs::iterator run, TimePoint now);
  void CancelRun(Runs::iterator run, TimePoint now, Actions& actions);
  void StartNext(Worker& worker, WorkerId id, TimePoint now);
  void ReleaseLinks(Source& source);
  void AddRound(TaskId link, const std::vector<std::int64_t>& frames, Actions& actions);
  static AttemptEnd EndOf(const Run& run, const Worker& worker, Ending ending);

  // Workers.
  void Remove(WorkerId id, Departure departure, const std::string& reason, bool permanent,
              TimePoint now, Actions& actions);
  void CountWorkerFailure(WorkerId id, const std::string& reason, TimePoint now, Actions& actions);
  bool CanWork(const Worker& worker, TimePoint now) const {
    return worker.credit > 0 && worker.benched_until <= now;
  }
  bool OthersCanWork(WorkerId id, TimePoint now) const;
  void RecallUnstarted(WorkerId id, TimePoint now, Actions& actions);

  // Dispatch.
  bool MayGive(TimePoint now) const;
  bool GiveOne(WorkerId id, Worker& worker, TimePoint now, Actions& actions);
  bool TakeFor(Worker& worker, TaskId& task);
  bool StealFor(WorkerId thief, TaskId& task, TimePoint now, Actions& actions);
  std::optional<Duration> UsualDuration(const Worker& worker, TaskKind kind) const;
  bool BackUpFor(WorkerId id, const Worker& worker, TaskId& task, TimePoint now);
  void ReserveWorker(TimePoint now, Actions& actions);
  void Give(WorkerId id, Worker& worker, TaskId task, bool backup, TimePoint now, Actions& actions);
  void NoteHunger(WorkerId id, Worker& worker);
  void NoteWaiting(SourceId id, Source& source);
  void AddActive(SourceId id, int change);
  void SetNext(Worker& worker, TaskId task);
  void ClearNext(Worker& worker);

  TaskStatus Describe(const TaskEntry& entry, TaskStatus::Why pending, TimePoint now) const;
  TaskStatus::Why WhyPending(TimePoint now) const;

  SchedulerOptions options_;
  std::vector<TaskEntry> tasks_;
  std::map<SourceId, Source> sources_;
  // Sources with pending tasks, by how many workers are at them.
  std::set<std::pair<std::uint32_t, SourceId>> waiting_;
  RetryQueue retries_;
  Runs running_;
  Workers workers_;
  // Workers that asked for more than they hold: no dispatch looks at the others, however many.
  std::set<WorkerId> hungry_;
  bool nothing_to_steal_ = false;           // since the last time that something was given out
  WorkerId reserved_;                       // takes no more, to be idle for a task of its own
  std::map<TaskId, std::string> reasons_;   // of the last failure, of tasks that have not ended
  std::multiset<TaskId> claims_;            // every worker's `next`
  std::array<Durations, kTaskKinds> took_;  // by TaskKind, at all workers
  TimePoint next_backup_look_{};
  std::uint64_t assignments_ = 0;
  std::uint64_t retries_made_ = 0;
  std::size_t done_ = 0;
};

}  // namespace prelabel
