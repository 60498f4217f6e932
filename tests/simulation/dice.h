// Numbers from a seed, the same on every machine (the standard's distributions are not).
#pragma once

#include <cstdint>
#include <random>

#include "common/base/clock.h"

namespace prelabel {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }
  Duration Between(Duration low, Duration high) {
    return low + Duration(Below(static_cast<std::uint64_t>((high - low).count()) + 1));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace prelabel
