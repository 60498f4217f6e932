// One request to a coordinator's own server, for the commands of a terminal (adapter over
// Boost.Beast). Thread-safe.
#pragma once

#include <chrono>
#include <string>

#include "common/base/result.h"
#include "common/job/page_address.h"

namespace prelabel {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// POST without a body. `target`: "/api/v1/…"; `token`: empty for none. Unavailable: nobody answers
// there within `limit`.
Result<HttpAnswer> HttpPost(const PageAddress& address, const std::string& target,
                            const std::string& token, std::chrono::milliseconds limit);

}  // namespace prelabel
