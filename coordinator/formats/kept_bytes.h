// A budget for what is kept of a file that is not trusted. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/base/result.h"

namespace prelabel {

// Memory that all keyframes of a file may take: what a short file leaves unsaid (attributes that
// hold, joints that are missing) cannot grow without end.
class KeptBytes {
 public:
  // InvalidArgument without a place where that is more than 512 MiB in all.
  Result<void> Add(std::uint64_t bytes) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 29;
    used_ += std::min(bytes, kMost + 1);  // stays far from the end of the number
    if (used_ <= kMost) return Ok();
    return InvalidArgument("the keyframes take more than 512 MiB; cut the file in parts");
  }

 private:
  std::uint64_t used_ = 0;
};

}  // namespace prelabel
