// A whole cluster on one thread: the real Server, Scheduler and worker Sessions over a network, a
// clock, a store and workers that are made up. One seed is one history, the same each time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"

namespace prelabel {

struct SimulationOptions {
  std::uint64_t seed = 0;
  bool faults = true;  // until `faults_end`; without them nothing is lost, late or twice
  Duration faults_end = std::chrono::minutes(2);
};

struct SimulationOutcome {
  std::vector<std::string> violations;            // of the invariants; empty where all is well
  std::map<std::uint64_t, std::string> payloads;  // of committed tasks
  std::vector<std::uint64_t> quarantined;
  std::size_t tasks = 0;
  std::map<std::string, int> events;  // what happened, by name: a test of the test
};

SimulationOutcome Simulate(const SimulationOptions& options);

}  // namespace prelabel
