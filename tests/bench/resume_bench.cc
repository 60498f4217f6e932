// How long a coordinator of a large run takes to go on with it after a SIGKILL: the store is opened
// (the write-ahead log is there), the tasks are read, the plan is compared with the dataset and the
// scheduler is built. Nine tasks in ten are committed, with payloads; before each cold repetition
// the files are dropped from the kernel's cache. Listing the dataset's files is not part of it.
//
//   resume_bench --tasks 1000000
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/plan/planner.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/store/store.h"
#include "tests/bench/child_process.h"

namespace prelabel::bench {
namespace {

constexpr std::size_t kPayloadBytes = 1500;  // a picture with a dozen predictions and an embedding
constexpr std::uint64_t kBatch = 20000;
constexpr double kTargetSeconds = 2;

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<void> Fill(const std::string& path, std::uint64_t tasks, std::size_t payload_bytes) {
  PRELABEL_TRY(const auto store, OpenSqliteStore(path));
  std::vector<Task> plan;
  plan.reserve(tasks);
  for (std::uint64_t i = 0; i < tasks; ++i) {
    plan.push_back({TaskId(i), TaskKind::kDetect, SourceId(0), i, 1, 1});
  }
  PRELABEL_TRY(store->AppendTasks(plan));
  for (std::uint64_t first = 0; first < tasks; first += kBatch) {
    std::vector<EncodedResult> results;
    for (std::uint64_t i = first; i < std::min(tasks, first + kBatch); ++i) {
      if (i % 10 == 9) continue;
      results.push_back({TaskId(i), Attempt(1), 1, 0, 1000, std::string(payload_bytes, 'x')});
    }
    PRELABEL_TRY(store->Commit(std::move(results)));
  }
  return Ok();
}

// As a SIGKILL leaves it: the last commits are in the log only.
Result<void> LeaveLog(const std::string& path, std::uint64_t tasks) {
  const std::filesystem::path log = path + "-wal";
  const std::filesystem::path kept = path + "-kept";
  PRELABEL_TRY(auto store, OpenSqliteStore(path));
  for (int i = 0; i < 200; ++i) {
    std::vector<TaskFailures> failures = {
        {TaskId(static_cast<std::uint64_t>(i) % tasks), 1, 1, "x"}};
    PRELABEL_TRY(store->CommitBatch({{}, {}, std::move(failures), {}}));
  }
  std::filesystem::copy_file(log, kept);
  store.reset();
  std::filesystem::rename(kept, log);
  return Ok();
}

// Needs no privileges, unlike /proc/sys/vm/drop_caches; dirty pages must have been written.
void DropFromCache(const std::string& path) {
  for (const std::string& file : {path, path + "-wal"}) {
    const int descriptor = open(file.c_str(), O_RDONLY);
    if (descriptor < 0) continue;
    fsync(descriptor);
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    close(descriptor);
  }
}

Result<double> Resume(const std::string& path, std::uint64_t tasks, const char* what) {
  const auto start = std::chrono::steady_clock::now();
  PRELABEL_TRY(const auto store, OpenSqliteStore(path));
  const double opened = Since(start);
  PRELABEL_TRY(const std::vector<TaskRow> rows, store->LoadTasks());
  const double loaded = Since(start);
  Dataset dataset;
  dataset.sources.emplace_back().files.resize(tasks);
  const auto planning = std::chrono::steady_clock::now();
  if (!PlanMissing(dataset, rows, 1).empty()) return Internal("the store lacks tasks");
  const double planned = Since(planning);
  const auto scheduling = std::chrono::steady_clock::now();
  PRELABEL_TRY(store->NextEpoch());
  Scheduler scheduler(rows, {});
  const double scheduled = Since(scheduling);
  const double all = loaded + planned + scheduled;
  if (scheduler.TaskCount() != tasks || scheduler.DoneCount() == 0) {
    return Internal("the store has other tasks than were written");
  }
  fmt::print("{:<5} open {:.3f} s, read {:.3f} s, plan {:.3f} s, schedule {:.3f} s: {:.3f} s\n",
             what, opened, loaded - opened, planned, scheduled, all);
  return all;
}

Result<void> Measure(std::uint64_t tasks, std::size_t payload_bytes, int repetitions) {
  const WorkFolder folder("resume_bench");
  const std::string path = folder.File("run.db");
  PRELABEL_TRY(Fill(path, tasks, payload_bytes));
  fmt::print("{} tasks, a store of {:.2f} GB\n", tasks,
             static_cast<double>(std::filesystem::file_size(path)) / 1e9);
  std::fflush(stdout);
  double worst = 0;
  for (int i = 0; i < repetitions; ++i) {
    PRELABEL_TRY(LeaveLog(path, tasks));
    DropFromCache(path);
    PRELABEL_TRY(const double cold, Resume(path, tasks, "cold"));
    PRELABEL_TRY(LeaveLog(path, tasks));
    PRELABEL_TRY(Resume(path, tasks, "warm"));
    worst = std::max(worst, cold);
  }
  fmt::print(
      "RATIO resume/2s {:.3f} target <=1.00 ({:.2f} s: {} tasks, slowest of {} cold starts)\n",
      worst / kTargetSeconds, worst, tasks, repetitions);
  return Ok();
}

int Main(int argc, char** argv) {
  CLI::App app("Start of a coordinator on a large run.", "resume_bench");
  std::uint64_t tasks = 1000000;
  std::size_t payload_bytes = kPayloadBytes;
  int repetitions = 3;
  app.add_option("--tasks", tasks, "tasks of the run")->capture_default_str();
  app.add_option("--payload", payload_bytes, "bytes of a result")->capture_default_str();
  app.add_option("--repetitions", repetitions, "cold and warm starts")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = Measure(tasks, payload_bytes, repetitions);
  if (done) return 0;
  fmt::print(stderr, "resume_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
