#include "coordinator/scheduler/retry_queue.h"

namespace prelabel {

void RetryQueue::Add(TaskId task, Entry entry) {
  Remove(task);
  entries_[task] = entry;
  order_.emplace(entry.ready, task);
}

bool RetryQueue::Remove(TaskId task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return false;
  order_.erase({found->second.ready, task});
  entries_.erase(found);
  return true;
}

const RetryQueue::Entry* RetryQueue::Find(TaskId task) const {
  const auto found = entries_.find(task);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<std::pair<TaskId, RetryQueue::Entry>> RetryQueue::Take(TimePoint now, WorkerId worker,
                                                                     bool idle, bool others) {
  for (const auto& [ready, task] : order_) {
    if (ready > now) break;
    const Entry entry = entries_.at(task);
    if ((entry.alone && !idle) || (others && entry.avoid == worker)) continue;
    const TaskId taken = task;
    Remove(taken);
    return std::pair(taken, entry);
  }
  return std::nullopt;
}

bool RetryQueue::NeedsIdleWorker(TimePoint now) const {
  for (const auto& [ready, task] : order_) {
    if (ready > now) return false;
    if (entries_.at(task).alone) return true;
  }
  return false;
}

}  // namespace prelabel
