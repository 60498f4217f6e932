// `prelabel run` and `prelabel serve`: the straight line from a job to labels and reports.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace prelabel {

enum ExitCode : int { kExitDone = 0, kExitFailed = 1, kExitUsage = 2, kExitQuarantined = 3 };

struct RunArguments {
  std::filesystem::path job_file;
  std::vector<std::string> set;  // --set overrides
  bool launch = true;            // false: workers join by themselves (serve)
  bool quiet = false;
};

// Returns the exit status: an ExitCode, or 128 + the signal that stopped the run.
int RunJob(const RunArguments& arguments);

}  // namespace prelabel
