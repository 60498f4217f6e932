// `prelabel pause|resume|cancel|drain RUN …`: what people ask of a run that goes on, over the API
// of its page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coordinator/status/control.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

// Asks, and says what came of it; the exit status. `workers`: of kDrain, selectors (selector.h) of
// ids and hosts. A worker that cannot be asked does not keep the others from being asked.
int ControlRun(const std::filesystem::path& run, ControlKind kind,
               const std::vector<std::string>& workers = {});

struct WorkersArguments {
  std::filesystem::path run;
  std::vector<std::string> workers;  // selectors; empty: all
  std::vector<std::string> states;
  std::string output = "text";  // text, json or quiet: ids alone
  bool json = false;            // the same as output json
};

// `prelabel workers RUN`: prints who works on the run; the exit status.
int ShowWorkers(const WorkersArguments& arguments);

// A line a worker under a heading. Pure.
std::string DescribeWorkers(const RunStatus& status);

}  // namespace prelabel
