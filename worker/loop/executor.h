// What runs a worker's tasks, seen from its loop: tasks go in, results come out later.
#pragma once

#include <cstdint>
#include <optional>
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
  FailureKind kind = FailureKind::kTransient;
  std::optional<std::uint32_t> position = std::nullopt;  // of the item, where one is to blame
};

// The end of what Configure started: tasks may come, or this worker cannot serve the job.
struct Readiness {
  Result<void> outcome = Ok();
};

using Completion = std::variant<EncodedResult, BrokenTask, Readiness>;

// Called from the loop's thread alone.
class Executor {
 public:
  virtual ~Executor() = default;

  // Drops all tasks and gets ready for a coordinator's: starts loading the model. Does not wait for
  // it; a Readiness follows.
  virtual void Configure(const Welcome& welcome) = 0;
  virtual void Submit(Assignment assignment) = 0;
  // Drops a task, after the item in hand where it has started; a result that comes all the same is
  // ignored later.
  virtual void Cancel(TaskId task, Attempt attempt) = 0;
  virtual void CancelAll() = 0;
  // What has ended since the last call.
  virtual std::vector<Completion> TakeCompleted() = 0;
  virtual std::uint64_t ItemsDone() const = 0;
  // The tasks in the models and in the decoders at this moment, by the attempts they were submitted
  // under; also those that were cancelled and whose item in hand goes on.
  virtual std::vector<RunningTask> Running() const = 0;
};

}  // namespace prelabel
