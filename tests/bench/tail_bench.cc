// What one slow worker costs: a run by three workers, and by the same three and one that is ten
// times slower. Server, scheduler, store, sockets, loops and sessions are the real ones; a task is
// a sleep. The number of tasks differs from round to round, so that the slow worker is met at
// different points of its task by the end of the run.
//
//   tail_bench --rounds 5
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "tests/bench/child_process.h"
#include "tests/bench/noop_cluster.h"
#include "tests/bench/sleeping_worker.h"

namespace prelabel::bench {
namespace {

constexpr std::uint64_t kWorkers = 3;
constexpr int kSlowness = 10;

struct Arguments {
  int rounds = 5;
  std::uint64_t tasks = 60;  // in the first round
  std::uint64_t more = 6;    // in every further one
  int milliseconds = 100;    // a task, nearly
};

void RunWorker(const std::string& endpoint, std::uint64_t number, Duration task) {
  SleepingWorker worker;
  worker.endpoint = endpoint;
  worker.number = number;
  // Between 0.9 and 1.1 of the usual.
  worker.item_time = [task](const Task& t) {
    return task * (90 + 2 * (t.id.value * 7 % 11)) / 100;
  };
  worker.payload = "x";
  const auto outcome = RunSleepingWorker(worker);
  if (!outcome) fmt::print(stderr, "worker {}: {}\n", number, outcome.error().ToString());
}

Result<NoopRun> RunSleepers(const Arguments& arguments, std::uint64_t tasks, bool straggler) {
  const WorkFolder folder("tail_bench");
  const Duration task = std::chrono::milliseconds(arguments.milliseconds);
  std::vector<std::thread> workers;
  auto run = RunNoopServer({tasks, folder.File("run.db"), {}}, [&](const std::string& endpoint) {
    for (std::uint64_t i = 1; i <= kWorkers; ++i)
      workers.emplace_back(RunWorker, endpoint, i, task);
    if (straggler) {
      workers.emplace_back(RunWorker, endpoint, kWorkers + 1, kSlowness * task);
    }
  });
  for (std::thread& worker : workers) worker.join();
  return run;
}

Result<void> Measure(const Arguments& arguments) {
  fmt::print("tasks of {} ms, {} workers, and one that is {} times slower\n",
             arguments.milliseconds, kWorkers, kSlowness);
  std::vector<double> ratios;
  for (int round = 1; round <= arguments.rounds; ++round) {
    const std::uint64_t tasks = arguments.tasks + (round - 1) * arguments.more;
    PRELABEL_TRY(const NoopRun without, RunSleepers(arguments, tasks, false));
    PRELABEL_TRY(const NoopRun with, RunSleepers(arguments, tasks, true));
    ratios.push_back(with.seconds / without.seconds);
    fmt::print(
        "round {}: {} tasks; without the slow worker {:.2f} s, with it {:.2f} s ({} backup "
        "copies); "
        "ratio {:.3f}\n",
        round, tasks, without.seconds, with.seconds, with.backups, ratios.back());
    std::fflush(stdout);
  }
  fmt::print("RATIO tail/without {:.3f} target <=1.30 (the worst of {} rounds; median {:.3f})\n",
             *std::max_element(ratios.begin(), ratios.end()), arguments.rounds, Median(ratios));
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("The time of a run with one slow worker against the run without it.", "tail_bench");
  Arguments arguments;
  app.add_option("--rounds", arguments.rounds, "rounds")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--tasks", arguments.tasks, "tasks in the first round")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--more", arguments.more, "tasks more in every further round")
      ->capture_default_str();
  app.add_option("--milliseconds", arguments.milliseconds, "that a task takes")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(arguments);
  if (done) return 0;
  fmt::print(stderr, "tail_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
