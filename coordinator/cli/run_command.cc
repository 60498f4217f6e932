#include "coordinator/cli/run_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "common/base/signals.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/progress.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/cli/run_page.h"
#include "coordinator/cli/serve_run.h"
#include "coordinator/cli/status_command.h"
#include "coordinator/cli/write_outputs.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

constexpr int kRepairs = 3;  // a disk that damages more than that is not worth another try

bool NothingLeft(const std::vector<TaskRow>& tasks) {
  return std::none_of(tasks.begin(), tasks.end(),
                      [](const TaskRow& row) { return row.state == TaskState::kPending; });
}

// Null where there is none.
Result<std::unique_ptr<RunPage>> StartPage(const JobContext& context, Progress& progress) {
  std::string problem;
  PRELABEL_TRY(auto page, RunPage::Start(context.job.cluster, context.paths.dir, problem));
  if (!problem.empty()) progress.Note("warning: there is no live page: " + problem);
  return page;
}

// `prelabel status` reads the file: the store does not know what is done with its results, or why
// nobody goes on.
void NoteState(const RunPaths& paths, const std::string& state, const std::string& reason,
               const std::filesystem::path& report) {
  auto status = LoadRunStatus(paths.dir);
  if (!status) status = StoredRunStatus(paths.dir);  // no task was run
  if (!status) return;
  status.value().state = state;
  status.value().reason = reason;
  status.value().written = UtcNow();
  status.value().report = report.string();
  WriteRunStatus(status.value(), paths.Status());
}

struct RunEnd {
  int status = kExitDone;
  std::string ended_early;  // why tasks were left although nobody asked for that
};

Result<RunEnd> RunTasks(const RunArguments& arguments, const JobContext& context, PreparedRun& run,
                        StopSignals& signals, Progress& progress, RunLog& log, RunPage* page) {
  RunEnd end;
  for (int repairs = 0;; ++repairs) {
    RunInfo info;
    if (run.tasks.empty()) {
      progress.Note("people drew the keyframes of every source: no worker is needed");
      info.version = PRELABEL_VERSION;
      info.started = UtcNow();
      PRELABEL_TRY(run.store->PutMeta(kRunInfoKey, FormatRunInfo(info)));
    } else if (NothingLeft(run.tasks)) {
      progress.Note("every task has its result already; writing labels and reports again");
      PRELABEL_TRY(const auto stored, run.store->GetMeta(kRunInfoKey));
      if (stored) info = ParseRunInfo(*stored);
    } else {
      PRELABEL_TRY(const ServedRun served,
                   ServeRun(context, run, arguments.launch, signals, progress, log, page));
      info = served.info;
      end.ended_early = served.ended_early;
      PRELABEL_TRY(run.store->PutMeta(kRunInfoKey, FormatRunInfo(info)));
      if (signals.signal() != 0) {
        progress.Note("stopped; the same command goes on from here");
        end.status = 128 + signals.signal();
        return end;
      }
    }
    if (page != nullptr) page->SetState("writing", "");
    NoteState(context.paths, "writing", "", {});
    PRELABEL_TRY(const WrittenOutputs outputs, WriteOutputs(context, *run.store, info));
    if (outputs.damaged.empty() || repairs == kRepairs) {
      end.status = ShowOutcome(outputs, context);
      return end;
    }
    progress.Note(DescribeDamage(outputs.damaged) + "; doing them again");
    for (const TaskId task : outputs.damaged) {
      log.Write("result damaged", {{"task", static_cast<std::int64_t>(task.value)}});
    }
    PRELABEL_TRY(PrepareRedo(context, outputs.damaged, run));
  }
}

// The last word, on the page and for `prelabel status`.
void NoteEnd(const Result<RunEnd>& end, int signal, const RunPaths& paths, RunPage* page) {
  std::string state = "finished";
  std::string reason;
  bool written = end.has_value();
  if (!end) {
    state = "failed";
    reason = end.error().ToString();
  } else if (end.value().status == 128 + signal) {  // one that comes later stops nothing
    state = "stopped";
    reason = "the same command goes on from here";
    written = false;
  } else if (!end.value().ended_early.empty()) {
    state = "stopped";
    reason = end.value().ended_early;
  }
  const std::filesystem::path report =
      written ? paths.Report() / "report.html" : std::filesystem::path();
  if (written || !end) NoteState(paths, state, reason, report);
  if (page != nullptr) page->SetState(state, reason, report);
}

Result<int> Run(const RunArguments& arguments, StopSignals& signals) {
  Progress progress(stderr, arguments.quiet);
  PRELABEL_TRY(const JobContext context, LoadJobContext(arguments.job_file, arguments.set));
  WarnAboutSources(context.dataset, progress);
  PRELABEL_TRY(PreparedRun run, PrepareRun(context, arguments.retry_failed));
  PRELABEL_TRY(RunLog log, RunLog::Open(context.paths.Log()));
  std::error_code ignored;
  std::filesystem::remove(context.paths.Status(), ignored);  // of an earlier start

  if (arguments.retry_failed) {
    progress.Note(run.retried == 0
                      ? std::string("no item is quarantined: there is nothing to retry")
                      : fmt::format("quarantined items that are tried again: {}", run.retried));
  }
  std::unique_ptr<RunPage> page;
  if (!NothingLeft(run.tasks)) {
    PRELABEL_TRY(page, StartPage(context, progress));
  }
  const auto end = RunTasks(arguments, context, run, signals, progress, log, page.get());
  NoteEnd(end, signals.signal(), context.paths, page.get());
  if (!end) return end.error();
  return end.value().status;
}

}  // namespace

int Fail(const Error& error) {
  fmt::print(stderr, "prelabel: {}\n", error.ToString());
  return error.code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

void NoteDamage(const std::vector<TaskId>& damaged, const RunPaths& paths) {
  fmt::print(stderr, "prelabel: {}; to do them again: {}\n", DescribeDamage(damaged),
             RunAgainCommand(paths));
}

int ShowOutcome(const WrittenOutputs& outputs, const JobContext& context) {
  fmt::print("{}\n", FormatSummary(outputs.report));
  for (const auto& file : outputs.files) {
    fmt::print("{}\n", std::filesystem::proximate(file).string());
  }
  if (!outputs.damaged.empty()) NoteDamage(outputs.damaged, context.paths);
  const bool sources_missing =
      std::any_of(context.dataset.sources.begin(), context.dataset.sources.end(),
                  [](const SourceItems& source) { return !source.error.empty(); });
  return outputs.report.totals.all.quarantined > 0 || sources_missing ? kExitQuarantined
                                                                      : kExitDone;
}

int RunJob(const RunArguments& arguments) {
  StopSignals signals;
  const auto status = Run(arguments, signals);
  return status ? status.value() : Fail(status.error());
}

}  // namespace prelabel
