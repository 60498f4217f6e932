#include "coordinator/cli/status_command.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "coordinator/cli/job_context.h"
#include "coordinator/cli/run_command.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/plan/item_counts.h"
#include "coordinator/plan/redo.h"
#include "coordinator/store/run_lock.h"
#include "coordinator/store/store.h"

namespace prelabel {
namespace {

// What the store alone knows of a run that nobody works on.
Result<RunStatus> FromStore(const RunPaths& paths) {
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
      lines.push_back({id, id, kind, std::move(why)});
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
  return status;
}

}  // namespace

Result<RunStatus> LoadRunStatus(const std::filesystem::path& run) {
  const RunPaths paths{run};
  if (!RunLock::IsHeld(paths.Lock())) return FromStore(paths);
  std::ifstream file(paths.Status());
  std::stringstream text;
  text << file.rdbuf();
  if (!file) {
    return Unavailable("the coordinator has not written its status yet; try again in a moment",
                       run.string());
  }
  return ParseRunStatus(text.str());
}

int ShowRunStatus(const std::filesystem::path& run, bool json, bool all) {
  const auto status = LoadRunStatus(run);
  if (!status) {
    fmt::print(stderr, "prelabel: {}\n", status.error().ToString());
    return status.error().code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
  }
  fmt::print("{}", json ? FormatRunStatus(status.value()) : DescribeRunStatus(status.value(), all));
  return kExitDone;
}

}  // namespace prelabel
