// What runs a worker's tasks, seen from its loop: tasks go in, results come out later.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/wire/messages.h"

namespace prelabel {

struct BrokenTask {
  TaskId task;
  Attempt attempt;
  std::string reason;
  bool permanent = false;
};

using CompletedTask = std::variant<EncodedResult, BrokenTask>;

// Called from the loop's thread alone.
class Executor {
 public:
  virtual ~Executor() = default;

  // Gets ready for a coordinator's tasks: reads the model's card and starts loading the model.
  // Drops all tasks. An error means that this worker cannot serve the job.
  virtual Result<void> Configure(const Welcome& welcome) = 0;
  virtual void Submit(Assignment assignment) = 0;
  // Drops a task where it has not started; a result that comes all the same is ignored later.
  virtual void Cancel(TaskId task, Attempt attempt) = 0;
  virtual void CancelAll() = 0;
  // What has ended since the last call.
  virtual std::vector<CompletedTask> TakeCompleted() = 0;
  virtual std::uint64_t ItemsDone() const = 0;
};

}  // namespace prelabel
