// A whole cluster on one thread: the real Server, Scheduler and worker Sessions over a network, a
// clock, a store and workers that are made up. One seed is one history, the same each time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"

namespace prelabel {

struct SimulationOptions {
  std::uint64_t seed = 0;
  bool faults = true;  // until `faults_end`; without them nothing is lost, late or twice
  Duration faults_end = std::chrono::minutes(2);
  bool trace = false;  // every decision of the scheduler, on standard output
};

struct SimulationOutcome {
  std::vector<std::string> violations;  // of the invariants; empty where all is well
  using Labels = std::multiset<std::string>;
  Labels wanted;       // "label of 1/17" for every item, "link of 1" for every link task
  Labels labels;       // of all that is committed, from the payloads
  Labels quarantined;  // what was given up
  std::string poison;  // the one item that deserves it; empty: none does
  std::map<std::string, int> events;  // what happened, by name: a test of the test
};

SimulationOutcome Simulate(const SimulationOptions& options);

}  // namespace prelabel
