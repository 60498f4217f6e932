// The cluster's part of a run: from the first worker to the last commit. `prelabel run`, `serve`
// and the sample of `prelabel plan` are this with other tasks.
#pragma once

#include <set>
#include <string>

#include "common/base/result.h"
#include "common/base/signals.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/progress.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/cli/run_page.h"
#include "coordinator/report/report.h"

namespace prelabel {

struct ServedRun {
  RunInfo info;
  // After the first commit, with which workers have started and loaded their models; 0 where there
  // was no other.
  double steady_items_per_second = 0;
  std::set<std::string> devices;  // of the workers: "cpu", "cuda:NAME"
  std::string ended_early;        // why something was left (max_failed_items); empty: nothing was
};

// Gives out what is pending in `run` until nothing is, or a signal comes. `launch`: the
// job's launcher starts workers (and ends them), where it has one; otherwise others join.
// InvalidArgument: the workers cannot use this job or model. Unavailable: all of them are gone.
// `page`: is told how it goes; may be null.
Result<ServedRun> ServeRun(const JobContext& context, PreparedRun& run, bool launch,
                           StopSignals& signals, Progress& progress, RunLog& log, RunPage* page);

// A line for each source that cannot be read or is odd.
void WarnAboutSources(const Dataset& dataset, Progress& progress);

}  // namespace prelabel
