// `prelabel profile`: a reference profile of a run.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

struct ProfileArguments {
  std::string run;                        // the run directory
  std::vector<std::string> ground_truth;  // COCO instances files
  std::string out;
};

// Writes the profile and returns what to tell the user about it. InvalidArgument: no such run,
// nothing labeled in it, ground truth that is wrong or fits none of its items.
Result<std::string> MakeProfile(const ProfileArguments& arguments);

}  // namespace prelabel
