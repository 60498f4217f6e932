// `prelabel report --compare`: two runs side by side, from their report.json alone.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"

namespace prelabel {

struct CompareArguments {
  std::filesystem::path a;  // run directories, or files report.json
  std::filesystem::path b;
  std::filesystem::path out;  // page to write; empty: none
};

// What to print. InvalidArgument: one of the two is no report.
Result<std::string> CompareRuns(const CompareArguments& arguments);

}  // namespace prelabel
