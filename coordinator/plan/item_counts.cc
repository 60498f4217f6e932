#include "coordinator/plan/item_counts.h"

#include <algorithm>
#include <map>
#include <vector>

namespace prelabel {
namespace {

// Sets the task's bits; how many were not set before.
std::uint64_t Mark(const Task& task, std::vector<bool>& items) {
  const std::uint64_t end = task.first + std::uint64_t{task.count} * task.stride;
  if (items.size() < end) items.resize(std::max<std::uint64_t>(end, 2 * items.size()));
  std::uint64_t fresh = 0;
  for (std::uint32_t i = 0; i < task.count; ++i) {
    auto item = items[task.first + std::uint64_t{i} * task.stride];
    if (!item) ++fresh;
    item = true;
  }
  return fresh;
}

}  // namespace

ItemCounts CountItems(std::span<const TaskRow> tasks) {
  ItemCounts counts;
  std::map<SourceId, std::vector<bool>> all;
  std::map<SourceId, std::vector<bool>> pending;
  for (const TaskRow& row : tasks) {
    if (row.task.kind != TaskKind::kDetect || row.state == TaskState::kSplit) continue;
    counts.total += Mark(row.task, all[row.task.source]);
    if (row.state != TaskState::kPending) continue;
    counts.pending += Mark(row.task, pending[row.task.source]);
  }
  return counts;
}

}  // namespace prelabel
