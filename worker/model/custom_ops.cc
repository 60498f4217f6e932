#include "worker/model/custom_ops.h"

#include <dlfcn.h>

namespace prelabel {

Result<void> LoadCustomOps(const std::vector<std::string>& libraries) {
  for (const std::string& library : libraries) {
    // Never closed: what it registers with LibTorch points into it.
    if (dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr) continue;
    const char* reason = dlerror();
    return InvalidArgument("the card's library of custom operators cannot be loaded: " +
                               std::string(reason == nullptr ? "unknown" : reason) +
                               "; it must be there on every worker and be built for the worker's "
                               "LibTorch",
                           library);
  }
  return Ok();
}

}  // namespace prelabel
