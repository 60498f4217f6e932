// `prelabel status RUN`: how a run is doing and why each unfinished task is not done yet.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"
#include "coordinator/status/run_status.h"
#include "coordinator/status/status_filter.h"

namespace prelabel {

// From status.json while a coordinator holds the run, from the store otherwise.
// InvalidArgument: there is no run.
Result<RunStatus> LoadRunStatus(const std::filesystem::path& run);

// What the store knows, and the last words of its coordinator where it left some: no workers, no
// rate.
Result<RunStatus> StoredRunStatus(const std::filesystem::path& run);

struct StatusArguments {
  std::filesystem::path run;
  std::string output = "text";  // text, json or quiet
  bool json = false;            // the same as output json
  bool all = false;
  bool watch = false;
  StatusFilterWords filter;
};

// Prints it. The exit status: with --watch or --output quiet that of the run's state (RunExitOf),
// otherwise kExitDone where it could be read.
int ShowRunStatus(const StatusArguments& arguments);

}  // namespace prelabel
