// What `prelabel model check` prints. Pure; thread-safe.
#pragma once

#include <string>

#include "worker/check/check_model.h"

namespace prelabel {

// Some lines about the model and, where there is an item, a table of its predictions, best first.
std::string CheckText(const ModelCheck& check, const CheckOptions& options);

}  // namespace prelabel
