// A clock that stands still until it is told otherwise. Thread-safe.
#pragma once

#include <atomic>

#include "common/base/clock.h"

namespace prelabel {

class FakeClock : public Clock {
 public:
  TimePoint Now() const override { return TimePoint(now_.load()); }
  void Set(TimePoint now) { now_.store(now.count()); }
  void Advance(Duration step) { now_.fetch_add(step.count()); }

 private:
  std::atomic<TimePoint::rep> now_{0};
};

}  // namespace prelabel
