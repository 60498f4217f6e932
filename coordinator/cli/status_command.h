// `prelabel status RUN`: how a run is doing and why each unfinished task is not done yet.
#pragma once

#include <filesystem>

#include "common/base/result.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

// From status.json while a coordinator holds the run, from the store otherwise.
// InvalidArgument: there is no run.
Result<RunStatus> LoadRunStatus(const std::filesystem::path& run);

// Prints it, as JSON where wanted; the exit status.
int ShowRunStatus(const std::filesystem::path& run, bool json, bool all);

}  // namespace prelabel
