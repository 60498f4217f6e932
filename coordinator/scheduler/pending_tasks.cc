#include "coordinator/scheduler/pending_tasks.h"

#include <iterator>

namespace prelabel {

void PendingTasks::Add(TaskId task) {
  const std::uint64_t id = task.value;
  auto next = ranges_.upper_bound(id);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (before->second > id) return;  // waits already
    if (before->second == id) {
      ++before->second;
      if (next != ranges_.end() && next->first == id + 1) {
        before->second = next->second;
        ranges_.erase(next);
      }
      return;
    }
  }
  if (next != ranges_.end() && next->first == id + 1) {
    const std::uint64_t end = next->second;
    next = ranges_.erase(next);
    ranges_.emplace_hint(next, id, end);
    return;
  }
  ranges_.emplace_hint(next, id, id + 1);
}

void PendingTasks::Split(Ranges::iterator range, std::uint64_t task) {
  const auto [begin, end] = *range;
  if (begin == task) {
    if (end == task + 1) {
      ranges_.erase(range);
      return;
    }
    // Moving the node's key saves an allocation a task.
    auto node = ranges_.extract(range);
    node.key() = task + 1;
    ranges_.insert(std::move(node));
    return;
  }
  range->second = task;
  if (end > task + 1) ranges_.emplace(task + 1, end);
}

bool PendingTasks::Take(TaskId task) {
  auto range = ranges_.upper_bound(task.value);
  if (range == ranges_.begin()) return false;
  --range;
  if (task.value >= range->second) return false;
  Split(range, task.value);
  return true;
}

std::optional<TaskId> PendingTasks::TakeStretch(const std::function<bool(TaskId)>& claimed) {
  auto longest = ranges_.end();
  for (auto range = ranges_.begin(); range != ranges_.end(); ++range) {
    if (longest == ranges_.end() ||
        range->second - range->first > longest->second - longest->first) {
      longest = range;
    }
  }
  if (longest == ranges_.end()) return std::nullopt;
  const auto [begin, end] = *longest;
  const std::uint64_t task = claimed(TaskId(begin)) ? begin + (end - begin) / 2 : begin;
  Split(longest, task);
  return TaskId(task);
}

}  // namespace prelabel
