#include "coordinator/cli/run_observer.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/plan/item_counts.h"

namespace prelabel {
namespace {

constexpr Duration kWatchEvery = std::chrono::milliseconds(100);
constexpr Duration kStatusEvery = std::chrono::seconds(1);
constexpr Duration kFileEvery = std::chrono::seconds(2);

}  // namespace

RunObserver::RunObserver(const std::vector<TaskRow>& rows, std::uint64_t failed_items,
                         Progress& progress, RunLog& log, Fleet* fleet,
                         std::optional<std::uint64_t> max_failed_items)
    : progress_(progress), log_(log), fleet_(fleet), max_failed_items_(max_failed_items) {
  sizes_.reserve(rows.size());
  for (const TaskRow& row : rows) {
    sizes_.push_back(SizeOf(row.task));
    if (row.state == TaskState::kSplit) continue;
    state_.looks_total += sizes_.back().looks;
    if (row.state != TaskState::kPending) state_.looks_done += sizes_.back().looks;
  }
  const ItemCounts counts = CountItems(rows);
  state_.items_total = counts.total;
  state_.items_done = counts.total - counts.pending;
  state_.items_failed = failed_items;
}

RunObserver::TaskSize RunObserver::SizeOf(const Task& task) {
  if (IsSecondLook(task.kind)) return {0, task.count};
  return {task.kind == TaskKind::kDetect ? task.count : 0, 0};
}

void RunObserver::OnWorkerJoined(const WorkerInfo& worker) {
  const ComputeClass& c = worker.compute;
  const std::string compute = fmt::format("{} {} {} {}", c.build, c.device, c.cpu, c.precision);
  log_.Write("worker joined", {{"worker", static_cast<std::int64_t>(worker.id.value)},
                               {"host", worker.hostname},
                               {"slots", static_cast<std::int64_t>(worker.slots)},
                               {"compute", compute}});
  devices_.insert(c.device);
  if (compute_classes_.insert(compute).second && compute_classes_.size() == 2) {
    progress_.Note(
        "note: workers of different compute classes have joined; scores may differ between them in "
        "the last digits");
  }
  worker_names_.push_back(
      fmt::format("{}, {} slot{}", worker.hostname, worker.slots, worker.slots == 1 ? "" : "s"));
  collector_.OnWorkerJoined(worker);
  if (fleet_ != nullptr) fleet_->OnJoined(worker.id, worker.allocation, worker.slots);
  state_.workers = collector_.workers();
}

void RunObserver::OnWorkerLeft(const WorkerInfo& worker, const std::string& reason) {
  log_.Write("worker left",
             {{"worker", static_cast<std::int64_t>(worker.id.value)}, {"reason", reason}});
  collector_.OnWorkerLeft(worker, reason, UtcNow());
  if (fleet_ != nullptr) fleet_->OnLeft(worker.id);
  state_.workers = collector_.workers();
  if (reason == "done" || reason == last_reason_) return;  // the log has each
  last_reason_ = reason;
  progress_.Note(fmt::format("worker {} on {} left: {}", worker.id.value, worker.hostname, reason));
}

void RunObserver::OnWorkerMemory(WorkerId worker, std::uint64_t resident_bytes) {
  collector_.OnWorkerMemory(worker, resident_bytes);
}

// One line a state change.
void RunObserver::OnDecision(const SchedulerAction& action) {
  const auto number = [](auto id) { return static_cast<std::int64_t>(id.value); };
  if (const auto* assign = std::get_if<AssignTask>(&action)) {
    log_.Write(assign->backup ? "backup assigned" : "assigned",
               {{"task", number(assign->task.id)},
                {"attempt", number(assign->attempt)},
                {"worker", number(assign->worker)}});
  } else if (const auto* adopt = std::get_if<AdoptTask>(&action)) {
    log_.Write("lease adopted", {{"task", number(adopt->held.task)},
                                 {"attempt", number(adopt->attempt)},
                                 {"worker", number(adopt->worker)}});
  } else if (const auto* cancel = std::get_if<CancelTask>(&action)) {
    log_.Write("recalled", {{"task", number(cancel->task)},
                            {"attempt", number(cancel->attempt)},
                            {"worker", number(cancel->worker)}});
  } else if (const auto* refuse = std::get_if<RefuseResult>(&action)) {
    log_.Write(
        "result refused",
        {{"task", number(refuse->task)},
         {"attempt", number(refuse->attempt)},
         {"worker", number(refuse->worker)},
         {"status", std::string(refuse->status == AckStatus::kDuplicate ? "duplicate" : "stale")}});
  } else if (const auto* commit = std::get_if<CommitResult>(&action)) {
    collector_.OnCommitDecided(*commit);
  } else if (const auto* failure = std::get_if<RecordFailure>(&action)) {
    const TaskFailures& f = failure->failures;
    collector_.OnAttemptFailed(f, UtcNow());
    log_.Write("attempt failed", {{"task", number(f.task)},
                                  {"failures", static_cast<std::int64_t>(f.failures)},
                                  {"losses", static_cast<std::int64_t>(f.losses)},
                                  {"reason", f.reason}});
  } else if (const auto* replace = std::get_if<ReplaceTask>(&action)) {
    const PlannedTasks& split = replace->split;
    for (const Task& part : split.tasks) {
      sizes_.push_back(SizeOf(part));
    }
    log_.Write("split", {{"task", number(*split.replaces)},
                         {"first_part", number(split.tasks.front().id)},
                         {"last_part", number(split.tasks.back().id)},
                         {"reason", replace->reason}});
    if (fleet_ != nullptr) fleet_->OnProgress();  // the culprit is being found
  } else if (const auto* round = std::get_if<PlanRound>(&action)) {
    std::int64_t frames = 0;
    for (const Task& task : round->planned.tasks) {
      sizes_.push_back(SizeOf(task));
      frames += sizes_.back().items;
    }
    state_.items_total += static_cast<std::uint64_t>(frames);
    const std::vector<Task>& tasks = round->planned.tasks;
    log_.Write("round planned", {{"source", number(tasks.front().source)},
                                 {"frames", frames},
                                 {"first_task", number(tasks.front().id)},
                                 {"last_task", number(tasks.back().id)}});
  } else if (const auto* bench = std::get_if<BenchWorker>(&action)) {
    const double seconds = std::chrono::duration<double>(bench->pause).count();
    log_.Write(
        "worker benched",
        {{"worker", number(bench->worker)}, {"seconds", seconds}, {"reason", bench->reason}});
    progress_.Note(fmt::format("worker {} gets nothing for {:.0f} s: everything fails there; {}",
                               bench->worker.value, seconds, bench->reason));
  }
}

void RunObserver::OnStoreTrouble(const Error* error) {
  store_trouble_ = error == nullptr ? std::string() : error->ToString();
  if (error == nullptr) {
    log_.Write("store recovered", {});
    progress_.Note("results are stored again; the run goes on");
    return;
  }
  log_.Write("store waits", {{"reason", error->ToString()}});
  progress_.Note(fmt::format("waiting: {}; the workers keep their results", error->ToString()));
}

void RunObserver::OnCommitted(const std::vector<EncodedResult>& results) {
  if (fleet_ != nullptr) fleet_->OnProgress();
  for (const EncodedResult& result : results) {
    const TaskSize size = sizes_[result.task.value];
    state_.items_done += size.items;
    state_.looks_done += size.looks;
    items_in_this_session_ += size.items;
    if (size.items > 0) state_.items_failed += result.failed_items;
    collector_.OnCommitted(result, size.items);
    log_.Write("committed", {{"task", static_cast<std::int64_t>(result.task.value)},
                             {"attempt", static_cast<std::int64_t>(result.attempt.value)},
                             {"items", static_cast<std::int64_t>(result.items)},
                             {"failed_items", static_cast<std::int64_t>(result.failed_items)},
                             {"compute_ms", static_cast<double>(result.compute_micros) / 1000}});
  }
}

void RunObserver::OnQuarantined(const QuarantinedTask& task) {
  const TaskSize size = sizes_[task.task.value];
  state_.items_done += size.items;
  state_.items_failed += size.items;
  state_.looks_done += size.looks;
  if (fleet_ != nullptr) fleet_->OnProgress();
  collector_.OnQuarantined(task, UtcNow());
  log_.Write("quarantined", {{"task", static_cast<std::int64_t>(task.task.value)},
                             {"attempts", static_cast<std::int64_t>(task.attempts)},
                             {"reason", task.reason}});
  progress_.Note(fmt::format("task {} is quarantined: {}", task.task.value, task.reason));
}

void RunObserver::OnRefusedMessage(const std::string& reason) {
  log_.Write("message refused", {{"reason", reason}});
}

bool RunObserver::OnTurn(const Scheduler& scheduler, TimePoint now) {
  state_.linking = state_.items_done == state_.items_total &&
                   state_.looks_done == state_.looks_total && !scheduler.Finished();
  progress_.Update(state_, now);
  log_.Flush();
  if (fleet_ != nullptr && !draining_ && !scheduler.Finished() && now >= next_watch_) {
    next_watch_ = now + kWatchEvery;
    WatchFleet(scheduler, now);
  }
  if (take_commands && !draining_) {
    for (const ControlCommand& command : take_commands()) Obey(command);
  }
  if (ended_early_.empty() && max_failed_items_ && state_.items_failed > *max_failed_items_) {
    ended_early_ = fmt::format(
        "{} items are quarantined, more than cluster.max_failed_items allows ({}); the run ends "
        "early, the rest is not labeled; with --retry-failed or a higher limit it goes on",
        state_.items_failed, *max_failed_items_);
    log_.Write("ended early", {{"reason", ended_early_}});
    progress_.Note(ended_early_);
  }
  if ((!status_path_.empty() || on_status) && now >= next_status_) {
    next_status_ = now + kStatusEvery;
    TellStatus(scheduler, now);
  }
  return failure_.empty() && ended_early_.empty();
}

void RunObserver::Obey(const ControlCommand& command) {
  next_status_ = {};
  switch (command.kind) {
    case ControlKind::kPause:
    case ControlKind::kResume: {
      const bool pause = command.kind == ControlKind::kPause;
      if (pause == paused_) return;
      paused_ = pause;
      log_.Write(pause ? "paused" : "resumed", {});
      progress_.Note(pause ? "paused: nothing more is given out (prelabel resume)"
                           : "the run goes on");
      if (on_pause) on_pause(pause);
      return;
    }
    case ControlKind::kCancel:
      log_.Write("cancelled", {});
      progress_.Note("somebody asked for the run to stop (prelabel cancel)");
      if (on_cancel) on_cancel();
      return;
    case ControlKind::kDrain:
      log_.Write("worker drained", {{"worker", static_cast<std::int64_t>(command.worker.value)}});
      if (on_dismiss) on_dismiss(command.worker);
      return;
  }
}

void RunObserver::OnDraining() {
  draining_ = true;
  next_status_ = {};
}

void RunObserver::WriteStatusTo(std::filesystem::path path, RunStatus known) {
  status_path_ = std::move(path);
  known_ = std::move(known);
}

void RunObserver::TellStatus(const Scheduler& scheduler, TimePoint now) {
  auto status = std::make_shared<RunStatus>(known_);
  status->written = UtcNow();
  if (draining_) status->state = "draining";
  if (fleet_ != nullptr) status->launcher = fleet_->Describe(now);
  if (paused_ && !draining_) {
    status->state = "paused";
    status->reason = "nothing more is given out; prelabel resume goes on";
  }
  if (!store_trouble_.empty()) {
    status->state = "waiting";
    status->reason = store_trouble_;
  }
  status->items = state_.items_total;
  status->items_done = state_.items_done;
  status->items_failed = state_.items_failed;
  status->looks = state_.looks_total;
  status->looks_done = state_.looks_done;
  status->linking = state_.linking;
  status->items_per_second = progress_.items_per_second();
  if (status->items_per_second > 0 && status->items_done < status->items) {
    status->eta_seconds =
        static_cast<double>(status->items - status->items_done) / status->items_per_second;
  }
  collector_.Fill(*status, scheduler, now);
  status->log.assign(log_.tail().begin(), log_.tail().end());
  if (on_status) on_status(status);
  if (status_path_.empty() || now < next_file_) return;
  next_file_ = now + kFileEvery;
  WriteRunStatus(*status, status_path_);
}

void RunObserver::StartWorkers(const Scheduler& scheduler, TimePoint now) {
  // Twice: what could not even be started is known at once.
  for (int i = 0; i < 2 && fleet_ != nullptr && failure_.empty(); ++i) WatchFleet(scheduler, now);
}

void RunObserver::WatchFleet(const Scheduler& scheduler, TimePoint now) {
  const FleetNews news = fleet_->Turn(
      {scheduler.ReadyCount(), [&scheduler](WorkerId worker) { return scheduler.IsIdle(worker); }},
      now);
  for (const EndedAllocation& ended : news.ended) {
    log_.Write("allocation ended", {{"id", ended.id}, {"status", ended.status}});
    if (ended.ending != AllocationEnd::kLeft && ended.process_id != 0 && on_process_end) {
      on_process_end(ended.process_id, ended.status);
    }
  }
  for (const std::string& note : news.notes) progress_.Note(note);
  for (const WorkerId worker : news.dismiss) {
    log_.Write("worker dismissed", {{"worker", static_cast<std::int64_t>(worker.value)}});
    if (on_dismiss) on_dismiss(worker);
  }
  if (news.failure) {
    failure_ = news.failure->ToString();
    failed_for_good_ = news.failure->code == ErrorCode::kInvalidArgument;
    if (!last_reason_.empty()) failure_ += "\n  it said: " + last_reason_;
  }
}

void RunObserver::Finish(const Scheduler& scheduler, TimePoint now) {
  state_.linking = false;
  next_file_ = {};
  if (!status_path_.empty() || on_status) TellStatus(scheduler, now);
  if (!failure_.empty()) return;
  progress_.Finish(state_, now);
}

}  // namespace prelabel
