// An executor that runs nothing: it records what it was asked for, and a test says what ends.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "worker/loop/executor.h"

namespace prelabel {

class FakeExecutor : public Executor {
 public:
  void Configure(const Welcome& welcome) override {
    configured.push_back(welcome);
    if (ready_at_once) completed.emplace_back(Readiness{});
  }
  void Submit(Assignment assignment) override { submitted.push_back(std::move(assignment)); }
  void Cancel(TaskId task, Attempt attempt) override { cancelled.emplace_back(task, attempt); }
  void CancelAll() override { ++cancelled_all; }
  std::vector<Completion> TakeCompleted() override { return std::exchange(completed, {}); }
  std::uint64_t ItemsDone() const override { return items_done; }
  std::vector<RunningTask> Running() const override { return running; }

  bool ready_at_once = true;
  std::vector<Completion> completed;  // what TakeCompleted hands out next
  std::uint64_t items_done = 0;
  std::vector<RunningTask> running;

  std::vector<Welcome> configured;
  std::vector<Assignment> submitted;
  std::vector<std::pair<TaskId, Attempt>> cancelled;
  int cancelled_all = 0;
};

}  // namespace prelabel
