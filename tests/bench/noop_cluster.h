// Prelabel with nothing to do: the real Server, Scheduler, SQLite store, codec and ZeroMQ in this
// process, and the real WorkerLoop and Session in others, whose executor answers at once.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/base/result.h"

namespace prelabel::bench {

struct NoopOptions {
  std::uint64_t tasks = 0;
  std::string database;  // a file that does not exist yet
  std::string keys;      // the coordinator's folder (key_files.h); empty: no encryption
};

struct NoopRun {
  double seconds = 0;  // first assignment to last commit
  std::uint64_t transactions = 0;
  double mean_held = 0;       // tasks at the workers, mean over the loop's turns
  std::uint64_t backups = 0;  // second copies of tasks that took too long
};

// `start_workers` is given the endpoint and starts processes that call RunNoopWorker, or other
// workers. Internal: not every task was committed once.
Result<NoopRun> RunNoopServer(const NoopOptions& options,
                              const std::function<void(const std::string&)>& start_workers);

// Works until the run is over. `keys`: a worker's folder; empty: no encryption.
Result<void> RunNoopWorker(const std::string& endpoint, const std::string& keys,
                           std::size_t payload_bytes);

}  // namespace prelabel::bench
