// `prelabel model check`: hands over to the worker program beside this one, which alone knows how
// to run models.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Becomes `prelabel-worker check ARGUMENTS…` (execv), so that its output and exit status are this
// process's. Returns only with an error: the program is not there or cannot be started.
Error BecomeModelCheck(const std::vector<std::string>& arguments);

}  // namespace prelabel
