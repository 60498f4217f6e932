#include "tests/support/example_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace prelabel {
namespace {

constexpr std::uint32_t kItems = 8;  // a task
constexpr std::size_t kWorkersAHost = 8;
constexpr std::size_t kNeverReady = 40;  // one in so many
constexpr const char* kThen = "2026-11-27T12:00:00.000Z";
constexpr const char* kMarkup = "<img src=x onerror=\"document.title='taken over'\">";

std::vector<TaskRow> Rows(std::uint64_t tasks) {
  std::vector<TaskRow> rows(tasks);
  for (std::uint64_t i = 0; i < tasks; ++i) {
    rows[i].task = {TaskId(i), TaskKind::kDetect, SourceId(0), i * kItems, kItems, 1};
  }
  return rows;
}

}  // namespace

ExampleCluster::ExampleCluster(std::size_t workers, std::uint64_t tasks)
    : items_(tasks * kItems), scheduler_(Rows(tasks), SchedulerOptions()) {
  for (std::size_t i = 0; i < workers; ++i) {
    WorkerInfo worker;
    worker.id = WorkerId(i + 1);
    worker.hostname = i == 0 ? kMarkup : fmt::format("gpu-{:03}.example", i / kWorkersAHost);
    worker.slots = 4;
    worker.compute.device = "cuda:NVIDIA A100-SXM4-40GB";
    collector_.OnWorkerJoined(worker);
    Raise(WorkerJoined{worker.id, worker.slots, {}});
    if (i % kNeverReady != kNeverReady - 1) Raise(WorkerCredit{worker.id, 5});
    log_.push_back(fmt::format(
        R"({{"time":"{}","event":"worker joined","worker":{},"host":"gpu-{:03}.example","slots":4}})",
        kThen, i + 1, i / kWorkersAHost));
  }
  Dispatch();
  // What is at the second worker fails until it is benched; one of each kind besides.
  for (int i = 0; i < 3 && workers > 2; ++i) {
    const auto task = std::find_if(given_.begin(), given_.end(),
                                   [](const AssignTask& t) { return t.worker == WorkerId(2); });
    if (task == given_.end()) break;
    const AssignTask failed = *task;
    given_.erase(task);
    Raise(TaskFailed{failed.worker, failed.task.id, failed.attempt,
                     "'/data/photos/0012.jpg' cannot be opened: Permission denied",
                     FailureKind::kTransient, std::nullopt});
  }
  collector_.OnQuarantined({TaskId(1), 3, fmt::format("'{}.jpg' is not a picture", kMarkup)},
                           kThen);
  WorkerInfo left;
  left.id = WorkerId(workers + 1);
  left.hostname = "gpu-003.example";
  collector_.OnWorkerLeft(left, "its lease ran out: nothing was heard from it", kThen);
  if (log_.size() > 99) log_.erase(log_.begin(), log_.end() - 99);
  log_.push_back(fmt::format(
      R"({{"time":"{}","event":"quarantined","task":1,"reason":"<b>is not a picture</b>"}})",
      kThen));
}

void ExampleCluster::Step(Duration duration, std::uint64_t share) {
  now_ += duration;
  std::vector<AssignTask> kept;
  std::vector<AssignTask> ended;
  for (const AssignTask& task : given_) {
    (task.task.id.value % share == turn_ % share ? ended : kept).push_back(task);
  }
  ++turn_;
  given_ = std::move(kept);
  std::map<WorkerId, std::vector<RunningTask>> running;
  for (const AssignTask& task : given_) {
    auto& at = running[task.worker];
    if (at.size() < 4) at.push_back({task.task.id, task.attempt, 3, 4});
  }
  for (auto& [worker, tasks] : running) {
    collector_.OnWorkerMemory(worker, 700'000'000 + 90'000'000 * (worker.value % 9));
    Raise(WorkerProgress{worker, std::move(tasks)});
  }
  for (const AssignTask& task : ended) {
    Raise(ResultReceived{task.worker, task.task.id, task.attempt});
    EncodedResult result;
    result.task = task.task.id;
    result.items = kItems;
    result.compute_micros = 400'000;
    result.payload.resize(1500);
    collector_.OnCommitted(result, kItems);
    items_done_ += kItems;
  }
  Dispatch();
}

void ExampleCluster::Raise(const SchedulerEvent& event) {
  std::vector<SchedulerAction> actions;
  scheduler_.OnEvent(event, now_, actions);
  Apply(actions);
}

void ExampleCluster::Dispatch() {
  std::vector<SchedulerAction> actions;
  scheduler_.Dispatch(now_, actions);
  Apply(actions);
}

void ExampleCluster::Apply(const std::vector<SchedulerAction>& actions) {
  for (const SchedulerAction& action : actions) {
    if (const auto* assign = std::get_if<AssignTask>(&action)) given_.push_back(*assign);
    if (const auto* commit = std::get_if<CommitResult>(&action))
      collector_.OnCommitDecided(*commit);
    if (const auto* failure = std::get_if<RecordFailure>(&action)) {
      collector_.OnAttemptFailed(failure->failures, kThen);
    }
    if (const auto* cancel = std::get_if<CancelTask>(&action)) {
      std::erase_if(given_, [&](const AssignTask& t) {
        return t.task.id == cancel->task && t.attempt == cancel->attempt;
      });
    }
  }
}

RunStatus ExampleCluster::Status(const std::string& utc) const {
  RunStatus status;
  status.job = fmt::format("street {}", kMarkup);
  status.version = "0.1.0";
  status.started = kThen;
  status.written = utc;
  status.endpoint = "tcp://0.0.0.0:5577";
  status.items = items_;
  status.items_done = items_done_;
  status.items_failed = kItems;
  const double seconds = std::chrono::duration<double>(now_).count() - 1000;
  if (seconds > 0 && items_done_ > 0) {
    status.items_per_second = static_cast<double>(items_done_) / seconds;
    status.eta_seconds = static_cast<double>(items_ - items_done_) / status.items_per_second;
  }
  collector_.Fill(status, scheduler_, now_);
  status.log = log_;
  return status;
}

}  // namespace prelabel
