// One measured run of scale_bench: the coordinator as `prelabel serve` has it (server, scheduler,
// SQLite store, ZeroMQ with CURVE, log and status file) in this process, its workers in others.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/result.h"

namespace prelabel::bench {

struct ScaleOptions {
  std::size_t workers = 1;
  std::uint64_t tasks_a_worker = 1;
  int item_millis = 10;     // mean; a task's items take half to one and a half times that, so that
                            // workers do not go in step
  std::uint32_t items = 8;  // a task: the default of cluster.shard_size
};

// Between the first assignment and the last commit, but for what is said otherwise.
struct ScaleRun {
  double seconds = 0;
  double coordinator_cpu = 0;  // seconds
  double workers_cpu = 0;      // of all worker processes
  double others = 0;           // share of the machine's CPUs that went to other programs
  double received = 0;         // messages
  double received_bytes = 0;
  double sent = 0;
  double sent_bytes = 0;
  double transactions = 0;
  double backups = 0;       // second copies of tasks
  double alone_bytes = 0;   // memory before a worker was there
  double joined_bytes = 0;  // at the first assignment, with all of them
  double peak_bytes = 0;    // of the whole process
};

// Of an item of this task, in seconds.
double ItemSeconds(const ScaleOptions& options, std::uint64_t task);

// A coordinator with workers in `processes` children of this program, which call RunScaleWorkers.
// Nothing is given out before all have joined. Internal: not every task was committed once.
Result<ScaleRun> RunScaleCoordinator(const ScaleOptions& options, std::size_t processes);

// `count` workers in threads of this process, numbered from `first`; until the run is over.
// `keys`: their folder. Results are as large as those of a detector with 8 boxes an image.
Result<void> RunScaleWorkers(const std::string& endpoint, const std::string& keys,
                             std::uint64_t first, std::uint64_t count, const ScaleOptions& options);

}  // namespace prelabel::bench
