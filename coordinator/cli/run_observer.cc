#include "coordinator/cli/run_observer.h"

#include <fmt/format.h>

namespace prelabel {
namespace {

// A worker that keeps dying is not started for ever: something is wrong with this machine.
constexpr int kMaxRestarts = 5;

}  // namespace

RunObserver::RunObserver(const std::vector<TaskRow>& rows, Progress& progress, RunLog& log,
                         LocalLauncher* launcher)
    : progress_(progress), log_(log), launcher_(launcher) {
  detect_items_.reserve(rows.size());
  for (const TaskRow& row : rows) {
    const std::uint32_t items = row.task.kind == TaskKind::kDetect ? row.task.count : 0;
    detect_items_.push_back(items);
    state_.items_total += items;
    if (row.state != TaskState::kPending) state_.items_done += items;
  }
}

void RunObserver::OnWorkerJoined(const WorkerInfo& worker) {
  const ComputeClass& c = worker.compute;
  const std::string compute = fmt::format("{} {} {} {}", c.build, c.device, c.cpu, c.precision);
  log_.Write("worker joined", {{"worker", static_cast<std::int64_t>(worker.id.value)},
                               {"host", worker.hostname},
                               {"slots", static_cast<std::int64_t>(worker.slots)},
                               {"compute", compute}});
  if (compute_classes_.insert(compute).second && compute_classes_.size() == 2) {
    progress_.Note(
        "note: workers of different compute classes have joined; scores may differ between them in "
        "the last digits");
  }
  worker_names_.push_back(
      fmt::format("{}, {} slot{}", worker.hostname, worker.slots, worker.slots == 1 ? "" : "s"));
  state_.workers = ++workers_;
}

void RunObserver::OnWorkerLeft(const WorkerInfo& worker, const std::string& reason) {
  log_.Write("worker left",
             {{"worker", static_cast<std::int64_t>(worker.id.value)}, {"reason", reason}});
  state_.workers = --workers_;
  if (reason == "done" || reason == last_reason_) return;  // the log has each
  last_reason_ = reason;
  progress_.Note(fmt::format("worker {} on {} left: {}", worker.id.value, worker.hostname, reason));
}

void RunObserver::OnCommitted(const std::vector<EncodedResult>& results) {
  for (const EncodedResult& result : results) {
    const std::uint32_t items = detect_items_[result.task.value];
    state_.items_done += items;
    items_in_this_session_ += items;
    state_.items_failed += result.failed_items;
    log_.Write("committed", {{"task", static_cast<std::int64_t>(result.task.value)},
                             {"attempt", static_cast<std::int64_t>(result.attempt.value)},
                             {"items", static_cast<std::int64_t>(result.items)},
                             {"failed_items", static_cast<std::int64_t>(result.failed_items)},
                             {"compute_ms", static_cast<double>(result.compute_micros) / 1000}});
  }
}

void RunObserver::OnQuarantined(const QuarantinedTask& task) {
  const std::uint32_t items = detect_items_[task.task.value];
  state_.items_done += items;
  state_.items_failed += items;
  log_.Write("quarantined", {{"task", static_cast<std::int64_t>(task.task.value)},
                             {"attempts", static_cast<std::int64_t>(task.attempts)},
                             {"reason", task.reason}});
  progress_.Note(fmt::format("task {} is quarantined: {}", task.task.value, task.reason));
}

void RunObserver::OnRefusedMessage(const std::string& reason) {
  log_.Write("message refused", {{"reason", reason}});
}

bool RunObserver::OnTurn(const Scheduler& scheduler, TimePoint now) {
  state_.linking = state_.items_done == state_.items_total && !scheduler.Finished();
  progress_.Update(state_, now);
  log_.Flush();
  if (launcher_ != nullptr && !scheduler.Finished()) WatchLauncher();
  return failure_.empty();
}

void RunObserver::WatchLauncher() {
  for (const ExitedWorker& worker : launcher_->Poll()) {
    if (worker.ok) continue;  // it was told to leave
    log_.Write("worker process ended",
               {{"number", static_cast<std::int64_t>(worker.number)}, {"status", worker.status}});
    if (!worker.usage && restarts_ < kMaxRestarts && launcher_->Start(1)) {
      ++restarts_;
      progress_.Note(fmt::format("worker process {} {}; another one is started (its log: {})",
                                 worker.number, worker.status, worker.log.string()));
    } else if (launcher_->Running() == 0) {
      failure_ = fmt::format("every worker process has ended; the last one {} (its log: {})",
                             worker.status, worker.log.string());
      failed_for_good_ = worker.usage;
      if (!last_reason_.empty()) failure_ += "\n  it said: " + last_reason_;
    }
  }
}

void RunObserver::Finish(TimePoint now) {
  if (!failure_.empty()) return;
  state_.linking = false;
  progress_.Finish(state_, now);
}

}  // namespace prelabel
