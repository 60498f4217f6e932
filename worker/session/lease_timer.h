// Whether a worker may still count on its lease. The coordinator's clock starts a lease when a
// heartbeat arrives; the worker's starts when it was sent, which is earlier. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <deque>

#include "common/base/clock.h"

namespace prelabel {

class LeaseTimer {
 public:
  // A session begins with a Hello sent at `sent`; its lease is `lease` long.
  void Begin(TimePoint sent, Duration lease);

  // A heartbeat leaves: its sequence, from 1 in a session.
  std::uint64_t Beat(TimePoint now);

  // The heartbeat of this sequence has arrived; unknown sequences mean nothing.
  void Confirm(std::uint64_t sequence);

  // No heartbeat of this session waits for an answer.
  bool Answered() const { return sent_.empty(); }

  // Time since what was sent last of all that is known to have arrived.
  Duration Unconfirmed(TimePoint now) const { return now - confirmed_; }

  // More than 80 % of the lease may be over: the coordinator will soon give the tasks away.
  bool Expiring(TimePoint now) const { return 5 * Unconfirmed(now) > 4 * lease_; }

  // All of it is over.
  bool Over(TimePoint now) const { return Unconfirmed(now) > lease_; }

 private:
  struct Sent {
    std::uint64_t sequence;
    TimePoint at;
  };
  Duration lease_{};
  TimePoint confirmed_{};
  std::uint64_t sequence_ = 0;
  std::deque<Sent> sent_;  // not confirmed, ascending
};

}  // namespace prelabel
