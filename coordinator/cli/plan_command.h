// `prelabel plan`: what a job would do, before it does it. Checks the job with all that it names,
// counts items, shows how classes become labels, and tries the model on a sample.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace prelabel {

struct PlanArguments {
  std::filesystem::path job_file;
  std::vector<std::string> set;  // --set overrides
  std::string sample = "1%";     // "N" items or "N%" of what the model looks at; "0": none
  bool quiet = false;
};

// Prints the plan on standard output. Returns the exit status: an ExitCode (kExitQuarantined where
// a source or an item of the sample cannot be read), or 128 + the signal that came.
int PlanJob(const PlanArguments& arguments);

}  // namespace prelabel
