// Prelabel with nothing to do: the real Server, Scheduler, SQLite store, codec and ZeroMQ in this
// process, and the real WorkerLoop and Session in others, whose executor answers at once.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/server/server.h"

namespace prelabel::bench {

// What went through the coordinator's socket.
struct Traffic {
  std::uint64_t received = 0;  // messages
  std::uint64_t received_bytes = 0;
  std::uint64_t sent = 0;
  std::uint64_t sent_bytes = 0;
};

struct NoopOptions {
  std::uint64_t tasks = 0;
  std::string database;     // a file that does not exist yet
  std::string keys;         // the coordinator's folder (key_files.h); empty: no encryption
  std::uint32_t items = 1;  // images a task, each with a path of 44 characters
  std::size_t workers = 0;  // that join before anything is given out
  // Names who is told of everything that the server tells, before the workers start; must outlive
  // the run, and the traffic, which counts on meanwhile, does not. Null: nobody.
  std::function<Result<ServerObserver*>(const std::vector<TaskRow>&, const Traffic&)> observer =
      nullptr;
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
