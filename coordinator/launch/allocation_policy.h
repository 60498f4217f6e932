// How many workers a run asks for, and which it gives back: by how much there is to do, within
// limits. A pure state machine: no clock, no launcher. Not thread-safe.
//
// As many are wanted as have a task for each of their slots, from `min` to `max`. What is missing
// is asked for at once; there are never more than `max`, those that are about to leave included.
// What is too much is given back: first allocations that still wait in a queue, then workers that
// have had nothing to do for `idle`. As with Dask's adaptive clusters and HyperQueue's automatic
// allocation, a submission that is refused pauses the asking, longer each time, and workers that
// fail one after the other without any progress end it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"

namespace prelabel {

struct AllocationLimits {
  int min = 1;
  int max = 1;                                     // at least min
  Duration idle = std::chrono::minutes(1);         // before a worker is given back
  int max_failures = 5;                            // in a row that are replaced
  Duration first_pause = std::chrono::seconds(5);  // after a refusal, doubled by each further
  Duration longest_pause = std::chrono::minutes(5);
};

struct AllocationState {
  std::string id;
  bool running = false;                 // false: it waits in a queue
  std::uint32_t slots = 0;              // tasks at once, of its worker; 0: none has joined yet
  std::optional<TimePoint> idle_since;  // where its worker has nothing to do
  bool leaving = false;                 // it was given back already
};

struct AllocationDemand {
  std::uint64_t ready = 0;                   // tasks that run or could run
  int submitting = 0;                        // allocations asked for, without an id yet
  std::vector<AllocationState> allocations;  // in the order of asking
};

struct AllocationPlan {
  int submit = 0;
  std::vector<std::string> give_back;  // ids
};

class AllocationPolicy {
 public:
  explicit AllocationPolicy(AllocationLimits limits) : limits_(limits) {}

  void OnAccepted() { refusals_ = 0; }
  // A submission came to nothing.
  void OnRefused(std::string reason, TimePoint now);
  // A worker ended by itself.
  void OnFailed() { ++failures_; }
  // A worker cannot use the job, and neither would one in its place.
  void OnUnusable() { ++unusable_; }
  // Something was achieved: what failed before does not count any more.
  void OnProgress() {
    failures_ = 0;
    achieved_ = true;
  }

  AllocationPlan Decide(const AllocationDemand& demand, TimePoint now) const;

  // No allocation will be asked for any more, whatever the demand, unless there is progress.
  // Where a worker could not use the job it may be its machine, once others have achieved
  // something.
  bool Exhausted() const {
    return failures_ > limits_.max_failures || unusable_ >= limits_.max ||
           (unusable_ > 0 && !achieved_);
  }

  struct Pause {
    Duration left{};
    int refusals = 0;  // in a row
    std::string reason;
  };
  // Where nothing is asked for because submissions were refused.
  std::optional<Pause> PausedAt(TimePoint now) const;

  const AllocationLimits& limits() const { return limits_; }

 private:
  int Wanted(const AllocationDemand& demand) const;

  AllocationLimits limits_;
  int failures_ = 0;  // since something was last achieved
  int unusable_ = 0;
  bool achieved_ = false;
  int refusals_ = 0;
  TimePoint paused_until_{};
  std::string refusal_;
};

}  // namespace prelabel
