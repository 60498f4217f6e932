// `prelabel run` and `prelabel serve`: the straight line from a job to labels and reports.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/cli/exit_code.h"
#include "coordinator/cli/write_outputs.h"

namespace prelabel {

// Says on standard error what was wrong, and returns the exit status that fits.
int Fail(const Error& error);

struct RunArguments {
  std::filesystem::path job_file;
  std::vector<std::string> set;  // --set overrides
  bool launch = true;            // false: workers join by themselves (serve)
  bool quiet = false;
  bool retry_failed = false;  // try quarantined items again
};

// Prints the summary and the files on standard output, damage on standard error, and returns the
// exit status that fits.
int ShowOutcome(const WrittenOutputs& outputs, const JobContext& context);

// Says on standard error which results are damaged and how they are made again.
void NoteDamage(const std::vector<TaskId>& damaged, const RunPaths& paths);

// Returns the exit status: an ExitCode, or 128 + the signal that stopped the run.
int RunJob(const RunArguments& arguments);

}  // namespace prelabel
