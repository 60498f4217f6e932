#include "coordinator/scheduler/scheduler.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/doubling_pause.h"
#include "common/base/random.h"
#include "coordinator/plan/planner.h"

namespace prelabel {
namespace {

constexpr Duration kFirstBench = std::chrono::seconds(30);
constexpr Duration kLongestBench = std::chrono::minutes(16);

}  // namespace

Scheduler::Scheduler(const std::vector<TaskRow>& rows, SchedulerOptions options)
    : options_(options) {
  tasks_.reserve(rows.size());
  for (const TaskRow& row : rows) {
    TaskEntry entry;
    entry.task = row.task;
    entry.attempt = row.attempts;
    entry.history = {row.failures, row.losses};
    Source& source = sources_[row.task.source];
    if (row.task.kind == TaskKind::kLink) source.last_link = row.task.id;
    if (row.state != TaskState::kPending) {
      entry.state = row.state == TaskState::kCommitted     ? State::kCommitted
                    : row.state == TaskState::kQuarantined ? State::kQuarantined
                                                           : State::kReplaced;
      ++done_;
    } else if (row.task.kind == TaskKind::kLink) {
      entry.state = State::kBlocked;
      source.links.push_back(row.task.id);
    } else {
      if (row.task.kind == TaskKind::kDetect) ++source.open_detects;
      if (row.losses > 1) {
        retries_.Add(row.task.id, {TimePoint::min(), WorkerId(), true});
      } else {
        source.pending.Add(row.task.id);
        NoteWaiting(row.task.source, source);
      }
    }
    tasks_.push_back(entry);
  }
  for (auto& [id, source] : sources_) {
    if (source.open_detects == 0) ReleaseLinks(source);
  }
}

void Scheduler::OnEvent(const SchedulerEvent& event, TimePoint now, Actions& actions) {
  std::visit([&](const auto& e) { On(e, now, actions); }, event);
}

void Scheduler::On(const WorkerJoined& event, TimePoint now, Actions& actions) {
  Worker& worker = workers_[event.worker];
  worker.slots = std::max(1U, event.slots);
  worker.seen = now;
  worker.clean = event.held.empty();  // what is not adopted may go on
  for (const Lease& lease : event.held) {
    if (lease.task.value >= tasks_.size()) continue;
    TaskEntry& entry = tasks_[lease.task.value];
    if (entry.state != State::kPending) continue;
    // What must be tried alone, or not yet, waits for its turn.
    const RetryQueue::Entry* retry = retries_.Find(lease.task);
    if (retry != nullptr && (retry->alone || retry->ready > now)) continue;
    if (!retries_.Remove(lease.task) && !TakePending(lease.task)) continue;
    ++entry.attempt;
    AddRun(event.worker, worker, entry, now);
    actions.push_back(AdoptTask{event.worker, lease, Attempt(entry.attempt)});
  }
}

void Scheduler::On(const WorkerCredit& event, TimePoint now, Actions&) {
  const auto it = workers_.find(event.worker);
  if (it == workers_.end()) return;
  it->second.credit = event.tasks;
  it->second.seen = now;
  NoteHunger(it->first, it->second);
}

void Scheduler::On(const WorkerSeen& event, TimePoint now, Actions&) {
  const auto it = workers_.find(event.worker);
  if (it != workers_.end()) it->second.seen = now;
}

void Scheduler::On(const WorkerProgress& event, TimePoint now, Actions&) {
  const auto it = workers_.find(event.worker);
  if (it == workers_.end()) return;
  it->second.seen = now;
  it->second.clean = !event.strays && event.seen_all;
  if (!event.strays) {
    it->second.strays_since.reset();
  } else if (!it->second.strays_since) {
    it->second.strays_since = now;
  }
  const std::uint64_t heartbeat = ++it->second.heartbeats;
  for (const RunningTask& task : event.running) {
    const auto found = FindRun(task.task, event.worker);
    if (found == running_.end() || found->second.attempt != task.attempt.value) continue;
    Run& run = found->second;
    const bool moved = run.named_in == 0 || task.items_done != run.items_done;
    if (!run.started) {
      run.started = true;
      run.started_at = now;
    }
    if (moved) run.progress_at = now;
    run.named_in = heartbeat;
    run.items_done = task.items_done;
    run.items_read = task.items_read;
  }
}

void Scheduler::On(const WorkerLeft& event, TimePoint now, Actions& actions) {
  Remove(event.worker, event.departure, event.reason, false, now, actions);
}

void Scheduler::On(const ResultReceived& event, TimePoint now, Actions& actions) {
  const auto worker = workers_.find(event.worker);
  if (worker != workers_.end()) worker->second.seen = now;
  if (event.task.value >= tasks_.size()) {
    actions.push_back(RefuseResult{event.worker, event.task, event.attempt, AckStatus::kStale});
    return;
  }
  TaskEntry& entry = tasks_[event.task.value];
  const auto found = FindRun(event.task, event.worker);
  if (found == running_.end() || found->second.attempt != event.attempt.value) {
    // The worker resends until it is answered: a commit of this very attempt is a duplicate.
    const bool duplicate = entry.state == State::kCommitted && entry.attempt == event.attempt.value;
    actions.push_back(RefuseResult{event.worker, event.task, event.attempt,
                                   duplicate ? AckStatus::kDuplicate : AckStatus::kStale});
    return;
  }
  worker->second.failures_in_row = 0;
  worker->second.benches = 0;
  if (found->second.started) {
    const Duration took = now - found->second.started_at;
    took_[static_cast<std::size_t>(entry.task.kind)].Add(took);
    if (entry.task.kind == TaskKind::kDetect) worker->second.took.Add(took);
  }
  EraseRun(found, now);
  // A copy of it elsewhere is not needed any more.
  for (auto copy = running_.find(event.task); copy != running_.end();
       copy = running_.find(event.task)) {
    CancelRun(copy, now, actions);
  }
  End(entry, State::kCommitted);
  entry.attempt = event.attempt.value;
  actions.push_back(CommitResult{event.worker, event.task, event.attempt});
  if (entry.task.kind == TaskKind::kLink && !event.wanted.empty()) {
    AddRound(event.task, event.wanted, actions);
  }
}

void Scheduler::On(const TaskFailed& event, TimePoint now, Actions& actions) {
  const auto worker = workers_.find(event.worker);
  if (worker == workers_.end()) return;
  worker->second.seen = now;
  const auto found = FindRun(event.task, event.worker);
  if (found == running_.end() || found->second.attempt != event.attempt.value) return;
  AttemptEnd end = EndOf(found->second, worker->second,
                         event.kind == FailureKind::kPermanent  ? Ending::kPermanent
                         : event.kind == FailureKind::kTooLarge ? Ending::kTooLarge
                                                                : Ending::kTransient);
  end.positions.clear();
  if (event.position) end.positions.push_back(*event.position);
  EraseRun(found, now);
  ++worker->second.failures;
  if (event.kind == FailureKind::kTransient) {
    CountWorkerFailure(event.worker, event.reason, now, actions);
  }
  if (running_.count(event.task) > 0) {
    CountCopy(tasks_[event.task.value], false, event.reason, actions);
    return;
  }
  Blame(tasks_[event.task.value], end, event.reason, event.worker, now, actions);
}

void Scheduler::On(const Tick&, TimePoint now, Actions& actions) {
  struct Late {
    WorkerId worker;
    std::optional<TaskId> task = std::nullopt;  // that hangs
    bool stray = false;                         // what hangs was called back
  };
  std::vector<Late> late;
  for (const auto& [id, worker] : workers_) {
    if (now - worker.seen > options_.lease) {
      late.push_back({id, std::nullopt, false});
      continue;
    }
    if (worker.strays_since && now - *worker.strays_since > options_.task_deadline) {
      late.push_back({id, std::nullopt, true});
      continue;
    }
    std::uint32_t position = 0;
    for (const auto& [order, task] : worker.held) {
      if (position++ >= 2 * worker.slots) break;  // the rest has not started
      const auto run = FindRun(task, id);
      if (!run->second.started) continue;
      if (now - run->second.progress_at <= options_.task_deadline) continue;
      late.push_back({id, task, false});
      break;
    }
  }
  for (const Late& l : late) {
    if (l.stray) {
      Remove(l.worker, Departure::kGoodbye,
             "a task that was called back made no progress within the task deadline", true, now,
             actions);
      continue;
    }
    if (!l.task) {
      Remove(l.worker, Departure::kLost, "its lease ran out: nothing was heard from it", false, now,
             actions);
      continue;
    }
    const auto run = FindRun(*l.task, l.worker);
    const Worker& worker = workers_.at(l.worker);
    AttemptEnd end = EndOf(run->second, worker, Ending::kHung);
    if (end.positions.size() > 1) end.positions.resize(1);  // the one in the model
    // Where the worker tells of the task, its model hangs. Where it does not, a part of it may be
    // stuck, or something was lost: in any case it must start anew.
    const bool hangs = run->second.named_in > 0 && run->second.named_in == worker.heartbeats;
    if (!hangs) end.ending = Ending::kLost;
    EraseRun(run, now);
    const std::string reason = "it made no progress within the task deadline";
    Remove(l.worker, Departure::kGoodbye, reason, true, now, actions);
    if (running_.count(*l.task) > 0) {
      CountCopy(tasks_[l.task->value], true, reason, actions);
      continue;
    }
    Blame(tasks_[l.task->value], end,
          std::string(hangs ? "the model hung: " : "the task got lost: ") + reason, l.worker, now,
          actions);
  }
}

void Scheduler::On(const ClockGap& event, TimePoint, Actions&) {
  for (auto& [id, worker] : workers_) {
    worker.seen += event.gap;
    if (worker.strays_since) *worker.strays_since += event.gap;
  }
  for (auto& [task, run] : running_) {
    run.started_at += event.gap;
    run.progress_at += event.gap;
  }
}

// ---- tasks ----

void Scheduler::AddPending(TaskEntry& entry) {
  entry.state = State::kPending;
  Source& source = sources_[entry.task.source];
  source.pending.Add(entry.task.id);
  NoteWaiting(entry.task.source, source);
}

bool Scheduler::TakePending(TaskId task) {
  const SourceId id = tasks_[task.value].task.source;
  Source& source = sources_[id];
  if (!source.pending.Take(task)) return false;
  NoteWaiting(id, source);
  return true;
}

void Scheduler::End(TaskEntry& entry, State state) {
  entry.state = state;
  ++done_;
  reasons_.erase(entry.task.id);
  if (entry.task.kind != TaskKind::kDetect) return;
  Source& source = sources_[entry.task.source];
  if (--source.open_detects == 0) ReleaseLinks(source);
}

void Scheduler::ReleaseLinks(Source& source) {
  for (const TaskId link : source.links) AddPending(tasks_[link.value]);
  source.links.clear();
}

void Scheduler::AddRound(TaskId link, const std::vector<std::int64_t>& frames, Actions& actions) {
  const Task last = tasks_[link.value].task;
  Source& source = sources_[last.source];
  // An earlier one that was done again: its round has been planned before.
  if (source.last_link != link) return;
  PlanRound round{
      {std::nullopt, PlanFrames(frames, last, TaskId(tasks_.size()), options_.shard_size)}};
  for (const Task& task : round.planned.tasks) {
    tasks_.emplace_back().task = task;
    if (task.kind == TaskKind::kLink) {
      tasks_.back().state = State::kBlocked;
      source.links.push_back(task.id);
      source.last_link = task.id;
    } else {
      ++source.open_detects;
      AddPending(tasks_.back());
    }
  }
  if (!round.planned.tasks.empty()) actions.push_back(std::move(round));
}

void Scheduler::Blame(TaskEntry& entry, const AttemptEnd& end, const std::string& reason,
                      WorkerId worker, TimePoint now, Actions& actions) {
  const Judgment verdict = Judge(entry.task, entry.history, end, options_.max_attempts);
  if (const auto* again = std::get_if<TryAgain>(&verdict)) {
    entry.history = again->history;
    entry.state = State::kPending;
    RetryQueue::Entry retry{now, WorkerId(), again->alone};
    if (again->backoff) {
      retry.ready +=
          Backoff(entry.history.failures, SplitMix64(options_.seed + ++retries_made_).Next());
      retry.avoid = worker;
    }
    retries_.Add(entry.task.id, retry);
    reasons_[entry.task.id] = reason;
    actions.push_back(
        RecordFailure{{entry.task.id, entry.history.failures, entry.history.losses, reason}});
  } else if (const auto* cut = std::get_if<CutUp>(&verdict)) {
    Replace(entry, *cut, reason, now, actions);
  } else {
    entry.history = std::get<GiveUp>(verdict).history;
    const std::uint32_t failures = entry.history.failures;
    End(entry, State::kQuarantined);
    actions.push_back(QuarantineTask{entry.task.id, failures, reason});
  }
}

// A copy of the task goes on elsewhere: nothing is decided yet, but what has been through this gets
// no further copy, so that a task that kills is found out.
void Scheduler::CountCopy(TaskEntry& entry, bool lost, const std::string& reason,
                          Actions& actions) {
  ++entry.history.failures;
  if (lost) ++entry.history.losses;
  reasons_[entry.task.id] = reason;
  actions.push_back(
      RecordFailure{{entry.task.id, entry.history.failures, entry.history.losses, reason}});
}

void Scheduler::Replace(TaskEntry& entry, const CutUp& cut, const std::string& reason,
                        TimePoint now, Actions& actions) {
  const TaskId parent = entry.task.id;
  ReplaceTask replace{{parent, {}}, reason};
  std::vector<SchedulerAction> failures;
  if (entry.task.kind == TaskKind::kDetect) {
    sources_[entry.task.source].open_detects += cut.parts.size();
  }
  // tasks_ grows: `entry` is not valid from here on.
  for (const CutUp::Part& part : cut.parts) {
    TaskEntry child;
    child.task = part.task;
    child.task.id = TaskId(tasks_.size());
    child.history = part.history;
    tasks_.push_back(child);
    const TaskId id = child.task.id;
    replace.split.tasks.push_back(child.task);
    if (part.history.failures > 0) {
      reasons_[id] = reason;
      failures.push_back(RecordFailure{{id, part.history.failures, part.history.losses, reason}});
    }
    if (part.alone) {
      retries_.Add(id, {now, WorkerId(), true});
    } else {
      AddPending(tasks_.back());
    }
  }
  End(tasks_[parent.value], State::kReplaced);
  actions.push_back(std::move(replace));
  for (SchedulerAction& failure : failures) actions.push_back(std::move(failure));
}

// ---- copies of tasks at workers ----

Scheduler::Runs::iterator Scheduler::FindRun(TaskId task, WorkerId worker) {
  auto [begin, end] = running_.equal_range(task);
  const auto found =
      std::find_if(begin, end, [&](const auto& entry) { return entry.second.worker == worker; });
  return found == end ? running_.end() : found;
}

void Scheduler::AddRun(WorkerId id, Worker& worker, TaskEntry& entry, TimePoint now) {
  entry.state = State::kRunning;
  Run run;
  run.worker = id;
  run.attempt = entry.attempt;
  run.order = ++assignments_;
  worker.held.emplace(run.order, entry.task.id);
  running_.emplace(entry.task.id, run);
  NoteHunger(id, worker);
  StartNext(worker, id, now);
}

void Scheduler::EraseRun(Runs::iterator run, TimePoint now) {
  const WorkerId id = run->second.worker;
  const auto worker = workers_.find(id);
  const std::uint64_t order = run->second.order;
  running_.erase(run);
  if (worker == workers_.end()) return;
  worker->second.held.erase(order);
  if (worker->second.held.empty()) worker->second.alone = false;
  NoteHunger(id, worker->second);
  StartNext(worker->second, id, now);
}

void Scheduler::CancelRun(Runs::iterator run, TimePoint now, Actions& actions) {
  actions.push_back(CancelTask{run->second.worker, run->first, Attempt(run->second.attempt)});
  workers_.at(run->second.worker).clean = false;
  EraseRun(run, now);
}

// A worker runs the oldest of what it holds, as many as it has slots.
void Scheduler::StartNext(Worker& worker, WorkerId id, TimePoint now) {
  std::uint32_t position = 0;
  for (const auto& [order, task] : worker.held) {
    if (position++ >= worker.slots) return;
    Run& run = FindRun(task, id)->second;
    if (run.started) continue;
    run.started = true;
    run.started_at = run.progress_at = now;
  }
}

// Called where what a worker holds, its credit or `alone` has changed.
void Scheduler::NoteHunger(WorkerId id, Worker& worker) {
  const bool hungry = worker.held.size() < worker.credit && !worker.alone;
  if (hungry == worker.hungry) return;
  worker.hungry = hungry;
  if (hungry) {
    hungry_.insert(id);
  } else {
    hungry_.erase(id);
  }
}

AttemptEnd Scheduler::EndOf(const Run& run, const Worker& worker, Ending ending) {
  AttemptEnd end{ending, worker.alone && worker.held.size() == 1, {}};
  // It may have died over the item in the model or over the one that was being decoded.
  if (run.named_in > 0) end.positions = {run.items_done, run.items_read};
  return end;
}

// ---- workers ----

void Scheduler::CountWorkerFailure(WorkerId id, const std::string& reason, TimePoint now,
                                   Actions& actions) {
  Worker& worker = workers_.at(id);
  if (now < worker.benched_until) return;  // what was in hand when it was benched
  // Where everybody fails, it is not the worker.
  if (++worker.failures_in_row < options_.bench_after || !OthersCanWork(id, now)) return;
  const Duration pause = DoublingPause(kFirstBench, worker.benches++, kLongestBench);
  worker.benched_until = now + pause;
  worker.failures_in_row = options_.bench_after - 1;  // one more, and it pauses for longer
  actions.push_back(BenchWorker{id, pause, reason});
  RecallUnstarted(id, now, actions);
}

bool Scheduler::OthersCanWork(WorkerId id, TimePoint now) const {
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& other) {
    return other.first != id && CanWork(other.second, now);
  });
}

void Scheduler::RecallUnstarted(WorkerId id, TimePoint now, Actions& actions) {
  const std::map<std::uint64_t, TaskId> held = workers_.at(id).held;
  for (const auto& [order, task] : held) {
    const auto run = FindRun(task, id);
    if (run->second.started) continue;
    CancelRun(run, now, actions);
    if (running_.count(task) == 0) AddPending(tasks_[task.value]);
  }
}

void Scheduler::Remove(WorkerId id, Departure departure, const std::string& reason, bool permanent,
                       TimePoint now, Actions& actions) {
  const auto it = workers_.find(id);
  if (it == workers_.end()) return;
  ClearNext(it->second);
  const Worker worker = std::move(it->second);
  workers_.erase(it);
  hungry_.erase(id);
  actions.push_back(DropWorker{id, reason, permanent});
  for (const auto& [order, task] : worker.held) {
    const auto found = FindRun(task, id);
    const Run run = found->second;
    running_.erase(found);
    TaskEntry& entry = tasks_[task.value];
    if (running_.count(task) > 0) {
      if (departure != Departure::kGoodbye && run.started) CountCopy(entry, true, reason, actions);
      continue;
    }
    // Only what it was working on may have brought it down; what stood behind is not to blame.
    if (departure == Departure::kGoodbye || !run.started) {
      AddPending(entry);
      continue;
    }
    const Ending ending = departure == Departure::kCrashed ? Ending::kCrashed : Ending::kLost;
    Blame(entry, EndOf(run, worker, ending), "the worker was lost: " + reason, id, now, actions);
  }
}

}  // namespace prelabel
