// The workers that a run starts: knows which allocation each belongs to, asks the policy how many
// there should be, and has the launcher see to it. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "coordinator/launch/allocation_policy.h"
#include "coordinator/launch/launcher.h"

namespace prelabel {

// How much there is to do.
struct FleetLoad {
  std::uint64_t ready = 0;               // tasks that run or could run
  std::function<bool(WorkerId)> idle{};  // whether a worker holds no task
};

struct FleetNews {
  std::vector<EndedAllocation> ended;  // those that left as they were told, too
  std::vector<std::string> notes;      // for people
  std::vector<WorkerId> dismiss;       // these should be told to leave
  // The run has no workers and will get no more; InvalidArgument: nor would the next one.
  std::optional<Error> failure;
};

class Fleet {
 public:
  // The launcher must outlive it.
  Fleet(Launcher& launcher, AllocationLimits limits) : launcher_(launcher), policy_(limits) {}

  // A worker joined, with what its Hello says of its allocation. Others than ours are nobody's.
  void OnJoined(WorkerId worker, const std::string& allocation, std::uint32_t slots);
  void OnLeft(WorkerId worker);
  void OnProgress() { policy_.OnProgress(); }

  // Looks after the allocations. Call it a few times a second.
  FleetNews Turn(const FleetLoad& load, TimePoint now);

  // One line: how many there are, and why there are no more.
  std::string Describe(TimePoint now) const;

 private:
  struct Member {
    WorkerId worker;
    std::uint32_t slots = 0;
    std::optional<TimePoint> idle_since;
  };

  AllocationDemand DemandOf(const FleetLoad& load, TimePoint now);
  void Take(LauncherNews news, TimePoint now, FleetNews& told);

  Launcher& launcher_;
  AllocationPolicy policy_;
  std::map<std::string, Member> members_;  // by allocation
  std::map<WorkerId, std::string> allocation_of_;
  std::set<std::string> leaving_;
  bool ever_accepted_ = false;
  std::optional<EndedAllocation> last_bad_;
};

}  // namespace prelabel
