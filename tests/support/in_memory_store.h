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

  Result<void> Commit(const std::vector<EncodedResult>& results,
                      const std::vector<QuarantinedTask>& quarantined) override {
    for (const EncodedResult& result : results) {
      if (result.task.value >= rows_.size()) return Internal("no such task");
      TaskRow& row = rows_[result.task.value];
      if (row.state == TaskState::kCommitted) continue;
      row.state = TaskState::kCommitted;
      row.attempts = result.attempt.value;
      quarantined_.erase(result.task);
      payloads_[result.task] = result.payload;
    }
    for (const QuarantinedTask& task : quarantined) {
      if (task.task.value >= rows_.size()) return Internal("no such task");
      TaskRow& row = rows_[task.task.value];
      if (row.state == TaskState::kCommitted) continue;
      row.state = TaskState::kQuarantined;
      row.attempts = task.attempts;
      quarantined_[task.task] = task;
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
