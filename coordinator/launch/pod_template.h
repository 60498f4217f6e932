// A user's Pod that workers are made from. Pure.
#pragma once

#include <string>

#include "common/base/result.h"

namespace prelabel {

inline constexpr const char* kWorkerContainer = "worker";  // the name of its container

// A Pod in YAML (or JSON) as JSON. `file` names it in messages. InvalidArgument: it is none, or
// says what the launcher must say.
Result<std::string> ReadPodTemplate(const std::string& text, const std::string& file);

}  // namespace prelabel
