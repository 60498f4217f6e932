#include "tests/bench/sleeping_worker.h"

#include <unistd.h>

#include <atomic>
#include <thread>

#include "common/wire/zmq_transport.h"
#include "tests/support/queue_executor.h"
#include "worker/loop/worker_loop.h"

namespace prelabel::bench {

Result<void> RunSleepingWorker(const SleepingWorker& worker) {
  const MonotonicClock clock;
  SessionOptions options;
  options.hello.worker_uuid = "worker " + std::to_string(worker.number);
  options.hello.hostname = "bench";
  options.hello.process_id = static_cast<std::uint64_t>(getpid());
  options.hello.nonce = (worker.number << 32) + 1;
  WorkerLoop* loop_to_wake = nullptr;
  QueueExecutor* itself = nullptr;
  QueueExecutor executor(
      [&loop_to_wake] { loop_to_wake->Wake(); },
      [&worker, &itself](const Assignment& assignment) -> Completion {
        const Task& task = assignment.task;
        const Duration item = worker.item_time(task);
        auto end = std::chrono::steady_clock::now();
        for (std::uint32_t done = 0; done < task.count; ++done) {
          itself->Progress(assignment, done);
          std::this_thread::sleep_until(end += item);
        }
        const auto micros =
            std::chrono::duration_cast<std::chrono::microseconds>(item * task.count).count();
        return EncodedResult{
            task.id,       assignment.attempt, task.count, 0, static_cast<std::uint64_t>(micros),
            worker.payload};
      });
  itself = &executor;
  WorkerLoop loop(
      options, [&] { return ConnectWorker(worker.endpoint, worker.keys); }, executor, clock);
  loop_to_wake = &loop;
  const std::atomic<bool> stop{false};
  Result<void> outcome = loop.Run(stop);
  executor.Stop();  // before the loop that it wakes is gone
  return outcome;
}

}  // namespace prelabel::bench
