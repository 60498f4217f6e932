#include "coordinator/plan/redo.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include "common/wire/codec.h"
#include "coordinator/plan/planner.h"

namespace prelabel {
namespace {

using ItemsBySource = std::map<SourceId, std::set<std::uint64_t>>;

// `tasks` and the last link task of each source of which a detect task is among them.
std::vector<TaskId> WithLinks(const std::vector<TaskRow>& rows, const std::set<TaskId>& tasks) {
  std::set<SourceId> sources;
  for (const TaskId task : tasks) {
    if (task.value >= rows.size()) continue;
    const Task& row = rows[task.value].task;
    if (row.kind == TaskKind::kDetect) sources.insert(row.source);
  }
  std::map<SourceId, TaskId> links;
  for (const TaskRow& row : rows) {
    if (row.task.kind == TaskKind::kLink) links[row.task.source] = row.task.id;
  }
  std::set<TaskId> all = tasks;
  for (const SourceId source : sources) {
    const auto link = links.find(source);
    if (link != links.end()) all.insert(link->second);
  }
  return {all.begin(), all.end()};
}

// Calls `visit(item, ok)` for the items of a committed task.
Result<void> VisitItems(Store& store, const TaskRow& row,
                        const std::function<void(std::uint64_t, bool)>& visit) {
  Result<std::optional<std::string>> payload = store.ReadPayload(row.task.id);
  if (payload.has_error()) {
    if (payload.error().code == ErrorCode::kDataLoss) return Ok();
    return std::move(payload).error();
  }
  if (!payload.value().has_value()) return Ok();
  PRELABEL_TRY(const TaskResult result, DecodeTaskPayload(*payload.value()));
  for (const ItemResult& item : result.items) visit(item.item, item.ok());
  return Ok();
}

// The items of `items` that the task covers.
std::vector<std::uint64_t> CoveredOf(const Task& task, const std::set<std::uint64_t>& items) {
  std::vector<std::uint64_t> covered;
  const std::uint64_t end = task.first + std::uint64_t{task.count} * task.stride;
  for (auto it = items.lower_bound(task.first); it != items.end() && *it < end; ++it) {
    if ((*it - task.first) % task.stride == 0) covered.push_back(*it);
  }
  return covered;
}

}  // namespace

Result<void> RedoDamaged(Store& store, const std::vector<TaskId>& damaged) {
  PRELABEL_TRY(const std::vector<TaskRow> rows, store.LoadTasks());
  return store.Redo(WithLinks(rows, {damaged.begin(), damaged.end()}));
}

Result<ItemsBySource> FindFailedItems(Store& store, const std::vector<TaskRow>& tasks) {
  ItemsBySource failed;
  for (const TaskRow& row : tasks) {
    if (row.task.kind != TaskKind::kDetect || row.failed_items == 0) continue;
    PRELABEL_TRY(VisitItems(store, row, [&](std::uint64_t item, bool ok) {
      if (!ok) failed[row.task.source].insert(item);
    }));
  }
  // Other tasks may have labeled them since, or are about to.
  for (const TaskRow& row : tasks) {
    const auto source = failed.find(row.task.source);
    if (source == failed.end() || row.task.kind != TaskKind::kDetect || row.task.stride == 0) {
      continue;
    }
    std::set<std::uint64_t>& items = source->second;
    const std::vector<std::uint64_t> covered = CoveredOf(row.task, items);
    if (covered.empty()) continue;
    const bool committed = row.state == TaskState::kCommitted;
    if (row.state == TaskState::kPending || (committed && row.failed_items == 0)) {
      for (const std::uint64_t item : covered) items.erase(item);
    } else if (committed) {
      PRELABEL_TRY(VisitItems(store, row, [&](std::uint64_t item, bool ok) {
        if (ok) items.erase(item);
      }));
    }
  }
  std::erase_if(failed, [](const auto& source) { return source.second.empty(); });
  return failed;
}

Result<std::uint64_t> RetryFailed(Store& store, const Dataset& dataset, int shard_size) {
  PRELABEL_TRY(std::vector<TaskRow> rows, store.LoadTasks());
  std::uint64_t count = 0;
  std::set<TaskId> quarantined;
  for (const TaskRow& row : rows) {
    if (row.state != TaskState::kQuarantined) continue;
    quarantined.insert(row.task.id);
    if (row.task.kind == TaskKind::kDetect) count += row.task.count;
  }
  if (!quarantined.empty()) {
    PRELABEL_TRY(store.Redo(WithLinks(rows, quarantined)));
    PRELABEL_TRY(rows, store.LoadTasks());
  }
  PRELABEL_TRY(const ItemsBySource failed, FindFailedItems(store, rows));
  for (const auto& [source, items] : failed) count += items.size();
  if (!failed.empty()) {
    // One transaction: a new link task never comes without the detect tasks that it is for.
    PRELABEL_TRY(store.AppendTasks(PlanAgain(dataset, failed, rows, shard_size)));
  }
  return count;
}

Result<std::uint64_t> CountFailedItems(Store& store, const std::vector<TaskRow>& tasks) {
  std::uint64_t failed = 0;
  for (const TaskRow& row : tasks) {
    if (row.state == TaskState::kQuarantined && row.task.kind == TaskKind::kDetect) {
      failed += row.task.count;
    }
  }
  PRELABEL_TRY(const auto items, FindFailedItems(store, tasks));
  for (const auto& [source, indices] : items) failed += indices.size();
  return failed;
}

}  // namespace prelabel
