// Judges a run before its labels are written: one pass over its results, compared with the
// reference and the audit that there are. Second looks, on which no route depends, are the report's
// to collect.
#pragma once

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/report/assessment.h"
#include "coordinator/routing/work_time.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct AssessedRun {
  Assessment assessment;
  WorkCounts work;
};

// InvalidArgument: the run's audit cannot be used. Errors of the store are returned.
Result<AssessedRun> AssessRun(const JobContext& context, Store& store);

}  // namespace prelabel
