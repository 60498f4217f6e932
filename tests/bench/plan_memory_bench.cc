// Bytes of the coordinator's memory a task: an image dataset, its plan, the store's rows, the
// scheduler and SQLite's cache, over an empty process, to the end of the run (resident set, from
// /proc/self/statm and VmHWM). Results are committed as the server does, in groups.
//
//   plan_memory_bench --tasks 1000000
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "coordinator/plan/planner.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/store/store.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"

namespace prelabel::bench {
namespace {

constexpr std::size_t kPayloadBytes = 64;
constexpr std::uint32_t kCredit = 1024;

Dataset Images(std::uint64_t count) {
  Dataset dataset;
  SourceItems& source = dataset.sources.emplace_back();
  source.name = "photos";
  source.root = "/data/photos";
  source.files.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    source.files.push_back(fmt::format("2026/11/camera-{:02}/image-{:010}.jpg", i % 100, i));
  }
  return dataset;
}

// One worker that does every task at once; groups are committed as they come.
Result<void> RunPlan(Scheduler& scheduler, Store& store) {
  std::vector<SchedulerAction> actions;
  const WorkerId worker(1);
  const TimePoint now{};
  scheduler.OnEvent(WorkerJoined{worker, 1, {}}, now, actions);
  scheduler.OnEvent(WorkerCredit{worker, kCredit}, now, actions);
  while (!scheduler.Finished()) {
    actions.clear();
    scheduler.Dispatch(now, actions);
    std::vector<EncodedResult> results;
    std::vector<SchedulerAction> answers;
    for (const SchedulerAction& action : actions) {
      const auto& assign = std::get<AssignTask>(action);
      results.push_back(
          {assign.task.id, assign.attempt, 1, 0, 1000, std::string(kPayloadBytes, 'x')});
      scheduler.OnEvent(ResultReceived{worker, assign.task.id, assign.attempt}, now, answers);
    }
    PRELABEL_TRY(store.Commit(results, {}));
  }
  return Ok();
}

Result<void> Measure(std::uint64_t count, int shard_size) {
  const WorkFolder folder("plan_memory_bench");
  const auto tasks = static_cast<double>(count);
  const double before = ResidentBytes();
  const auto print = [&](const char* what) {
    fmt::print("{:<28}{:7.0f} bytes a task\n", what, (ResidentBytes() - before) / tasks);
    std::fflush(stdout);
  };
  const Dataset dataset = Images(count * static_cast<std::uint64_t>(shard_size));
  print("dataset");
  PRELABEL_TRY(const auto store, OpenSqliteStore(folder.File("run.db")));
  // As prelabel run does: what the store has, then what the plan adds.
  PRELABEL_TRY(std::vector<TaskRow> rows, store->LoadTasks());
  {
    const std::vector<Task> missing = PlanMissing(dataset, rows, shard_size);
    if (missing.size() != count) return Internal("the plan has another number of tasks");
    print("+ plan");
    PRELABEL_TRY(store->AppendTasks(missing));
    for (const Task& task : missing) rows.push_back({task});
    print("+ stored, rows");
  }
  Scheduler scheduler(rows, {});
  print("+ scheduler (plan freed)");
  PRELABEL_TRY(RunPlan(scheduler, *store));
  print("every task committed");
  fmt::print("{:<28}{:7.0f} bytes a task\n", "peak", (PeakResidentBytes() - before) / tasks);
  fmt::print("RATIO memory/KiB-a-task {:.3f} target <=1.00 ({} tasks of {} images)\n",
             (PeakResidentBytes() - before) / tasks / 1024, count, shard_size);
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("Memory of a large plan.", "plan_memory_bench");
  std::uint64_t tasks = 1000000;
  int shard_size = 1;
  app.add_option("--tasks", tasks, "tasks of the plan")->capture_default_str();
  app.add_option("--shard-size", shard_size, "images a task")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(tasks, shard_size);
  if (done) return 0;
  fmt::print(stderr, "plan_memory_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
