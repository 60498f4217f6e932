#include "coordinator/status/status_collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/utf8_prefix.h"

namespace prelabel {
namespace {

constexpr std::size_t kStatusLines = 1000;  // of unfinished tasks
constexpr std::size_t kFailures = 50;       // distinct ones that are kept
constexpr std::size_t kReasonBytes = 1000;

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

RunStatus::Worker Describe(const WorkerInfo& info, const WorkerStatus& status,
                           std::uint64_t items_done) {
  RunStatus::Worker worker;
  worker.id = info.id.value;
  worker.host = info.hostname;
  worker.slots = info.slots;
  worker.device = info.compute.device;
  worker.held = status.held;
  worker.running = status.running;
  worker.items_done = items_done;
  worker.failures = status.failures;
  worker.silent_seconds = std::max(0.0, Seconds(status.silent));
  if (status.benched) {
    worker.state = "benched";
    worker.reason = fmt::format("for {:.0f} s: everything failed there", Seconds(*status.benched));
  } else if (status.held > 0) {
    worker.state = "working";
  } else {
    worker.state = status.credit == 0 ? "loading" : "idle";
  }
  return worker;
}

}  // namespace

void StatusCollector::OnWorkerJoined(const WorkerInfo& worker) {
  present_[worker.id].info = worker;
  ++joined_;
}

void StatusCollector::OnWorkerLeft(const WorkerInfo& worker, const std::string& reason,
                                   const std::string& utc) {
  present_.erase(worker.id);
  ++left_;
  if (reason == "done") return;
  AddFailure("worker", reason, fmt::format("worker {} on {}", worker.id.value, worker.hostname),
             utc);
}

void StatusCollector::OnWorkerMemory(WorkerId worker, std::uint64_t resident_bytes) {
  const auto present = present_.find(worker);
  if (present != present_.end()) present->second.resident_bytes = resident_bytes;
}

void StatusCollector::OnCommitDecided(const CommitResult& commit) {
  deciding_[commit.task] = commit.worker;
}

void StatusCollector::OnAttemptFailed(const TaskFailures& failures, const std::string& utc) {
  ++failed_attempts_;
  AddFailure("attempt", failures.reason, fmt::format("task {}", failures.task.value), utc);
}

void StatusCollector::OnCommitted(const EncodedResult& result, std::uint32_t items) {
  compute_micros_ += result.compute_micros;
  result_bytes_ += result.payload.size();
  const auto decided = deciding_.find(result.task);
  if (decided == deciding_.end()) return;
  const auto worker = present_.find(decided->second);
  if (worker != present_.end()) worker->second.items_done += items;
  deciding_.erase(decided);
}

void StatusCollector::OnQuarantined(const QuarantinedTask& task, const std::string& utc) {
  ++quarantined_;
  AddFailure("quarantined", task.reason, fmt::format("task {}", task.task.value), utc);
}

void StatusCollector::AddFailure(const char* kind, const std::string& reason,
                                 const std::string& what, const std::string& utc) {
  const std::string_view words = Utf8Prefix(reason, kReasonBytes);
  auto found = std::find_if(failures_.begin(), failures_.end(), [&](const auto& failure) {
    return failure.kind == kind && failure.reason == words;
  });
  if (found == failures_.end()) {
    if (failures_.size() == kFailures) failures_.pop_back();
    found = failures_.insert(failures_.end(), {kind, std::string(words), 0, {}, {}});
  }
  ++found->count;
  found->last = utc;
  found->what = what;
  std::rotate(failures_.begin(), found, found + 1);
}

void StatusCollector::Fill(RunStatus& status, const Scheduler& scheduler, TimePoint now) const {
  status.tasks = scheduler.TaskCount();
  status.tasks_done = scheduler.DoneCount();
  status.workers_joined = joined_;
  status.workers_left = left_;
  status.failed_attempts = failed_attempts_;
  status.tasks_quarantined = quarantined_;
  status.compute_seconds = static_cast<double>(compute_micros_) / 1e6;
  status.result_bytes = result_bytes_;
  status.failures = failures_;
  for (const WorkerStatus& worker : scheduler.DescribeWorkers(now)) {
    const auto present = present_.find(worker.worker);
    if (present == present_.end()) continue;
    status.workers.push_back(Describe(present->second.info, worker, present->second.items_done));
    status.workers.back().resident_bytes = present->second.resident_bytes;
  }
  for (const TaskStatus& task : scheduler.Explain(now, kStatusLines + 1)) {
    if (status.unfinished.size() == kStatusLines) {
      status.more = true;
      break;
    }
    const auto worker = present_.find(task.worker);
    const std::string state = UnfinishedState(task);
    status.unfinished.push_back(
        {task.first.value, task.last.value, TaskKindName(task.kind),
         WhyUnfinished(task, worker == present_.end() ? "" : worker->second.info.hostname), state,
         state == "running" || state == "queued" ? std::optional(task.worker.value)
                                                 : std::nullopt});
  }
}

}  // namespace prelabel
