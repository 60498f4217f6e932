// How one coordinator scales: the real one (scale_cluster.h) with workers whose model sleeps, each
// a connection of its own.
//
// Efficiency: with models of 10 ms an image on average, the ideal time (that of all images /
// workers) over the actual one, first assignment to last commit. Judged while a core is left: where
// coordinator and workers would need no more than all cores but one for the ideal. Cost of a
// connection: CPU time of the coordinator a task with 1 to 1,000 workers of one speed (100 ms an
// image, so that this machine can hold 1,000), each bringing as many tasks and messages.
//
//   scale_bench                  # both tables
//   scale_bench --quick          # under a minute; fails where a bound is clearly missed
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/child_process.h"
#include "tests/bench/scale_cluster.h"
#include "tests/bench/scheduler_cost.h"

namespace prelabel::bench {
namespace {

constexpr std::size_t kProcesses = 4;
constexpr int kFast = 10;  // ms an image
constexpr int kSlow = 100;
constexpr std::uint64_t kSchedulerTasks = 20000;
constexpr int kSchedulerRounds = 3;
constexpr double kKilobyte = 1024;

struct Arguments {
  int rounds = 3;
  double seconds = 8;  // of each measured run, about
  std::vector<std::size_t> fast{1, 4, 16, 64, 256};
  std::vector<std::size_t> slow{1, 10, 100, 1000};
  double efficiency = 0.95;
  double growth = 1.25;
  double scheduler = 0.05;
  bool quick = false;
  bool coordinator = false;
  std::uint64_t first = 0;
  std::string endpoint;
  std::string keys;
  ScaleOptions run;
};

// The medians of several runs with the same number of workers.
struct Row {
  double tasks = 0;
  double efficiency = 0;
  double tasks_a_second = 0;
  double task_cpu = 0;    // seconds, coordinator
  double worker_cpu = 0;  // seconds a task, all worker processes
  double cores = 0;       // busy with coordinator and workers
  double others = 0;      // cores
  double messages = 0;    // both ways, a task
  double bytes = 0;       // both ways, a task
  double commits = 0;     // a second
  double connection_bytes = 0;
  double peak_bytes = 0;
};

// In a process of its own: memory and CPU time are that run's alone.
ScaleRun Measured(const ScaleOptions& options) {
  ChildProcess child({OwnPath(), "--coordinator", "--workers", std::to_string(options.workers),
                      "--tasks-a-worker", std::to_string(options.tasks_a_worker), "--item-millis",
                      std::to_string(options.item_millis), "--items",
                      std::to_string(options.items)});
  ScaleRun run;
  if (const auto line = child.ReadLine()) {
    std::istringstream in(*line);
    in >> run.seconds >> run.coordinator_cpu >> run.workers_cpu >> run.others >> run.received >>
        run.received_bytes >> run.sent >> run.sent_bytes >> run.transactions >> run.backups >>
        run.alone_bytes >> run.joined_bytes >> run.peak_bytes;
    if (!in) run.seconds = 0;
  }
  if (child.Wait() != 0) run.seconds = 0;
  return run;
}

void PrintFigures(const ScaleRun& r) {
  fmt::print("{} {} {} {} {} {} {} {} {} {} {} {} {}\n", r.seconds, r.coordinator_cpu,
             r.workers_cpu, r.others, r.received, r.received_bytes, r.sent, r.sent_bytes,
             r.transactions, r.backups, r.alone_bytes, r.joined_bytes, r.peak_bytes);
}

Result<Row> Measure(const Arguments& arguments, std::size_t workers, int item_millis) {
  ScaleOptions options = arguments.run;
  options.workers = workers;
  options.item_millis = item_millis;
  const double task_seconds = 1e-3 * item_millis * options.items;
  options.tasks_a_worker =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(arguments.seconds / task_seconds));
  const auto tasks = static_cast<double>(workers * options.tasks_a_worker);
  double ideal = 0;  // seconds
  for (std::uint64_t task = 0; task < workers * options.tasks_a_worker; ++task) {
    ideal += ItemSeconds(options, task) * options.items / static_cast<double>(workers);
  }
  const double cpus = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  std::vector<Row> rows;
  for (int round = 0; round < arguments.rounds; ++round) {
    const ScaleRun run = Measured(options);
    if (run.seconds <= 0) return Internal("a run failed");
    Row row;
    row.efficiency = ideal / run.seconds;
    row.tasks_a_second = tasks / run.seconds;
    row.task_cpu = run.coordinator_cpu / tasks;
    row.worker_cpu = run.workers_cpu / tasks;
    row.cores = (run.coordinator_cpu + run.workers_cpu) / run.seconds;
    row.others = run.others * cpus;
    row.messages = (run.received + run.sent) / tasks;
    row.bytes = (run.received_bytes + run.sent_bytes) / tasks;
    row.commits = run.transactions / run.seconds;
    row.connection_bytes = (run.joined_bytes - run.alone_bytes) / static_cast<double>(workers);
    row.peak_bytes = run.peak_bytes;
    rows.push_back(row);
  }
  const auto median = [&](double Row::*value) {
    std::vector<double> values;
    for (const Row& row : rows) values.push_back(row.*value);
    return Median(std::move(values));
  };
  Row row;
  for (double Row::*value :
       {&Row::efficiency, &Row::tasks_a_second, &Row::task_cpu, &Row::worker_cpu, &Row::cores,
        &Row::others, &Row::messages, &Row::bytes, &Row::commits, &Row::connection_bytes,
        &Row::peak_bytes}) {
    row.*value = median(value);
  }
  row.tasks = tasks;
  fmt::print(
      "{:>7} {:>7} {:>6} {:>10.3f} {:>9.1f} {:>10.0f} {:>9.1f} {:>9.1f} {:>8.2f} {:>7.2f} {:>8.1f} "
      "{:>8.0f} {:>9.0f} {:>9.1f} {:>8.1f}\n",
      workers, item_millis, tasks, row.efficiency, row.tasks_a_second,
      row.tasks_a_second * options.items, 1e6 * row.task_cpu, 1e6 * row.worker_cpu, row.cores,
      row.others, row.messages, row.bytes, row.commits, row.connection_bytes / kKilobyte,
      row.peak_bytes / kKilobyte / kKilobyte);
  std::fflush(stdout);
  return row;
}

void PrintHead() {
  constexpr auto kHead =
      "{:>7} {:>7} {:>6} {:>10} {:>9} {:>10} {:>9} {:>9} {:>8} {:>7} {:>8} {:>8} {:>9} {:>9} "
      "{:>8}\n";
  fmt::print(kHead, "workers", "ms/img", "tasks", "efficiency", "tasks/s", "images/s", "us/task",
             "us/task", "cores", "others'", "messages", "bytes", "commits/s", "KiB", "peak MiB");
  fmt::print(kHead, "", "", "", "", "", "", "coordin.", "workers", "ours", "cores", "a task",
             "a task", "", "a worker", "");
}

// CPU seconds a task of the scheduler alone, at the most workers.
double MeasureScheduler(const Arguments& arguments) {
  fmt::print("the scheduler alone, a dispatch after every result\n{:>7} {:>10}\n", "workers",
             "us/task");
  double last = 0;
  for (const std::size_t workers : arguments.slow) {
    std::vector<double> costs;
    for (int round = 0; round < kSchedulerRounds; ++round) {
      costs.push_back(SchedulerSecondsATask(workers, kSchedulerTasks / workers));
    }
    last = Median(std::move(costs));
    fmt::print("{:>7} {:>10.2f}\n", workers, 1e6 * last);
  }
  std::fflush(stdout);
  return last;
}

// Whether all bounds hold.
Result<bool> MeasureAll(const Arguments& arguments) {
  const double scheduler = MeasureScheduler(arguments);
  const double cpus = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  PrintHead();
  double worst = 1;
  std::size_t most = 0;
  for (const std::size_t workers : arguments.fast) {
    PRELABEL_TRY(const Row row, Measure(arguments, workers, kFast));
    const double ideal = row.tasks_a_second / row.efficiency;
    if ((row.task_cpu + row.worker_cpu) * ideal > cpus - 1) continue;  // no core is left
    worst = std::min(worst, row.efficiency);
    most = std::max(most, workers);
  }
  double least = 0;  // of all but the last
  double last = 0;
  for (const std::size_t workers : arguments.slow) {
    PRELABEL_TRY(const Row row, Measure(arguments, workers, kSlow));
    if (last > 0) least = least == 0 ? last : std::min(least, last);
    last = row.task_cpu;
  }
  const double growth = least == 0 ? 1 : last / least;
  fmt::print(
      "RATIO ideal/actual {:.3f} target >={:.2f} (the worst of up to {} workers; {} ms an image, a "
      "core left)\n",
      worst, arguments.efficiency, most, kFast);
  fmt::print(
      "RATIO task-cost-{}-workers {:.3f} target <={:.2f} (CPU time of the coordinator, over the "
      "least with fewer workers)\n",
      arguments.slow.back(), growth, arguments.growth);
  fmt::print("RATIO scheduler/task {:.3f} target <={:.2f} (its share of that, {} workers)\n",
             scheduler / last, arguments.scheduler, arguments.slow.back());
  return worst >= arguments.efficiency && growth <= arguments.growth &&
         scheduler <= arguments.scheduler * last;
}

Result<bool> Run(Arguments& arguments) {
  if (!arguments.endpoint.empty()) {
    PRELABEL_TRY(RunScaleWorkers(arguments.endpoint, arguments.keys, arguments.first,
                                 arguments.run.workers, arguments.run));
    return true;
  }
  if (arguments.coordinator) {
    PRELABEL_TRY(const ScaleRun run, RunScaleCoordinator(arguments.run, kProcesses));
    PrintFigures(run);
    return true;
  }
  if (arguments.quick) {
    arguments.rounds = 1;
    arguments.seconds = 3.2;
    arguments.fast = {1, 16, 64};
    arguments.slow = {10, 100, 1000};
    arguments.efficiency = 0.85;
    arguments.growth = 2;
    arguments.scheduler = 0.15;
  }
  return MeasureAll(arguments);
}

int Main(int argc, char** argv) {
  CLI::App app("How one coordinator scales with the number of workers.", "scale_bench");
  Arguments arguments;
  app.add_option("--rounds", arguments.rounds, "runs a row; the median counts")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", arguments.seconds, "of a run, about")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--fast", arguments.fast, "numbers of workers with 10 ms an image");
  app.add_option("--slow", arguments.slow, "numbers of workers with 100 ms an image");
  app.add_flag("--quick", arguments.quick, "a run a row, fewer rows, loose bounds; see the status");
  app.add_option("--items", arguments.run.items, "images a task")->capture_default_str();
  app.add_flag("--coordinator", arguments.coordinator, "one run; prints its figures");
  app.add_option("--endpoint", arguments.endpoint, "be workers of this coordinator");
  app.add_option("--keys", arguments.keys, "of workers: their folder of keys");
  app.add_option("--first", arguments.first, "of workers: the number of the first");
  app.add_option("--workers", arguments.run.workers, "of one run or process");
  app.add_option("--tasks-a-worker", arguments.run.tasks_a_worker, "of one run");
  app.add_option("--item-millis", arguments.run.item_millis, "of one run or process");
  CLI11_PARSE(app, argc, argv);
  const auto good = Run(arguments);
  if (!good) {
    fmt::print(stderr, "scale_bench: {}\n", good.error().ToString());
    return 1;
  }
  return arguments.quick && !good.value() ? 1 : 0;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
