// RunStatus as JSON. Keys may be added within a version; none is renamed, removed or changed.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <iterator>

#include "coordinator/formats/json_text.h"
#include "coordinator/status/run_status.h"

namespace prelabel {
namespace {

namespace json = boost::json;

std::string TextOf(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

std::uint64_t NumberOf(const json::object& object, const char* key) {
  return object.at(key).to_number<std::uint64_t>();
}

double RealOf(const json::object& object, const char* key) {
  return object.at(key).to_number<double>();
}

// JSON has no infinity and no NaN.
std::string Real(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "0";
}

// Puts commas between the rows of a list, each on a line of its own.
class Rows {
 public:
  explicit Rows(std::string& text) : text_(text) {}
  template <class... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    text_ += first_ ? "\n" : ",\n";
    first_ = false;
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }

 private:
  std::string& text_;
  bool first_ = true;
};

RunStatus::Worker WorkerOf(const json::object& row) {
  RunStatus::Worker worker;
  worker.id = NumberOf(row, "id");
  worker.host = TextOf(row, "host");
  worker.slots = row.at("slots").to_number<std::uint32_t>();
  worker.state = TextOf(row, "state");
  worker.reason = TextOf(row, "reason");
  worker.device = TextOf(row, "device");
  worker.held = NumberOf(row, "held");
  worker.running = NumberOf(row, "running");
  worker.items_done = NumberOf(row, "items_done");
  worker.failures = NumberOf(row, "failures");
  worker.silent_seconds = RealOf(row, "silent_seconds");
  // Files of releases before it was there are read, too.
  if (row.contains("resident_bytes")) worker.resident_bytes = NumberOf(row, "resident_bytes");
  return worker;
}

RunStatus::Unfinished UnfinishedOf(const json::object& row) {
  RunStatus::Unfinished task;
  task.first = NumberOf(row, "first");
  task.last = NumberOf(row, "last");
  task.kind = TextOf(row, "kind");
  task.why = TextOf(row, "why");
  if (row.contains("state")) task.state = TextOf(row, "state");
  const json::value* worker = row.if_contains("worker");
  if (worker != nullptr && !worker->is_null()) task.worker = NumberOf(row, "worker");
  return task;
}

RunStatus StatusOf(const json::object& root) {
  RunStatus status;
  status.job = TextOf(root, "job");
  status.version = TextOf(root, "prelabel");
  status.state = TextOf(root, "state");
  status.reason = TextOf(root, "reason");
  status.written = TextOf(root, "written");
  status.started = TextOf(root, "started");
  status.endpoint = TextOf(root, "endpoint");
  status.launcher = TextOf(root, "launcher");
  status.page = TextOf(root, "page");
  status.report = TextOf(root, "report");
  status.items = NumberOf(root, "items");
  status.items_done = NumberOf(root, "items_done");
  status.items_failed = NumberOf(root, "items_failed");
  status.tasks = NumberOf(root, "tasks");
  status.tasks_done = NumberOf(root, "tasks_done");
  status.looks = NumberOf(root, "second_looks");
  status.looks_done = NumberOf(root, "second_looks_done");
  status.linking = root.at("linking").as_bool();
  status.items_per_second = RealOf(root, "items_per_second");
  if (!root.at("eta_seconds").is_null()) status.eta_seconds = RealOf(root, "eta_seconds");
  status.workers_joined = NumberOf(root, "workers_joined");
  status.workers_left = NumberOf(root, "workers_left");
  status.failed_attempts = NumberOf(root, "failed_attempts");
  status.tasks_quarantined = NumberOf(root, "tasks_quarantined");
  status.compute_seconds = RealOf(root, "compute_seconds");
  status.result_bytes = NumberOf(root, "result_bytes");
  for (const json::value& row : root.at("workers").as_array()) {
    status.workers.push_back(WorkerOf(row.as_object()));
  }
  for (const json::value& value : root.at("failures").as_array()) {
    const json::object& row = value.as_object();
    status.failures.push_back({TextOf(row, "kind"), TextOf(row, "reason"), NumberOf(row, "count"),
                               TextOf(row, "last"), TextOf(row, "what")});
  }
  for (const json::value& value : root.at("unfinished").as_array()) {
    status.unfinished.push_back(UnfinishedOf(value.as_object()));
  }
  status.more = root.at("more").as_bool();
  for (const json::value& line : root.at("log").as_array()) {
    status.log.push_back(json::serialize(line));
  }
  return status;
}

void AddWorkers(const RunStatus& status, std::string& text) {
  Rows workers(text);
  for (const RunStatus::Worker& worker : status.workers) {
    workers.Add(
        "{{\"id\":{},\"host\":{},\"slots\":{},\"state\":{},\"reason\":{},\"device\":{},"
        "\"held\":{},\"running\":{},\"items_done\":{},\"failures\":{},\"silent_seconds\":{},"
        "\"resident_bytes\":{}}}",
        worker.id, JsonString(worker.host), worker.slots, JsonString(worker.state),
        JsonString(worker.reason), JsonString(worker.device), worker.held, worker.running,
        worker.items_done, worker.failures, Real(worker.silent_seconds, 1), worker.resident_bytes);
  }
}

}  // namespace

std::string FormatWorkers(const RunStatus& status) {
  std::string text = "[";
  AddWorkers(status, text);
  return text + "]\n";
}

std::string FormatRunStatus(const RunStatus& status) {
  std::string text = fmt::format(
      "{{\"version\":1,\"prelabel\":{},\"job\":{},\"state\":{},\"reason\":{},\"written\":{},"
      "\"started\":{},\"endpoint\":{},\"launcher\":{},\"page\":{},\"report\":{},\n",
      JsonString(status.version), JsonString(status.job), JsonString(status.state),
      JsonString(status.reason), JsonString(status.written), JsonString(status.started),
      JsonString(status.endpoint), JsonString(status.launcher), JsonString(status.page),
      JsonString(status.report));
  fmt::format_to(std::back_inserter(text),
                 "\"items\":{},\"items_done\":{},\"items_failed\":{},\"tasks\":{},"
                 "\"tasks_done\":{},\"second_looks\":{},\"second_looks_done\":{},\"linking\":{},\n",
                 status.items, status.items_done, status.items_failed, status.tasks,
                 status.tasks_done, status.looks, status.looks_done, status.linking);
  fmt::format_to(
      std::back_inserter(text),
      "\"items_per_second\":{},\"eta_seconds\":{},\"workers_joined\":{},\"workers_left\":{},"
      "\"failed_attempts\":{},\"tasks_quarantined\":{},\"compute_seconds\":{},"
      "\"result_bytes\":{},\n\"workers\":[",
      Real(status.items_per_second, 3), status.eta_seconds ? Real(*status.eta_seconds, 1) : "null",
      status.workers_joined, status.workers_left, status.failed_attempts, status.tasks_quarantined,
      Real(status.compute_seconds, 3), status.result_bytes);
  AddWorkers(status, text);
  text += "],\n\"failures\":[";
  Rows failures(text);
  for (const RunStatus::Failure& failure : status.failures) {
    failures.Add("{{\"kind\":{},\"reason\":{},\"count\":{},\"last\":{},\"what\":{}}}",
                 JsonString(failure.kind), JsonString(failure.reason), failure.count,
                 JsonString(failure.last), JsonString(failure.what));
  }
  text += "],\n\"unfinished\":[";
  Rows unfinished(text);
  for (const RunStatus::Unfinished& task : status.unfinished) {
    unfinished.Add("{{\"first\":{},\"last\":{},\"kind\":{},\"state\":{},\"worker\":{},\"why\":{}}}",
                   task.first, task.last, JsonString(task.kind), JsonString(task.state),
                   task.worker ? std::to_string(*task.worker) : "null", JsonString(task.why));
  }
  text += fmt::format("],\n\"more\":{},\n\"log\":[", status.more);
  Rows log(text);
  for (const std::string& line : status.log) log.Add("{}", line);
  return text + "]}\n";
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
    return StatusOf(root);
  } catch (const std::exception& error) {  // Boost.JSON: a key is missing or of another type
    return InvalidArgument(std::string("not a status file: ") + error.what());
  }
}

}  // namespace prelabel
