// The tail of a run: three workers of 10 ms a task, without and with a fourth that is ten times
// slower. Without backup copies the fourth would hold the last tasks. Real Server, Scheduler,
// store, sockets and worker loops; the work is sleep.
//
//   tail_bench --tasks 600
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "common/wire/zmq_transport.h"
#include "coordinator/server/server.h"
#include "tests/bench/child_process.h"
#include "tests/support/queue_executor.h"
#include "worker/loop/worker_loop.h"

namespace prelabel::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kUsual{10};
constexpr milliseconds kSlow{100};

class CountingObserver : public ServerObserver {
 public:
  void OnWorkerJoined(const WorkerInfo&) override {}
  void OnWorkerLeft(const WorkerInfo&, const std::string&) override {}
  void OnCommitted(const std::vector<EncodedResult>&) override {}
  void OnQuarantined(const QuarantinedTask&) override {}
  void OnRefusedMessage(const std::string&) override {}
  void OnDecision(const SchedulerAction& action) override {
    const auto* assign = std::get_if<AssignTask>(&action);
    if (assign != nullptr && assign->backup) ++backups;
  }
  void OnStoreTrouble(const Error*) override {}
  bool OnTurn(const Scheduler&, TimePoint) override { return true; }
  int backups = 0;
};

void Work(const std::string& endpoint, int number, milliseconds takes) {
  SessionOptions options;
  options.hello.worker_uuid = std::to_string(number);
  options.hello.nonce = (static_cast<std::uint64_t>(number) << 32) + 1;
  const MonotonicClock clock;
  WorkerLoop* to_wake = nullptr;
  QueueExecutor executor([&to_wake] { to_wake->Wake(); },
                         [takes](const Assignment& assignment) -> Completion {
                           std::this_thread::sleep_for(takes);
                           return EncodedResult{
                               assignment.task.id, assignment.attempt, 1, 0, 0, "x"};
                         });
  WorkerLoop loop(
      options, [&] { return ConnectWorker(endpoint); }, executor, clock);
  to_wake = &loop;
  const std::atomic<bool> never{false};
  const auto outcome = loop.Run(never);
  executor.Stop();
  if (!outcome) {
    fmt::print(stderr, "worker: {}\n", outcome.error().ToString());
  }
}

struct Outcome {
  double seconds = 0;
  int backups = 0;
};

Result<Outcome> Run(std::uint64_t count, const std::vector<milliseconds>& workers) {
  const WorkFolder folder("tail_bench");
  PRELABEL_TRY(const auto store, OpenSqliteStore(folder.File("run.db")));
  PRELABEL_TRY(const Epoch epoch, store->NextEpoch());
  std::vector<Task> tasks;
  for (std::uint64_t i = 0; i < count; ++i) {
    tasks.push_back({TaskId(i), TaskKind::kDetect, SourceId(0), i, 1, 1});
  }
  PRELABEL_TRY(store->AppendTasks(tasks));
  PRELABEL_TRY(const std::vector<TaskRow> rows, store->LoadTasks());
  Scheduler scheduler(rows, {});
  PRELABEL_TRY(const BoundTransport bound, BindCoordinator("tcp://127.0.0.1:0"));
  const MonotonicClock clock;
  CountingObserver observer;
  Welcome welcome;
  welcome.epoch = epoch;
  welcome.max_message_bytes = kMaxMessageBytes;
  const auto build = [](const Task& task, Attempt attempt) -> Result<Assignment> {
    Assignment assignment;
    assignment.task = task;
    assignment.attempt = attempt;
    return assignment;
  };
  Server server(welcome, *bound.transport, *store, scheduler, build, clock, observer);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    threads.emplace_back([&, i] { Work(bound.endpoint, static_cast<int>(i) + 1, workers[i]); });
  }
  const std::atomic<bool> stop{false};
  const auto stats = server.Run(stop, std::chrono::seconds(10));
  for (std::thread& thread : threads) thread.join();
  if (!stats) return stats.error();
  const Duration took = stats.value().last_commit - stats.value().first_assign;
  return Outcome{std::chrono::duration<double>(took).count(), observer.backups};
}

Result<void> Measure(std::uint64_t tasks, int rounds) {
  std::vector<double> ratios;
  for (int round = 1; round <= rounds; ++round) {
    PRELABEL_TRY(const Outcome without, Run(tasks, {kUsual, kUsual, kUsual}));
    PRELABEL_TRY(const Outcome with, Run(tasks, {kUsual, kUsual, kUsual, kSlow}));
    ratios.push_back(with.seconds / without.seconds);
    fmt::print(
        "round {}: {} tasks on three workers {:.3f} s; with a fourth, ten times slower, {:.3f} s "
        "({} backup copies); ratio {:.3f}\n",
        round, tasks, without.seconds, with.seconds, with.backups, ratios.back());
    std::fflush(stdout);
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("RATIO tail/without-{} {:.3f} target <=1.30 ({} tasks)\n", tasks,
             ratios[ratios.size() / 2], tasks);
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("The tail of a run with one worker that is ten times slower.", "tail_bench");
  std::uint64_t tasks = 600;
  int rounds = 3;
  app.add_option("--tasks", tasks, "tasks a run")->capture_default_str();
  app.add_option("--rounds", rounds, "rounds")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(tasks, rounds);
  if (done) return 0;
  fmt::print(stderr, "tail_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
