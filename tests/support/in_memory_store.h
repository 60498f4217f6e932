// A Store in memory, with the same promises as the durable one (store_conformance_test.cc holds
// both to them). Copyable: a copy is the state at that moment. A result that was damaged (Damage)
// is DataLoss when it is read, and a disk that fails (FailWrites) writes nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/store/store.h"

namespace prelabel {

class InMemoryStore : public Store {
 public:
  Result<void> PutMeta(const std::string& key, const std::string& value) override {
    if (failing_) return *failing_;
    meta_[key] = value;
    return Ok();
  }
  Result<std::optional<std::string>> GetMeta(const std::string& key) override {
    const auto found = meta_.find(key);
    if (found == meta_.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Result<Epoch> NextEpoch() override {
    if (failing_) return *failing_;
    return Epoch(++epoch_);
  }

  Result<void> AppendTasks(const std::vector<Task>& tasks) override {
    if (failing_) return *failing_;
    PRELABEL_TRY(CheckContinues(tasks, rows_.size()));
    for (const Task& task : tasks) rows_.push_back({task});
    return Ok();
  }
  Result<std::vector<TaskRow>> LoadTasks() override { return rows_; }
  Result<std::vector<TaskRow>> LoadTasks(SourceId source) override {
    std::vector<TaskRow> rows;
    for (const TaskRow& row : rows_) {
      if (row.task.source == source) rows.push_back(row);
    }
    return rows;
  }

  Result<void> CommitBatch(const StoreBatch& batch) override {
    if (failing_) return *failing_;
    PRELABEL_TRY(Check(batch));
    // First: the rest may be about the parts.
    for (const PlannedTasks& split : batch.planned) {
      if (split.replaces) {
        TaskRow& row = rows_[split.replaces->value];
        if (row.state == TaskState::kCommitted || row.state == TaskState::kSplit) continue;
        row = {row.task, TaskState::kSplit};
        quarantined_.erase(*split.replaces);
      }
      for (const Task& part : split.tasks) rows_.push_back({part});
    }
    for (const EncodedResult& result : batch.results) {
      TaskRow& row = rows_[result.task.value];
      if (row.state == TaskState::kCommitted || row.state == TaskState::kSplit) continue;
      row.state = TaskState::kCommitted;
      row.attempts = result.attempt.value;
      row.failed_items = result.failed_items;
      row.compute_micros = result.compute_micros;
      quarantined_.erase(result.task);
      payloads_[result.task] = result.payload;
    }
    for (const QuarantinedTask& task : batch.quarantined) {
      TaskRow& row = rows_[task.task.value];
      if (row.state != TaskState::kPending) continue;
      row.state = TaskState::kQuarantined;
      row.attempts = task.attempts;
      quarantined_[task.task] = task;
    }
    for (const TaskFailures& task : batch.failures) {
      TaskRow& row = rows_[task.task.value];
      if (row.state == TaskState::kSplit) continue;
      row.failures = task.failures;
      row.losses = task.losses;
    }
    return Ok();
  }

  Result<void> Redo(const std::vector<TaskId>& tasks) override {
    if (failing_) return *failing_;
    for (const TaskId task : tasks) {
      PRELABEL_TRY(CheckKnown(task, rows_.size()));
    }
    for (const TaskId task : tasks) {
      TaskRow& row = rows_[task.value];
      row = {row.task, row.state == TaskState::kSplit ? TaskState::kSplit : TaskState::kPending};
      payloads_.erase(task);
      quarantined_.erase(task);
      damaged_.erase(task);
    }
    return Ok();
  }

  Result<std::optional<std::string>> ReadPayload(TaskId task) override {
    if (damaged_.contains(task)) return DataLoss("the stored result is damaged");
    const auto found = payloads_.find(task);
    if (found == payloads_.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Result<std::vector<QuarantinedTask>> LoadQuarantined() override {
    std::vector<QuarantinedTask> all;
    for (const auto& [id, task] : quarantined_) all.push_back(task);
    return all;
  }

  void Damage(TaskId task) { damaged_.insert(task); }
  // Everything that writes returns this, and writes nothing, until it is called with nothing.
  void FailWrites(std::optional<Error> error) { failing_ = std::move(error); }

  // What the seam has no reader for.
  std::uint64_t epoch() const { return epoch_; }
  const std::map<std::string, std::string>& meta() const { return meta_; }

 private:
  static Result<void> CheckKnown(TaskId task, std::size_t count) {
    if (task.value < count) return Ok();
    return Internal("no such task");
  }
  static Result<void> CheckContinues(const std::vector<Task>& tasks, std::size_t next) {
    for (const Task& task : tasks) {
      if (task.id.value != next++) return Internal("the tasks' ids do not continue");
    }
    return Ok();
  }

  // A batch is all or nothing: what is wrong is found before anything is changed.
  Result<void> Check(const StoreBatch& batch) const {
    std::set<TaskId> split_here;
    std::size_t next = rows_.size();
    for (const PlannedTasks& split : batch.planned) {
      if (split.replaces) {
        PRELABEL_TRY(CheckKnown(*split.replaces, next));
        const TaskState state = split.replaces->value < rows_.size()
                                    ? rows_[split.replaces->value].state
                                    : TaskState::kPending;
        if (state == TaskState::kCommitted || state == TaskState::kSplit) continue;
        if (!split_here.insert(*split.replaces).second) continue;
      }
      PRELABEL_TRY(CheckContinues(split.tasks, next));
      next += split.tasks.size();
    }
    for (const EncodedResult& result : batch.results) {
      PRELABEL_TRY(CheckKnown(result.task, next));
    }
    for (const QuarantinedTask& task : batch.quarantined) {
      PRELABEL_TRY(CheckKnown(task.task, next));
    }
    for (const TaskFailures& task : batch.failures) {
      PRELABEL_TRY(CheckKnown(task.task, next));
    }
    return Ok();
  }

  std::map<std::string, std::string> meta_;
  std::uint64_t epoch_ = 0;
  std::vector<TaskRow> rows_;
  std::map<TaskId, std::string> payloads_;
  std::map<TaskId, QuarantinedTask> quarantined_;
  std::set<TaskId> damaged_;
  std::optional<Error> failing_;
};

}  // namespace prelabel
