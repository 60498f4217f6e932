#include "tests/simulation/checked_store.h"

namespace prelabel {

Result<void> CheckedStore::CommitBatch(const StoreBatch& batch) {
  if (full) {
    record_.Count("disk full");
    return Unavailable("the disk is full");
  }
  const bool fail = may_fail && dice_.OneIn(60);
  if (fail && dice_.OneIn(2)) return Crash();
  const std::vector<TaskRow> before = LoadTasks().value();
  for (const EncodedResult& result : batch.results) Check(result, before);
  for (const QuarantinedTask& task : batch.quarantined) CheckEnds(task.task, "quarantined");
  for (const PlannedTasks& planned : batch.planned) {
    if (planned.replaces) CheckEnds(*planned.replaces, "replaced");
  }
  PRELABEL_TRY(InMemoryStore::CommitBatch(batch));
  if (fail) return Crash();
  return Ok();
}

Error CheckedStore::Crash() {
  record_.Count("commit failed");
  return Internal("the disk failed");
}

void CheckedStore::CheckEnds(TaskId task, const char* how) {
  if (!ended_.insert(task).second) {
    record_.Violation("task " + std::to_string(task.value) + " " + how + " after its end");
  }
}

void CheckedStore::Check(const EncodedResult& result, const std::vector<TaskRow>& before) {
  CheckEnds(result.task, "committed");
  const std::string name = "task " + std::to_string(result.task.value);
  if (accepted.count({result.task, result.attempt}) == 0) {
    record_.Violation(name + " committed from a stale attempt");
  }
  const Task& task = before[result.task.value].task;
  if (task.kind != TaskKind::kLink) return;
  for (const TaskRow& row : before) {
    if (row.task.kind == TaskKind::kDetect && row.task.source == task.source &&
        row.state == TaskState::kPending) {
      record_.Violation(name + " linked before its video was looked at");
    }
  }
}

}  // namespace prelabel
