// A real worker (loop, session, sockets) whose model sleeps. Thread-safe: one a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/wire/curve_keys.h"
#include "common/wire/task.h"

namespace prelabel::bench {

struct SleepingWorker {
  std::string endpoint;
  std::optional<WorkerKeys> keys{};  // none: no encryption
  std::uint64_t number = 0;          // distinct among the run's workers
  // How long the model takes for one item. Called from the executor's thread.
  std::function<Duration(const Task&)> item_time;
  std::string payload{};  // of every result
};

// Works until the run is over. As in a real worker the model has a thread of its own, which tells
// the loop of every item; a task's items end at multiples of `item_time` after its start.
Result<void> RunSleepingWorker(const SleepingWorker& worker);

}  // namespace prelabel::bench
