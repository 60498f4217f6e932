#include "coordinator/cli/run_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "coordinator/formats/json_text.h"

namespace prelabel {
namespace {

namespace json = boost::json;

constexpr std::size_t kLinesShown = 20;

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

std::string TextOf(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

std::uint64_t NumberOf(const json::object& object, const char* key) {
  return object.at(key).to_number<std::uint64_t>();
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
      text = "is given out next";
      break;
  }
  if (status.failures > 0) {
    text += fmt::format("; failed {}{}{}", Plural(status.failures, "time"),
                        status.reason.empty() ? "" : ", last: ", status.reason);
  }
  return text;
}

std::string FormatRunStatus(const RunStatus& status) {
  std::string text = fmt::format(
      "{{\"version\":1,\"state\":{},\"reason\":{},\"written\":{},\"endpoint\":{},\"launcher\":{},"
      "\"items\":{},\"items_done\":{},\"items_failed\":{},\"tasks\":{},\"tasks_done\":{},\n"
      "\"workers\":[",
      JsonString(status.state), JsonString(status.reason), JsonString(status.written),
      JsonString(status.endpoint), JsonString(status.launcher), status.items, status.items_done,
      status.items_failed, status.tasks, status.tasks_done);
  const char* comma = "";
  for (const RunStatus::Worker& worker : status.workers) {
    text += fmt::format("{}\n{{\"id\":{},\"host\":{},\"slots\":{},\"state\":{}}}", comma, worker.id,
                        JsonString(worker.host), worker.slots, JsonString(worker.state));
    comma = ",";
  }
  text += "],\n\"unfinished\":[";
  comma = "";
  for (const RunStatus::Unfinished& task : status.unfinished) {
    text += fmt::format("{}\n{{\"first\":{},\"last\":{},\"kind\":{},\"why\":{}}}", comma,
                        task.first, task.last, JsonString(task.kind), JsonString(task.why));
    comma = ",";
  }
  return text + fmt::format("],\n\"more\":{}}}\n", status.more);
}

Result<RunStatus> ParseRunStatus(const std::string& text) {
  json::error_code failed;
  const json::value parsed = json::parse(text, failed);
  if (failed) return InvalidArgument("not a status file: " + failed.message());
  try {
    const json::object& root = parsed.as_object();
    if (NumberOf(root, "version") != 1) {
      return InvalidArgument("the status file was written by another version of prelabel");
    }
    RunStatus status;
    status.state = TextOf(root, "state");
    status.reason = TextOf(root, "reason");
    status.written = TextOf(root, "written");
    status.endpoint = TextOf(root, "endpoint");
    status.launcher = TextOf(root, "launcher");
    status.items = NumberOf(root, "items");
    status.items_done = NumberOf(root, "items_done");
    status.items_failed = NumberOf(root, "items_failed");
    status.tasks = NumberOf(root, "tasks");
    status.tasks_done = NumberOf(root, "tasks_done");
    for (const json::value& value : root.at("workers").as_array()) {
      const json::object& worker = value.as_object();
      status.workers.push_back({NumberOf(worker, "id"), TextOf(worker, "host"),
                                static_cast<std::uint32_t>(NumberOf(worker, "slots")),
                                TextOf(worker, "state")});
    }
    for (const json::value& value : root.at("unfinished").as_array()) {
      const json::object& task = value.as_object();
      status.unfinished.push_back({NumberOf(task, "first"), NumberOf(task, "last"),
                                   TextOf(task, "kind"), TextOf(task, "why")});
    }
    status.more = root.at("more").as_bool();
    return status;
  } catch (const std::exception& error) {  // Boost.JSON: a key is missing or of another type
    return InvalidArgument(std::string("not a status file: ") + error.what());
  }
}

std::string DescribeRunStatus(const RunStatus& status, bool all) {
  std::string text = status.state;
  if (!status.reason.empty()) text += ": " + status.reason;
  text += fmt::format("\n{} of {} done, {} quarantined; {} of {} done\n", status.items_done,
                      Plural(status.items, "item"), status.items_failed, status.tasks_done,
                      Plural(status.tasks, "task"));
  if (!status.launcher.empty()) text += status.launcher + "\n";
  for (const RunStatus::Worker& worker : status.workers) {
    text += fmt::format("worker {} on {}, {}: {}\n", worker.id, worker.host,
                        Plural(worker.slots, "slot"), worker.state);
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
