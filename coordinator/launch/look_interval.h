// When to ask a cluster how its allocations are: every look is work for all of it. Pure.
#pragma once

#include <algorithm>

#include "common/base/clock.h"

namespace prelabel {

class LookInterval {
 public:
  // While something changes, and when all is quiet.
  static constexpr Duration kOften = std::chrono::seconds(2);
  static constexpr Duration kSeldom = std::chrono::seconds(30);

  // Whether it is time to look; then it is, and the next time comes later than this one did.
  bool Take(TimePoint now) {
    if (now - last_ < every_) return false;
    last_ = now;
    every_ = std::min(2 * every_, kSeldom);
    return true;
  }

  // Something has changed, or will.
  void Shorten() { every_ = kOften; }
  // All is known at present, and will change.
  void Restart(TimePoint now) {
    last_ = now;
    every_ = kOften;
  }

 private:
  Duration every_ = kOften;
  TimePoint last_{};
};

}  // namespace prelabel
