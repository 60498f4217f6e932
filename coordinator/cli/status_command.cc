#include "coordinator/cli/status_command.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include "coordinator/cli/job_context.h"
#include "coordinator/cli/run_command.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/cli/watch_status.h"
#include "coordinator/plan/item_counts.h"
#include "coordinator/plan/redo.h"
#include "coordinator/store/run_lock.h"
#include "coordinator/store/store.h"

namespace prelabel {
namespace {

Result<RunStatus> FromFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    return Unavailable("the coordinator has not written its status yet; try again in a moment",
                       path.parent_path().string());
  }
  return ParseRunStatus(text.str());
}

// Where the coordinator has written nothing for a while; empty: it has, or it writes labels.
std::string DescribeAge(const std::filesystem::path& run, const RunStatus& status) {
  constexpr std::chrono::seconds kOld{10};
  const RunPaths paths{run};
  std::error_code error;
  const auto written = std::filesystem::last_write_time(paths.Status(), error);
  if (error || status.state == "writing" || !RunLock::IsHeld(paths.Lock())) return {};
  const auto age = std::filesystem::file_time_type::clock::now() - written;
  if (age < kOld) return {};
  return fmt::format(
      "that was {} s ago: the disk is full, or the coordinator hangs; its terminal and its page "
      "know more\n",
      std::chrono::duration_cast<std::chrono::seconds>(age).count());
}

}  // namespace

Result<RunStatus> StoredRunStatus(const std::filesystem::path& run) {
  const RunPaths paths{run};
  PRELABEL_TRY(const auto store, OpenSqliteStoreReadOnly(paths.Database().string()));
  PRELABEL_TRY(const std::vector<TaskRow> tasks, store->LoadTasks());
  RunStatus status;
  status.written = UtcNow();
  for (const TaskRow& row : tasks) {
    ++status.tasks;
    if (row.state != TaskState::kPending) ++status.tasks_done;
    if (row.state != TaskState::kPending) continue;
    const std::uint64_t id = row.task.id.value;
    const std::string kind = TaskKindName(row.task.kind);
    std::string why = "no coordinator works on this run";
    if (row.failures > 0) why += fmt::format("; failed {} times", row.failures);
    auto& lines = status.unfinished;
    if (!lines.empty() && lines.back().last + 1 == id && lines.back().kind == kind &&
        lines.back().why == why) {
      lines.back().last = id;
    } else {
      lines.push_back({id, id, kind, std::move(why), row.failures > 0 ? "failed" : "pending", {}});
    }
  }
  const ItemCounts counts = CountItems(tasks);
  status.items = counts.total;
  status.items_done = counts.total - counts.pending;
  PRELABEL_TRY(status.items_failed, CountFailedItems(*store, tasks));
  status.state = status.unfinished.empty() ? "finished" : "stopped";
  if (status.state == "stopped") {
    status.reason = fmt::format("prelabel run {} goes on", paths.Job().string());
  }
  // Why it ended only its coordinator knows.
  const auto last = FromFile(paths.Status());
  if (!last) return status;
  const RunStatus& said = last.value();
  if (said.state == "failed") {
    status.state = "failed";
    status.reason = said.reason;
    status.failures = said.failures;
  } else if (said.state == "stopped" && status.state == "stopped") {
    status.reason = said.reason;
  } else if (said.state == "writing" && status.state == "finished") {
    status.state = "stopped";
    status.reason =
        fmt::format("it ended while labels and report were written; prelabel run {} writes them",
                    paths.Job().string());
  }
  return status;
}

Result<RunStatus> LoadRunStatus(const std::filesystem::path& run) {
  const RunPaths paths{run};
  if (!RunLock::IsHeld(paths.Lock())) return StoredRunStatus(run);
  return FromFile(paths.Status());
}

int ShowRunStatus(const StatusArguments& arguments) {
  const StatusOutput output = arguments.json || arguments.output == "json" ? StatusOutput::kJson
                              : arguments.output == "quiet"                ? StatusOutput::kQuiet
                                                                           : StatusOutput::kText;
  if (output == StatusOutput::kQuiet && (arguments.all || !arguments.filter.empty())) {
    return Fail(
        InvalidArgument("--output quiet prints the run's state alone; leave out --all, --tasks, "
                        "--worker, --state"));
  }
  const auto filter = MakeStatusFilter(arguments.filter);
  if (!filter) return Fail(filter.error());
  const auto describe = [&](const RunStatus& status) {
    const RunStatus shown = FilterStatus(status, filter.value());
    std::string text = DescribeRunStatus(shown, arguments.all);
    if (!filter.value().empty() && shown.workers.empty() && shown.unfinished.empty() &&
        shown.failures.empty()) {
      text += "no worker and no unfinished task is among those\n";
    }
    return text + DescribeAge(arguments.run, status);
  };
  const auto json = [&](const RunStatus& status) {
    return FormatRunStatus(FilterStatus(status, filter.value()));
  };
  if (arguments.watch) {
    return WatchStatus({output, [&] { return LoadRunStatus(arguments.run); }, describe, json});
  }
  const auto status = LoadRunStatus(arguments.run);
  if (!status) return Fail(status.error());
  switch (output) {
    case StatusOutput::kText:
      fmt::print("{}", describe(status.value()));
      return kExitDone;
    case StatusOutput::kJson:
      fmt::print("{}", json(status.value()));
      return kExitDone;
    case StatusOutput::kQuiet:
      break;
  }
  fmt::print("{}\n", status.value().state);
  return RunExitOf(status.value());
}

}  // namespace prelabel
