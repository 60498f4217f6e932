#include "coordinator/cli/control_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "common/job/job_loader.h"
#include "common/job/page_address.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/cli/run_command.h"
#include "coordinator/cli/status_command.h"
#include "coordinator/http/http_client.h"
#include "coordinator/http/page_token.h"

namespace prelabel {
namespace {

constexpr std::chrono::seconds kLimit{10};

// The token of what is asked for.
Result<std::string> TokenOf(const std::filesystem::path& run, const RunStatus& status) {
  const RunPaths paths{run};
  PRELABEL_TRY(const JobSpec job, LoadJob(paths.Job(), {}));
  if (!job.cluster.page_token.empty()) return LoadPageToken(job.cluster.page_token, false);
  const auto page = ParsePageUrl(status.page);
  const bool here = page && IsLoopback(page.value().host);
  return LoadPageToken(here ? paths.ControlToken() : paths.PageToken(), false);
}

std::string TargetOf(ControlKind kind, WorkerId worker) {
  switch (kind) {
    case ControlKind::kPause:
      return "/api/v1/pause";
    case ControlKind::kResume:
      return "/api/v1/resume";
    case ControlKind::kCancel:
      return "/api/v1/cancel";
    case ControlKind::kDrain:
      break;
  }
  return fmt::format("/api/v1/workers/{}/drain", worker.value);
}

Result<std::string> Ask(const std::filesystem::path& run, ControlKind kind,
                        const std::string& name) {
  PRELABEL_TRY(const RunStatus status, LoadRunStatus(run));
  if (status.started.empty()) {
    return InvalidArgument("no coordinator works on this run", run.string());
  }
  if (status.page.empty()) {
    return InvalidArgument("the run takes no commands without its page (cluster.page: off)",
                           run.string());
  }
  WorkerId worker{};
  if (kind == ControlKind::kDrain) {
    PRELABEL_TRY(worker, FindWorker(status, name));
  }
  PRELABEL_TRY(const PageAddress address, ParsePageUrl(status.page));
  PRELABEL_TRY(const std::string token, TokenOf(run, status));
  PRELABEL_TRY(const HttpAnswer answer, HttpPost(address, TargetOf(kind, worker), token, kLimit));
  if (answer.status != 202) {
    return Unavailable(fmt::format("the coordinator refused ({}): {}", answer.status, answer.body),
                       status.page);
  }
  switch (kind) {
    case ControlKind::kPause:
      return std::string("paused: nothing more is given out; prelabel resume goes on");
    case ControlKind::kResume:
      return std::string("the run goes on");
    case ControlKind::kCancel:
      return std::string("the run stops; the same command that started it goes on from there");
    case ControlKind::kDrain:
      break;
  }
  return fmt::format("worker {} hands back what it has, and leaves", worker.value);
}

}  // namespace

Result<WorkerId> FindWorker(const RunStatus& status, const std::string& worker) {
  std::uint64_t id = 0;
  const auto [stop, error] = std::from_chars(worker.data(), worker.data() + worker.size(), id);
  const bool number = error == std::errc() && stop == worker.data() + worker.size();
  std::vector<std::uint64_t> meant;
  for (const RunStatus::Worker& present : status.workers) {
    if (number ? present.id == id : present.host == worker) meant.push_back(present.id);
  }
  if (meant.size() == 1) return WorkerId(meant.front());
  if (meant.empty()) {
    return InvalidArgument("the run has no such worker; prelabel workers lists them", worker);
  }
  return InvalidArgument(
      fmt::format("{} workers run there; name one of them by its number", meant.size()), worker);
}

std::string DescribeWorkers(const RunStatus& status) {
  const std::vector<std::string> head{"worker", "host",  "device",   "slots",  "state",
                                      "tasks",  "items", "failures", "memory", "silent"};
  std::vector<std::vector<std::string>> rows{head};
  for (const RunStatus::Worker& worker : status.workers) {
    rows.push_back(
        {std::to_string(worker.id), worker.host, worker.device, std::to_string(worker.slots),
         worker.state, std::to_string(worker.held), std::to_string(worker.items_done),
         std::to_string(worker.failures),
         worker.resident_bytes == 0 ? "?" : fmt::format("{} MB", worker.resident_bytes / 1000000),
         fmt::format("{:.0f} s", worker.silent_seconds)});
  }
  std::vector<std::size_t> widths(head.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto is_text = [](std::size_t column) { return column == 1 || column == 2 || column == 4; };
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += is_text(i) ? fmt::format("{:<{}}", row[i], widths[i])
                         : fmt::format("{:>{}}", row[i], widths[i]);
      line += "  ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

int ControlRun(const std::filesystem::path& run, ControlKind kind, const std::string& worker) {
  const auto said = Ask(run, kind, worker);
  if (!said) return Fail(said.error());
  fmt::print("{}\n", said.value());
  return kExitDone;
}

int ShowWorkers(const std::filesystem::path& run, bool json) {
  const auto status = LoadRunStatus(run);
  if (!status) return Fail(status.error());
  if (json) {
    fmt::print("{}", FormatWorkers(status.value()));
    return kExitDone;
  }
  if (status.value().workers.empty()) {
    fmt::print("no worker is there{}\n",
               status.value().started.empty() ? ": no coordinator works on this run" : "");
    return kExitDone;
  }
  fmt::print("{}", DescribeWorkers(status.value()));
  return kExitDone;
}

}  // namespace prelabel
