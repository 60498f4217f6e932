// Why tasks have not ended: the half of the scheduler that people ask.
#include <algorithm>

#include "coordinator/scheduler/scheduler.h"

namespace prelabel {
namespace {

// Tasks that wait for the same are told together; those with a story of their own are not.
bool SameStory(const TaskStatus& a, const TaskStatus& b) {
  using Why = TaskStatus::Why;
  if (a.why != b.why || a.kind != b.kind || a.failures > 0 || b.failures > 0) return false;
  return a.why == Why::kNoWorker || a.why == Why::kBenched || a.why == Why::kBusy ||
         a.why == Why::kDispatch || (a.why == Why::kQueued && a.worker == b.worker);
}

}  // namespace

std::vector<WorkerStatus> Scheduler::DescribeWorkers(TimePoint now) const {
  std::map<WorkerId, std::uint64_t> started;
  for (const auto& [task, run] : running_) {
    if (run.started) ++started[run.worker];
  }
  std::vector<WorkerStatus> all;
  all.reserve(workers_.size());
  for (const auto& [id, worker] : workers_) {
    WorkerStatus status;
    status.worker = id;
    status.credit = worker.credit;
    status.held = worker.held.size();
    const auto runs = started.find(id);
    if (runs != started.end()) status.running = runs->second;
    status.failures = worker.failures;
    status.silent = now - worker.seen;
    if (worker.benched_until > now) status.benched = worker.benched_until - now;
    all.push_back(status);
  }
  return all;
}

std::size_t Scheduler::ReadyCount() const {
  std::size_t blocked = 0;
  for (const auto& [id, source] : sources_) {
    if (source.open_detects > 0) blocked += source.links.size();
  }
  return tasks_.size() - done_ - blocked;
}

bool Scheduler::IsIdle(WorkerId worker) const {
  const auto it = workers_.find(worker);
  return it != workers_.end() && it->second.held.empty() && it->second.clean;
}

std::vector<TaskStatus> Scheduler::Explain(TimePoint now, std::size_t limit) const {
  std::vector<TaskStatus> all;
  const TaskStatus::Why pending = WhyPending(now);
  for (const TaskEntry& entry : tasks_) {
    if (entry.state == State::kCommitted || entry.state == State::kQuarantined ||
        entry.state == State::kReplaced) {
      continue;
    }
    TaskStatus status = Describe(entry, pending, now);
    if (!all.empty() && all.back().last.value + 1 == status.first.value &&
        SameStory(all.back(), status)) {
      all.back().last = status.last;
      continue;
    }
    if (all.size() == limit) break;
    all.push_back(std::move(status));
  }
  return all;
}

TaskStatus Scheduler::Describe(const TaskEntry& entry, TaskStatus::Why pending,
                               TimePoint now) const {
  using Why = TaskStatus::Why;
  const TaskId id = entry.task.id;
  TaskStatus status;
  status.first = status.last = id;
  status.kind = entry.task.kind;
  // Most tasks, of perhaps a million: they only wait for their turn.
  if (entry.state == State::kPending && entry.history.failures == 0) {
    status.why = pending;
    return status;
  }
  status.attempt = entry.attempt;
  status.failures = entry.history.failures;
  status.items = entry.task.kind == TaskKind::kLink ? 0 : entry.task.count;
  if (const auto reason = reasons_.find(id); reason != reasons_.end()) {
    status.reason = reason->second;
  }
  if (entry.state == State::kBlocked) {
    status.why = Why::kBlocked;
    status.ahead = sources_.at(entry.task.source).open_detects;
    return status;
  }
  if (const auto found = running_.find(id); found != running_.end()) {
    const Run& run = found->second;
    status.worker = run.worker;
    if (run.started) {
      status.why = Why::kRunning;
      status.items_done = run.items_done;
      status.since = now - run.started_at;
      return status;
    }
    status.why = Why::kQueued;
    const auto& held = workers_.at(run.worker).held;
    status.ahead = static_cast<std::uint64_t>(std::distance(held.begin(), held.find(run.order)));
    return status;
  }
  const RetryQueue::Entry* retry = retries_.Find(id);
  if (retry != nullptr && retry->ready > now) {
    status.why = Why::kBackoff;
    status.wait = retry->ready - now;
    return status;
  }
  const bool alone = retry != nullptr && retry->alone;
  const bool chance = pending == Why::kBusy || pending == Why::kDispatch;
  status.why = alone && chance ? Why::kWaitsAlone : pending;
  return status;
}

TaskStatus::Why Scheduler::WhyPending(TimePoint now) const {
  using Why = TaskStatus::Why;
  Why why = Why::kNoWorker;
  for (const auto& [id, worker] : workers_) {
    if (worker.credit == 0) continue;
    if (!CanWork(worker, now)) {
      if (why == Why::kNoWorker) why = Why::kBenched;
    } else if (worker.held.size() < worker.credit && !worker.alone) {
      return Why::kDispatch;
    } else {
      why = Why::kBusy;
    }
  }
  return why;
}

}  // namespace prelabel
