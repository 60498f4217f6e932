// The half of the scheduler that hands tasks out.
#include <algorithm>
#include <iterator>

#include "coordinator/scheduler/scheduler.h"

namespace prelabel {
namespace {
constexpr Duration kBackupLookEvery = std::chrono::milliseconds(50);
constexpr double kBackupQuantile = 0.95;
constexpr int kBackupFactor = 2;
}  // namespace

void Scheduler::Dispatch(TimePoint now, Actions& actions) {
  ReserveWorker(now, actions);
  nothing_to_steal_ = false;
  for (bool gave = true; gave;) {
    gave = false;
    // A gift may take the worker out of the set, and add one that something was taken from.
    for (auto next = hungry_.begin(); next != hungry_.end() && MayGive(now);) {
      const WorkerId id = *next;
      Worker& worker = workers_.at(id);
      if (CanWork(worker, now)) gave |= GiveOne(id, worker, now, actions);
      next = hungry_.upper_bound(id);
    }
  }
}

// At the end of a run many workers stand idle: where this is false GiveOne is, for each of them.
bool Scheduler::MayGive(TimePoint now) const {
  return !waiting_.empty() || !nothing_to_steal_ || now >= next_backup_look_ ||
         retries_.AnyDue(now);
}

bool Scheduler::GiveOne(WorkerId id, Worker& worker, TimePoint now, Actions& actions) {
  if (retries_.AnyDue(now)) {
    if (const auto retry =
            retries_.Take(now, id, worker.held.empty() && worker.clean, OthersCanWork(id, now))) {
      worker.alone = retry->second.alone;  // Give notes it
      if (worker.alone && reserved_ == id) reserved_ = WorkerId();
      Give(id, worker, retry->first, false, now, actions);
      return true;
    }
  }
  if (id == reserved_) return false;
  TaskId task;
  if (TakeFor(worker, task)) {
    Give(id, worker, task, false, now, actions);
    return true;
  }
  // Only a worker that would stand idle takes work from another's hands, or copies it.
  if (worker.held.size() >= worker.slots) return false;
  if (StealFor(id, task, now, actions)) {
    Give(id, worker, task, false, now, actions);
    return true;
  }
  if (BackUpFor(id, worker, task, now)) {
    Give(id, worker, task, true, now, actions);
    return true;
  }
  return false;
}

void Scheduler::Give(WorkerId id, Worker& worker, TaskId task, bool backup, TimePoint now,
                     Actions& actions) {
  TaskEntry& entry = tasks_[task.value];
  ++entry.attempt;
  nothing_to_steal_ = false;
  AddRun(id, worker, entry, now);
  SetNext(worker, TaskId(task.value + 1));
  actions.push_back(AssignTask{id, entry.task, Attempt(entry.attempt), backup});
}

bool Scheduler::TakeFor(Worker& worker, TaskId& task) {
  if (waiting_.empty()) return false;
  if (worker.has_next && worker.next.value < tasks_.size() && TakePending(worker.next)) {
    task = worker.next;
    return true;
  }
  // A source that nobody works on yet, else the one where the fewest do.
  const SourceId id = waiting_.begin()->second;
  Source& source = sources_[id];
  const auto stretch =
      source.pending.TakeStretch([this](TaskId t) { return claims_.count(t) > 0; });
  if (!stretch) return false;
  task = *stretch;
  NoteWaiting(id, source);
  return true;
}

// Called where its pending tasks have changed.
void Scheduler::NoteWaiting(SourceId id, Source& source) {
  const bool waits = !source.pending.empty();
  if (waits == source.waits) return;
  source.waits = waits;
  if (waits) {
    waiting_.emplace(source.active, id);
  } else {
    waiting_.erase({source.active, id});
  }
}

void Scheduler::AddActive(SourceId id, int change) {
  Source& source = sources_[id];
  if (source.waits) waiting_.erase({source.active, id});
  source.active += static_cast<std::uint32_t>(change);
  if (source.waits) waiting_.emplace(source.active, id);
}

bool Scheduler::StealFor(WorkerId thief, TaskId& task, TimePoint now, Actions& actions) {
  if (nothing_to_steal_) return false;
  WorkerId victim;
  std::size_t most = 0;
  for (const auto& [id, worker] : workers_) {
    if (id == thief || worker.held.size() <= worker.slots) continue;
    const std::size_t unstarted = worker.held.size() - worker.slots;
    if (unstarted <= most) continue;
    const TaskId last = std::prev(worker.held.end())->second;
    if (FindRun(last, id)->second.started || running_.count(last) > 1) continue;
    most = unstarted;
    victim = id;
  }
  if (most == 0) {
    nothing_to_steal_ = true;  // for no thief: who steals has nothing to spare itself
    return false;
  }
  task = std::prev(workers_[victim].held.end())->second;
  CancelRun(FindRun(task, victim), now, actions);
  return true;
}

// What nearly all tasks take: at the worker that would make the copy, where enough is known of it
// (one slow worker among few must not set the measure), else anywhere.
std::optional<Duration> Scheduler::UsualDuration(const Worker& worker, TaskKind kind) const {
  if (kind == TaskKind::kDetect) {
    if (const auto own = worker.took.Quantile(kBackupQuantile)) return own;
  }
  return took_[static_cast<std::size_t>(kind)].Quantile(kBackupQuantile);
}

// A copy of the task that has taken longest, where that is more than twice what is usual. What has
// failed before is not copied: it may be what brings workers down.
bool Scheduler::BackUpFor(WorkerId id, const Worker& worker, TaskId& task, TimePoint now) {
  if (now < next_backup_look_) return false;
  next_backup_look_ = now + kBackupLookEvery;
  std::array<std::optional<Duration>, kTaskKinds> usual;
  for (std::size_t kind = 0; kind < kTaskKinds; ++kind) {
    usual[kind] = UsualDuration(worker, static_cast<TaskKind>(kind));
  }
  Duration longest{};
  for (const auto& [id_of_task, run] : running_) {
    if (!run.started || run.worker == id || running_.count(id_of_task) > 1) continue;
    if (workers_.at(run.worker).alone || tasks_[id_of_task.value].history.failures > 0) continue;
    const auto& limit = usual[static_cast<std::size_t>(tasks_[id_of_task.value].task.kind)];
    const Duration elapsed = now - run.started_at;
    if (!limit || elapsed <= kBackupFactor * *limit || elapsed <= longest) continue;
    longest = elapsed;
    task = id_of_task;
  }
  return longest > Duration(0);
}

// A task that must be tried alone needs a worker that holds nothing. Where all are busy, the one
// with the least finishes what it has started and gets no more.
void Scheduler::ReserveWorker(TimePoint now, Actions& actions) {
  if (!retries_.NeedsIdleWorker(now)) {
    reserved_ = WorkerId();
    return;
  }
  const auto reserved = workers_.find(reserved_);
  if (reserved != workers_.end() && CanWork(reserved->second, now)) return;
  reserved_ = WorkerId();
  std::size_t least = 0;
  for (const auto& [id, worker] : workers_) {
    if (!CanWork(worker, now)) continue;
    if (reserved_ != WorkerId() && worker.held.size() >= least) continue;
    reserved_ = id;
    least = worker.held.size();
  }
  if (reserved_ != WorkerId()) RecallUnstarted(reserved_, now, actions);
}

void Scheduler::SetNext(Worker& worker, TaskId task) {
  ClearNext(worker);
  if (task.value >= tasks_.size()) return;
  worker.next = task;
  worker.has_next = true;
  claims_.insert(task);
  AddActive(tasks_[task.value].task.source, 1);
}

void Scheduler::ClearNext(Worker& worker) {
  if (!worker.has_next) return;
  claims_.erase(claims_.find(worker.next));
  AddActive(tasks_[worker.next.value].task.source, -1);
  worker.has_next = false;
}

}  // namespace prelabel
