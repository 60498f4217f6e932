#include "coordinator/status/run_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace prelabel {
namespace {

constexpr std::size_t kLinesShown = 20;
constexpr std::size_t kFailuresShown = 5;

std::string Seconds(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  return seconds < 10 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds);
}

std::string Plural(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string At(const TaskStatus& status, const std::string& host) {
  return host.empty() ? fmt::format("worker {}", status.worker.value)
                      : fmt::format("worker {} ({})", status.worker.value, host);
}

const char* FailureWord(const std::string& kind) {
  if (kind == "attempt") return "failed";
  return kind == "worker" ? "lost" : "quarantined";
}

}  // namespace

std::string WhyUnfinished(const TaskStatus& status, const std::string& host) {
  using Why = TaskStatus::Why;
  std::string text;
  switch (status.why) {
    case Why::kRunning:
      text = fmt::format("runs on {} for {}", At(status, host), Seconds(status.since));
      if (status.items > 0) {
        text += fmt::format(", item {} of {}", std::min(status.items_done + 1, status.items),
                            status.items);
      }
      break;
    case Why::kQueued:
      text = fmt::format("waits at {} behind {}", At(status, host), Plural(status.ahead, "task"));
      break;
    case Why::kBlocked:
      text = fmt::format("waits until {} of its video {} ended",
                         Plural(status.ahead, "detect task"), status.ahead == 1 ? "has" : "have");
      break;
    case Why::kNoWorker:
      text = "no worker is ready: none has joined, or they are loading the model";
      break;
    case Why::kBenched:
      text = "every worker is benched: everything failed there";
      break;
    case Why::kBusy:
      text = "every worker has as much as it wants";
      break;
    case Why::kBackoff:
      text = fmt::format("waits {} before the next attempt", Seconds(status.wait));
      break;
    case Why::kWaitsAlone:
      text = "waits for an idle worker: it is tried alone";
      break;
    case Why::kDispatch:
      text = "next in line";
      break;
  }
  if (status.failures > 0) {
    text += fmt::format("; failed {}{}{}", Plural(status.failures, "time"),
                        status.reason.empty() ? "" : ", last: ", status.reason);
  }
  return text;
}

std::string UnfinishedState(const TaskStatus& status) {
  using Why = TaskStatus::Why;
  if (status.why == Why::kRunning) return "running";
  if (status.why == Why::kQueued) return "queued";
  if (status.why == Why::kBlocked) return "blocked";
  return status.failures > 0 ? "failed" : "pending";
}

std::string FormatTimeLeft(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string DescribeRunStatus(const RunStatus& status, bool all) {
  std::string text = status.state;
  if (!status.reason.empty()) text += ": " + status.reason;
  text += fmt::format("\n{} of {} done, {} quarantined; {} of {} done", status.items_done,
                      Plural(status.items, "item"), status.items_failed, status.tasks_done,
                      Plural(status.tasks, "task"));
  if (status.items_per_second > 0) {
    text += fmt::format("; {:.1f} items/s", status.items_per_second);
    if (status.eta_seconds) text += ", ETA " + FormatTimeLeft(*status.eta_seconds);
  }
  text += "\n";
  if (!status.page.empty()) text += "page: " + status.page + "\n";
  if (!status.launcher.empty()) text += status.launcher + "\n";
  for (const RunStatus::Worker& worker : status.workers) {
    text += fmt::format("worker {} on {}, {}: {}{}{}\n", worker.id, worker.host,
                        Plural(worker.slots, "slot"), worker.state,
                        worker.reason.empty() ? "" : " ", worker.reason);
  }
  const std::size_t failures =
      all ? status.failures.size() : std::min(status.failures.size(), kFailuresShown);
  for (std::size_t i = 0; i < failures; ++i) {
    const RunStatus::Failure& failure = status.failures[i];
    text += fmt::format("{}: {}: {}{}\n", FailureWord(failure.kind), failure.what, failure.reason,
                        failure.count == 1 ? "" : fmt::format(" ({} times)", failure.count));
  }
  if (failures < status.failures.size()) {
    text += fmt::format("... and {} of failures; --all shows them\n",
                        Plural(status.failures.size() - failures, "line"));
  }
  const std::size_t shown =
      all ? status.unfinished.size() : std::min(status.unfinished.size(), kLinesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const RunStatus::Unfinished& task = status.unfinished[i];
    const std::string name = task.first == task.last
                                 ? fmt::format("{} task {}", task.kind, task.first)
                                 : fmt::format("{} tasks {}-{} ({})", task.kind, task.first,
                                               task.last, task.last - task.first + 1);
    text += fmt::format("{}: {}\n", name, task.why);
  }
  if (shown < status.unfinished.size()) {
    text += fmt::format("... and {}; --all shows them\n",
                        Plural(status.unfinished.size() - shown, "line"));
  } else if (status.more) {
    text += "... and more, which the status file leaves out\n";
  }
  return text;
}

void WriteRunStatus(const RunStatus& status, const std::filesystem::path& path) {
  const std::filesystem::path temporary = path.string() + ".tmp";
  {
    std::ofstream file(temporary, std::ios::trunc);
    file << FormatRunStatus(status);
    if (!file.flush()) return;
  }
  std::error_code ignored;
  std::filesystem::rename(temporary, path, ignored);
}

}  // namespace prelabel
