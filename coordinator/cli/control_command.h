// `prelabel pause|resume|cancel|drain RUN …`: what people ask of a run that goes on, over the API
// of its page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "coordinator/status/control.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

// Asks, and says what came of it; the exit status. `worker`: of kDrain, its id as `prelabel
// workers` shows it, or its host where that has one worker.
int ControlRun(const std::filesystem::path& run, ControlKind kind, const std::string& worker);

// `prelabel workers RUN`: prints who works on the run, as JSON where wanted; the exit status.
int ShowWorkers(const std::filesystem::path& run, bool json);

// A line a worker under a heading. Pure.
std::string DescribeWorkers(const RunStatus& status);

// InvalidArgument: no worker of the run is meant, or more than one. Pure.
Result<WorkerId> FindWorker(const RunStatus& status, const std::string& worker);

}  // namespace prelabel
