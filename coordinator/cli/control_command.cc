#include "coordinator/cli/control_command.h"

#include <fmt/format.h>

#include <algorithm>
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
#include "coordinator/status/status_filter.h"

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

std::string Said(ControlKind kind, WorkerId worker) {
  switch (kind) {
    case ControlKind::kPause:
      return "paused: nothing more is given out; prelabel resume goes on";
    case ControlKind::kResume:
      return "the run goes on";
    case ControlKind::kCancel:
      return "the run stops; the same command that started it goes on from there";
    case ControlKind::kDrain:
      break;
  }
  return fmt::format("worker {} hands back what it has, and leaves", worker.value);
}

// Whom a command is about; of what is about the run, nobody in particular.
Result<std::vector<WorkerId>> Targets(const RunStatus& status, ControlKind kind,
                                      const std::vector<std::string>& workers) {
  if (kind != ControlKind::kDrain) return std::vector<WorkerId>{WorkerId{}};
  PRELABEL_TRY(const Selector selector, ParseSelector(workers, SelectorNames::kHosts));
  PRELABEL_TRY(const auto meant, FindWorkers(status, selector));
  std::vector<WorkerId> targets;
  for (const RunStatus::Worker& worker : meant) targets.emplace_back(worker.id);
  return targets;
}

// The exit status.
Result<int> Ask(const std::filesystem::path& run, ControlKind kind,
                const std::vector<std::string>& workers) {
  PRELABEL_TRY(const RunStatus status, LoadRunStatus(run));
  if (status.started.empty()) {
    return InvalidArgument("no coordinator works on this run", run.string());
  }
  if (status.page.empty()) {
    return InvalidArgument("the run takes no commands without its page (cluster.page: off)",
                           run.string());
  }
  PRELABEL_TRY(const std::vector<WorkerId> targets, Targets(status, kind, workers));
  PRELABEL_TRY(const PageAddress address, ParsePageUrl(status.page));
  PRELABEL_TRY(const std::string token, TokenOf(run, status));
  int exit = kExitDone;
  for (const WorkerId worker : targets) {
    const auto answer = HttpPost(address, TargetOf(kind, worker), token, kLimit);
    if (!answer) return answer.error();  // nor would it answer to the next
    if (answer.value().status == 202) {
      fmt::print("{}\n", Said(kind, worker));
      continue;
    }
    exit = Fail(Unavailable(
        fmt::format("the coordinator refused ({}): {}", answer.value().status, answer.value().body),
        status.page));
  }
  return exit;
}

}  // namespace

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

int ControlRun(const std::filesystem::path& run, ControlKind kind,
               const std::vector<std::string>& workers) {
  const auto exit = Ask(run, kind, workers);
  return exit ? exit.value() : Fail(exit.error());
}

int ShowWorkers(const WorkersArguments& arguments) {
  const auto filter = MakeStatusFilter({{}, arguments.workers, arguments.states});
  if (!filter) return Fail(filter.error());
  auto status = LoadRunStatus(arguments.run);
  if (!status) return Fail(status.error());
  if (filter.value().workers) {
    // Whom nobody knows is a mistake here: it is who was asked for.
    const auto meant = FindWorkers(status.value(), *filter.value().workers);
    if (!meant) return Fail(meant.error());
  }
  const bool anybody = !status.value().workers.empty();
  const RunStatus shown = FilterStatus(std::move(status).value(), filter.value());
  if (arguments.json || arguments.output == "json") {
    fmt::print("{}", FormatWorkers(shown));
  } else if (arguments.output == "quiet") {
    for (const RunStatus::Worker& worker : shown.workers) fmt::print("{}\n", worker.id);
  } else if (!shown.workers.empty()) {
    fmt::print("{}", DescribeWorkers(shown));
  } else if (anybody) {
    fmt::print("no worker is {}\n", fmt::join(arguments.states, " or "));
  } else {
    fmt::print("no worker is there{}\n",
               shown.started.empty() ? ": no coordinator works on this run" : "");
  }
  return kExitDone;
}

}  // namespace prelabel
