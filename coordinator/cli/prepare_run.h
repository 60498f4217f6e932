// Opens the run of a job: a new one, or an old one that may be continued.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/cli/run_fingerprint.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct PreparedRun {
  std::unique_ptr<Store> store;
  std::vector<TaskRow> tasks;  // of the whole job, planned ones included
  RunFingerprint fingerprint;  // of the run: what raw predictions were and will be made with
  std::string name;            // drawn at random for this store and this fingerprint
  bool resumed = false;        // there were results already
  std::uint64_t retried = 0;   // quarantined items that are tried again
};

// Makes the run directory, locks and opens its store, checks that its results belong to this job
// (invariant I6), plans what is missing, second looks included, takes quarantined items up again
// where `retry_failed` says so (plan/redo.h), and writes the resolved job.yaml. InvalidArgument:
// the directory holds another job's results. Unavailable: it is in use.
Result<PreparedRun> PrepareRun(const JobContext& context, bool retry_failed);

// Makes the run ready to do damaged tasks again (plan/redo.h).
Result<void> PrepareRedo(const JobContext& context, const std::vector<TaskId>& damaged,
                         PreparedRun& run);

// Whether a job that only reads a run's results may: the same checks, nothing is written.
// InvalidArgument: the results are another job's.
Result<void> CheckRunIsOf(const JobContext& context, Store& store);

}  // namespace prelabel
