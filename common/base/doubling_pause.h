// How long to leave alone what has failed.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/base/clock.h"

namespace prelabel {

// `first` after the first failure, then twice as long after each further one, up to `longest`.
// `earlier`: how many there were before this one.
constexpr Duration DoublingPause(Duration first, std::uint32_t earlier, Duration longest) {
  for (; earlier > 0 && first < longest; --earlier) first *= 2;
  return std::min(first, longest);
}

}  // namespace prelabel
