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
void NoteState(const RunPaths& paths, const std::string& state, const std::string& reason) {
  auto status = LoadRunStatus(paths.dir);
  if (!status) status = StoredRunStatus(paths.dir);  // no task was run
  if (!status) return;
  status.value().state = state;
  status.value().reason = reason;
  status.value().written = UtcNow();
  if (state == "finished") status.value().report = (paths.Report() / "report.html").string();
  WriteRunStatus(status.value(), paths.Status());
}

Result<int> RunTasks(const RunArguments& arguments, const JobContext& context, PreparedRun& run,
                     StopSignals& signals, Progress& progress, RunLog& log, RunPage* page) {
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
      PRELABEL_TRY(run.store->PutMeta(kRunInfoKey, FormatRunInfo(info)));
      if (signals.signal() != 0) {
        progress.Note("stopped; the same command goes on from here");
        return 128 + signals.signal();
      }
    }
    if (page != nullptr) page->SetState("writing", "");
    NoteState(context.paths, "writing", "");
    PRELABEL_TRY(const WrittenOutputs outputs, WriteOutputs(context, *run.store, info));
    if (outputs.damaged.empty() || repairs == kRepairs) {
      return ShowOutcome(outputs, context);
    }
    progress.Note(DescribeDamage(outputs.damaged) + "; doing them again");
    for (const TaskId task : outputs.damaged) {
      log.Write("result damaged", {{"task", static_cast<std::int64_t>(task.value)}});
    }
    PRELABEL_TRY(PrepareRedo(context, outputs.damaged, run));
  }
}

// The last word.
void EndPage(const Result<int>& status, bool stopped, const RunPaths& paths, RunPage* page) {
  if (page == nullptr) return;
  if (!status) {
    page->SetState("failed", status.error().ToString());
  } else if (stopped) {
    page->SetState("stopped", "the same command goes on from here");
  } else {
    page->SetState("finished", "", paths.Report() / "report.html");
  }
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
  auto status = RunTasks(arguments, context, run, signals, progress, log, page.get());
  // One that comes while labels are written stops nothing.
  const bool stopped = status && status.value() == 128 + signals.signal();
  if (!status) {
    NoteState(context.paths, "failed", status.error().ToString());
  } else if (!stopped) {
    NoteState(context.paths, "finished", "");
  }
  EndPage(status, stopped, context.paths, page.get());
  return status;
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
