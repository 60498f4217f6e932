// Libraries of operators that a module needs beyond LibTorch's own, such as torchvision's: loading
// one registers its operators for the whole process.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Loads each library, a path or a name that the dynamic linker finds; one that is loaded already
// stays as it is. InvalidArgument: it cannot be loaded; the linker's reason is given. Thread-safe.
Result<void> LoadCustomOps(const std::vector<std::string>& libraries);

}  // namespace prelabel
