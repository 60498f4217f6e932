// Who does what. A pure state machine: no socket, clock, disk or thread, and no dependence on hash
// order; the same events at the same times give the same actions. Not thread-safe.
//
// A task is pending, running (under one worker and one attempt), committed or quarantined. A worker
// holds a lease that any message renews; when it runs out, or when the worker makes no progress for
// a task deadline, its tasks return to the queue. Attempts are fences: a result under any but the
// present one is stale.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/scheduler/events.h"
#include "coordinator/scheduler/pending_tasks.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct SchedulerOptions {
  Duration lease = std::chrono::seconds(6);           // 3 heartbeats
  Duration task_deadline = std::chrono::minutes(10);  // without a result from a worker with work
  std::uint32_t max_attempts = 3;                     // failures after which a task is quarantined
};

class Scheduler {
 public:
  // `rows`: the store's tasks, ids 0, 1, 2 …; a source's tasks have consecutive ids for the best
  // locality. A source's link tasks wait until its detect tasks have ended.
  Scheduler(const std::vector<TaskRow>& rows, SchedulerOptions options);

  // Changes the state and appends what must be done. Events of unknown workers are ignored, except
  // that their results are refused as stale.
  void OnEvent(const SchedulerEvent& event, TimePoint now, std::vector<SchedulerAction>& actions);

  // Hands out pending tasks to workers with room, one a worker in turn. Call it after a batch of
  // events.
  void Dispatch(TimePoint now, std::vector<SchedulerAction>& actions);

  // Every task is committed or quarantined.
  bool Finished() const { return done_ == tasks_.size(); }
  std::size_t TaskCount() const { return tasks_.size(); }
  std::size_t DoneCount() const { return done_; }
  std::size_t WorkerCount() const { return workers_.size(); }
  std::size_t RunningCount() const { return running_.size(); }

 private:
  enum class State : std::uint8_t { kBlocked, kPending, kRunning, kCommitted, kQuarantined };

  struct TaskEntry {
    Task task;
    State state = State::kPending;
    std::uint32_t attempt = 0;   // the last one given out
    std::uint32_t failures = 0;  // attempts that ended badly
  };

  struct Running {
    WorkerId worker;
    std::uint64_t order = 0;  // of assignment
  };

  struct Worker {
    std::uint32_t slots = 1;
    std::uint32_t credit = 0;
    TimePoint seen{};
    TimePoint progress{};                  // last result, or first task after being idle
    std::map<std::uint64_t, TaskId> held;  // by order of assignment
    TaskId next;                           // where its decoder stands
    bool has_next = false;
  };

  struct Source {
    PendingTasks pending;
    std::uint64_t open_detects = 0;  // neither committed nor quarantined
    std::vector<TaskId> links;
    std::uint32_t active = 0;  // workers that continue here
  };

  using Actions = std::vector<SchedulerAction>;

  void On(const WorkerJoined& event, TimePoint now, Actions& actions);
  void On(const WorkerCredit& event, TimePoint now, Actions& actions);
  void On(const WorkerSeen& event, TimePoint now, Actions& actions);
  void On(const WorkerLeft& event, TimePoint now, Actions& actions);
  void On(const ResultReceived& event, TimePoint now, Actions& actions);
  void On(const TaskFailed& event, TimePoint now, Actions& actions);
  void On(const Tick& event, TimePoint now, Actions& actions);

  void AddPending(TaskEntry& entry);
  void End(TaskEntry& entry, State state);
  void Release(TaskEntry& entry);
  void CountFailure(TaskEntry& entry, const std::string& reason, bool permanent, Actions& actions);
  void Remove(WorkerId id, bool fault, const std::string& reason, Actions& actions);
  bool TakeFor(Worker& worker, TaskId& task);
  bool StealFor(WorkerId thief, TaskId& task, Actions& actions);
  void Give(WorkerId id, Worker& worker, TaskId task, TimePoint now, Actions& actions);
  void SetNext(Worker& worker, TaskId task);
  void ClearNext(Worker& worker);

  SchedulerOptions options_;
  std::vector<TaskEntry> tasks_;
  std::map<SourceId, Source> sources_;
  std::set<SourceId> waiting_;  // sources with pending tasks
  std::map<TaskId, Running> running_;
  std::map<WorkerId, Worker> workers_;
  std::multiset<TaskId> claims_;  // every worker's `next`
  std::uint64_t assignments_ = 0;
  std::size_t done_ = 0;
};

}  // namespace prelabel
