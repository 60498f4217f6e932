// A Store in memory, with the same promises as the durable one: the first commit of a task stays,
// and a result that was damaged (Damage) is DataLoss when it is read.
#pragma once

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
    meta_[key] = value;
    return Ok();
  }
  Result<std::optional<std::string>> GetMeta(const std::string& key) override {
    const auto found = meta_.find(key);
    if (found == meta_.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Result<Epoch> NextEpoch() override { return Epoch(++epoch_); }

  Result<void> AppendTasks(const std::vector<Task>& tasks) override {
    for (const Task& task : tasks) {
      rows_.push_back({task, TaskState::kPending, 0});
      rows_.back().task.id = TaskId(rows_.size() - 1);
    }
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
    // First: the rest may be about the parts.
    for (const TaskSplit& split : batch.splits) {
      if (split.task.value >= rows_.size()) return Internal("no such task");
      if (rows_[split.task.value].state == TaskState::kCommitted) continue;
      rows_[split.task.value].state = TaskState::kSplit;
      for (const Task& part : split.parts) {
        if (part.id.value != rows_.size()) return Internal("the parts' ids do not continue");
        rows_.push_back({part});
      }
    }
    for (const EncodedResult& result : batch.results) {
      if (result.task.value >= rows_.size()) return Internal("no such task");
      TaskRow& row = rows_[result.task.value];
      if (row.state == TaskState::kCommitted) continue;
      row.state = TaskState::kCommitted;
      row.attempts = result.attempt.value;
      row.failed_items = result.failed_items;
      row.compute_micros = result.compute_micros;
      quarantined_.erase(result.task);
      payloads_[result.task] = result.payload;
    }
    for (const QuarantinedTask& task : batch.quarantined) {
      if (task.task.value >= rows_.size()) return Internal("no such task");
      TaskRow& row = rows_[task.task.value];
      if (row.state == TaskState::kCommitted) continue;
      row.state = TaskState::kQuarantined;
      row.attempts = task.attempts;
      quarantined_[task.task] = task;
    }
    for (const TaskFailures& task : batch.failures) {
      if (task.task.value >= rows_.size()) return Internal("no such task");
      rows_[task.task.value].failures = task.failures;
      rows_[task.task.value].losses = task.losses;
    }
    return Ok();
  }
  Result<void> Redo(const std::vector<TaskId>& tasks) override {
    for (const TaskId task : tasks) {
      if (task.value >= rows_.size()) return Internal("no such task");
      rows_[task.value] = {rows_[task.value].task};
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

 private:
  std::map<std::string, std::string> meta_;
  std::uint64_t epoch_ = 0;
  std::vector<TaskRow> rows_;
  std::map<TaskId, std::string> payloads_;
  std::map<TaskId, QuarantinedTask> quarantined_;
  std::set<TaskId> damaged_;
};

}  // namespace prelabel
