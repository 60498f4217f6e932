// `prelabel-worker check`, which `prelabel model check` becomes: prints and draws what a model
// finds.
#pragma once

#include <ostream>
#include <string>

#include "worker/check/check_model.h"

namespace prelabel {

struct CheckArguments {
  CheckOptions options;
  std::filesystem::path out;  // empty: IMAGE's name with -check.jpg, in the current folder
};

// Text to `out`, errors to `err`. Returns the exit status: 0 done, 1 failed (the picture, the model
// while it ran, or writing), 2 the card, its weights, the device or usage.
int RunCheck(CheckArguments arguments, const MediaOpener& media, const Clock& clock,
             std::ostream& out, std::ostream& err);

}  // namespace prelabel
