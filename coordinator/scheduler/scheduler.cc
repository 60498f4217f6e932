#include "coordinator/scheduler/scheduler.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace prelabel {

Scheduler::Scheduler(const std::vector<TaskRow>& rows, SchedulerOptions options)
    : options_(options) {
  tasks_.reserve(rows.size());
  for (const TaskRow& row : rows) {
    TaskEntry entry;
    entry.task = row.task;
    entry.attempt = row.attempts;
    Source& source = sources_[row.task.source];
    if (row.state == TaskState::kCommitted || row.state == TaskState::kQuarantined) {
      entry.state = row.state == TaskState::kCommitted ? State::kCommitted : State::kQuarantined;
      ++done_;
    } else if (row.task.kind == TaskKind::kDetect) {
      ++source.open_detects;
      source.pending.Add(row.task.id);
      waiting_.insert(row.task.source);
    } else {
      entry.state = State::kBlocked;
      source.links.push_back(row.task.id);
    }
    tasks_.push_back(entry);
  }
  for (auto& [id, source] : sources_) {
    if (source.open_detects > 0) continue;
    for (const TaskId link : source.links) AddPending(tasks_[link.value]);
  }
}

void Scheduler::OnEvent(const SchedulerEvent& event, TimePoint now, Actions& actions) {
  std::visit([&](const auto& e) { On(e, now, actions); }, event);
}

void Scheduler::On(const WorkerJoined& event, TimePoint now, Actions&) {
  Worker& worker = workers_[event.worker];
  worker.slots = std::max(1U, event.slots);
  worker.seen = now;
  worker.progress = now;
}

void Scheduler::On(const WorkerCredit& event, TimePoint now, Actions&) {
  const auto it = workers_.find(event.worker);
  if (it == workers_.end()) return;
  it->second.credit = event.tasks;
  it->second.seen = now;
}

void Scheduler::On(const WorkerSeen& event, TimePoint now, Actions&) {
  const auto it = workers_.find(event.worker);
  if (it != workers_.end()) it->second.seen = now;
}

void Scheduler::On(const WorkerLeft& event, TimePoint, Actions& actions) {
  Remove(event.worker, event.fault, event.reason, actions);
}

void Scheduler::On(const ResultReceived& event, TimePoint now, Actions& actions) {
  const auto worker = workers_.find(event.worker);
  if (worker != workers_.end()) worker->second.seen = now;
  if (event.task.value >= tasks_.size()) {
    actions.push_back(RefuseResult{event.worker, event.task, event.attempt, AckStatus::kStale});
    return;
  }
  TaskEntry& entry = tasks_[event.task.value];
  const auto running = running_.find(event.task);
  const bool current = running != running_.end() && running->second.worker == event.worker &&
                       entry.attempt == event.attempt.value;
  if (!current) {
    // The worker resends until it is answered: a commit of this very attempt is a duplicate.
    const bool duplicate = entry.state == State::kCommitted && entry.attempt == event.attempt.value;
    actions.push_back(RefuseResult{event.worker, event.task, event.attempt,
                                   duplicate ? AckStatus::kDuplicate : AckStatus::kStale});
    return;
  }
  worker->second.progress = now;
  Release(entry);
  End(entry, State::kCommitted);
  actions.push_back(CommitResult{event.worker, event.task, event.attempt});
}

void Scheduler::On(const TaskFailed& event, TimePoint now, Actions& actions) {
  const auto worker = workers_.find(event.worker);
  if (worker != workers_.end()) {
    worker->second.seen = now;
    worker->second.progress = now;
  }
  const auto running = running_.find(event.task);
  if (running == running_.end() || running->second.worker != event.worker ||
      tasks_[event.task.value].attempt != event.attempt.value) {
    return;
  }
  TaskEntry& entry = tasks_[event.task.value];
  Release(entry);
  CountFailure(entry, event.reason, event.permanent, actions);
}

void Scheduler::On(const Tick&, TimePoint now, Actions& actions) {
  std::vector<std::pair<WorkerId, std::string>> lost;
  for (const auto& [id, worker] : workers_) {
    if (now - worker.seen > options_.lease) {
      lost.emplace_back(id, "its lease ran out: nothing was heard from it");
    } else if (!worker.held.empty() && now - worker.progress > options_.task_deadline) {
      lost.emplace_back(id, "it made no progress within the task deadline");
    }
  }
  for (const auto& [id, reason] : lost) Remove(id, true, reason, actions);
}

void Scheduler::Dispatch(TimePoint now, Actions& actions) {
  for (bool gave = true; gave;) {
    gave = false;
    for (auto& [id, worker] : workers_) {
      if (worker.held.size() >= worker.credit) continue;
      TaskId task;
      // Only a worker that would stand idle takes work from another's hands.
      if (!TakeFor(worker, task) &&
          (worker.held.size() >= worker.slots || !StealFor(id, task, actions))) {
        continue;
      }
      Give(id, worker, task, now, actions);
      gave = true;
    }
  }
}

void Scheduler::Give(WorkerId id, Worker& worker, TaskId task, TimePoint now, Actions& actions) {
  TaskEntry& entry = tasks_[task.value];
  entry.state = State::kRunning;
  ++entry.attempt;
  if (worker.held.empty()) worker.progress = now;
  const std::uint64_t order = ++assignments_;
  worker.held.emplace(order, task);
  running_[task] = {id, order};
  SetNext(worker, TaskId(task.value + 1));
  actions.push_back(AssignTask{id, entry.task, Attempt(entry.attempt)});
}

bool Scheduler::TakeFor(Worker& worker, TaskId& task) {
  if (waiting_.empty()) return false;
  const auto taken = [&](SourceId source) {
    if (sources_[source].pending.empty()) waiting_.erase(source);
    return true;
  };
  if (worker.has_next && worker.next.value < tasks_.size()) {
    const SourceId source = tasks_[worker.next.value].task.source;
    if (sources_[source].pending.Take(worker.next)) {
      task = worker.next;
      return taken(source);
    }
  }
  // A source that nobody works on yet, else the one where the fewest do.
  auto best = waiting_.begin();
  for (auto it = waiting_.begin(); it != waiting_.end() && sources_[*best].active > 0; ++it) {
    if (sources_[*it].active < sources_[*best].active) best = it;
  }
  const SourceId source = *best;
  const auto stretch =
      sources_[source].pending.TakeStretch([this](TaskId id) { return claims_.count(id) > 0; });
  if (!stretch) return false;
  task = *stretch;
  return taken(source);
}

bool Scheduler::StealFor(WorkerId thief, TaskId& task, Actions& actions) {
  WorkerId victim;
  std::size_t most = 0;
  for (const auto& [id, worker] : workers_) {
    if (id == thief || worker.held.size() <= worker.slots) continue;
    const std::size_t unstarted = worker.held.size() - worker.slots;
    if (unstarted > most) {
      most = unstarted;
      victim = id;
    }
  }
  if (most == 0) return false;
  task = std::prev(workers_[victim].held.end())->second;
  TaskEntry& entry = tasks_[task.value];
  actions.push_back(CancelTask{victim, task, Attempt(entry.attempt)});
  Release(entry);
  return true;
}

void Scheduler::Release(TaskEntry& entry) {
  const auto running = running_.find(entry.task.id);
  if (running == running_.end()) return;
  const auto worker = workers_.find(running->second.worker);
  if (worker != workers_.end()) worker->second.held.erase(running->second.order);
  running_.erase(running);
}

void Scheduler::AddPending(TaskEntry& entry) {
  entry.state = State::kPending;
  sources_[entry.task.source].pending.Add(entry.task.id);
  waiting_.insert(entry.task.source);
}

void Scheduler::End(TaskEntry& entry, State state) {
  entry.state = state;
  ++done_;
  if (entry.task.kind != TaskKind::kDetect) return;
  Source& source = sources_[entry.task.source];
  if (--source.open_detects > 0) return;
  for (const TaskId link : source.links) AddPending(tasks_[link.value]);
}

void Scheduler::CountFailure(TaskEntry& entry, const std::string& reason, bool permanent,
                             Actions& actions) {
  ++entry.failures;
  if (permanent || entry.failures >= options_.max_attempts) {
    End(entry, State::kQuarantined);
    actions.push_back(QuarantineTask{entry.task.id, entry.attempt, reason});
  } else {
    AddPending(entry);
  }
}

void Scheduler::Remove(WorkerId id, bool fault, const std::string& reason, Actions& actions) {
  const auto it = workers_.find(id);
  if (it == workers_.end()) return;
  ClearNext(it->second);
  const std::map<std::uint64_t, TaskId> held = std::move(it->second.held);
  const std::uint32_t slots = it->second.slots;
  workers_.erase(it);
  actions.push_back(DropWorker{id, reason});
  std::uint32_t position = 0;
  for (const auto& [order, task] : held) {
    TaskEntry& entry = tasks_[task.value];
    running_.erase(task);
    // Only what it was working on may have brought it down; what stood behind is not to blame.
    if (fault && position++ < slots) {
      CountFailure(entry, "the worker was lost: " + reason, false, actions);
    } else {
      AddPending(entry);
    }
  }
}

void Scheduler::SetNext(Worker& worker, TaskId task) {
  ClearNext(worker);
  if (task.value >= tasks_.size()) return;
  worker.next = task;
  worker.has_next = true;
  claims_.insert(task);
  ++sources_[tasks_[task.value].task.source].active;
}

void Scheduler::ClearNext(Worker& worker) {
  if (!worker.has_next) return;
  claims_.erase(claims_.find(worker.next));
  --sources_[tasks_[worker.next.value].task.source].active;
  worker.has_next = false;
}

}  // namespace prelabel
