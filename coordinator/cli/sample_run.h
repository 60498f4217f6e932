// Runs a job's model over a part of its dataset, drawn by lot, on workers of this machine, in a
// folder that is gone afterwards. Nothing of it becomes part of a run.
#pragma once

#include <cstdint>

#include "common/base/result.h"
#include "common/base/signals.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/cli/plan_text.h"
#include "coordinator/cli/progress.h"

namespace prelabel {

// At least `items` (> 0) of the items that the model would look at. Counts what is kept into
// `categories` (parallel to context.classes.categories). Errors as ServeRun's; the workers' logs
// are then kept, and the error names them. Unavailable, too, where a signal came.
Result<PlanSample> RunSample(const JobContext& context, std::uint64_t items, StopSignals& signals,
                             Progress& progress, std::vector<PlannedCategory>& categories);

}  // namespace prelabel
