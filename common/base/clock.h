// The clock seam. Cores take a TimePoint as an argument; only loops own a Clock.
#pragma once

#include <chrono>

namespace prelabel {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::nanoseconds;  // since an arbitrary origin, never going back

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

// CLOCK_MONOTONIC. Thread-safe.
class MonotonicClock : public Clock {
 public:
  TimePoint Now() const override {
    return std::chrono::duration_cast<TimePoint>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace prelabel
