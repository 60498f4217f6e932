#include "coordinator/cli/prepare_second_looks.h"

#include <optional>
#include <string>

#include "coordinator/plan/second_looks.h"

namespace prelabel {
namespace {

// Replaces tasks by nothing.
Result<void> Drop(Store& store, const std::vector<TaskId>& tasks) {
  StoreBatch batch;
  for (const TaskId task : tasks) batch.planned.push_back({task, {}});
  return store.CommitBatch(batch);
}

}  // namespace

Result<bool> ForgetOtherSecondModel(const JobContext& context, Store& store,
                                    std::vector<TaskRow>& tasks) {
  if (!context.second_card) return false;
  const std::string model = FormatSecondModel(*context.second_card);
  PRELABEL_TRY(const std::optional<std::string> stored, store.GetMeta(kSecondModelKey));
  if (stored == model) return false;
  std::vector<TaskId> old;
  for (const TaskRow& row : tasks) {
    if (row.task.kind == TaskKind::kSecondModel && row.state != TaskState::kSplit) {
      old.push_back(row.task.id);
    }
  }
  if (!old.empty()) {
    PRELABEL_TRY(store.Redo(old));
    PRELABEL_TRY(Drop(store, old));
    PRELABEL_TRY(tasks, store.LoadTasks());
  }
  // Last: until then a start that is cut short finds the old model and forgets the rest.
  PRELABEL_TRY(store.PutMeta(kSecondModelKey, model));
  return stored.has_value();
}

Result<void> UpdateSecondLooks(const JobContext& context, bool retry_failed, Store& store,
                               std::vector<TaskRow>& tasks) {
  bool changed = false;
  if (retry_failed) {
    std::vector<TaskId> failed;
    for (const TaskRow& row : tasks) {
      if (IsSecondLook(row.task.kind) && row.failed_items > 0) failed.push_back(row.task.id);
    }
    if (!failed.empty()) {
      PRELABEL_TRY(store.Redo(failed));
      PRELABEL_TRY(tasks, store.LoadTasks());
    }
  }
  const std::vector<TaskId> unwanted = UnwantedSecondLooks(context.dataset, context.job, tasks);
  if (!unwanted.empty()) {
    PRELABEL_TRY(Drop(store, unwanted));
    changed = true;
  }
  const std::vector<Task> missing = PlanSecondLooks(context.dataset, context.job, tasks);
  if (!missing.empty()) {
    PRELABEL_TRY(store.AppendTasks(missing));
    changed = true;
  }
  if (changed) {
    PRELABEL_TRY(tasks, store.LoadTasks());
  }
  return Ok();
}

}  // namespace prelabel
