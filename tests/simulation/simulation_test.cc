// Invariants I0 to I3 of the cluster under faults, over 200 histories. What is expected does not
// come from the code under test: a task's payload is its name, and everything must end.
// PRELABEL_SIMULATION_SEED=N plays one history alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tests/simulation/simulated_cluster.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kSeeds = 200;

// What is wrong with the history, a line each.
std::string Judge(std::uint64_t seed, const SimulationOutcome& outcome) {
  std::string wrong;
  for (const std::string& violation : outcome.violations) wrong += violation + "\n";
  std::size_t ended = 0;
  for (std::uint64_t task = 0; task < outcome.tasks; ++task) {
    const auto payload = outcome.payloads.find(task);
    const bool quarantined =
        std::count(outcome.quarantined.begin(), outcome.quarantined.end(), task) > 0;
    if (payload != outcome.payloads.end()) {
      ++ended;
      if (payload->second != "labels of task " + std::to_string(task)) {
        wrong += "task " + std::to_string(task) + " has the payload of another\n";
      }
      if (quarantined) wrong += "task " + std::to_string(task) + " is committed and quarantined\n";
    } else if (quarantined && seed % 4 == 0) {  // the histories in which tasks are given up
      ++ended;
    }
  }
  if (ended != outcome.tasks) {
    wrong += std::to_string(outcome.tasks - ended) + " tasks have no end\n";
  }
  return wrong;
}

TEST(Simulation, NothingIsLostWhateverHappens) {
  std::uint64_t first = 1;
  std::uint64_t last = kSeeds;
  if (const char* seed = std::getenv("PRELABEL_SIMULATION_SEED")) {
    first = last = std::strtoull(seed, nullptr, 10);
  }
  std::map<std::string, int> events;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const SimulationOutcome outcome = Simulate({.seed = seed});
    EXPECT_EQ(Judge(seed, outcome), "")
        << "to play it again: PRELABEL_SIMULATION_SEED=" << seed << " simulation_test";
    for (const auto& [event, count] : outcome.events) events[event] += count;
  }
  if (first == last) {
    for (const auto& [event, count] : events) {
      std::printf("%s: %d\n", event.c_str(), count);
    }
    return;
  }
  // The histories are worth something only where all of this did happen.
  for (const char* event : {"commit failed", "coordinator restarted", "coordinator paused",
                            "connection cut", "worker crashed", "worker paused", "task broken",
                            "reconnected", "reordered", "duplicated", "quarantined"}) {
    EXPECT_GT(events[event], 0) << event;
  }
}

TEST(Simulation, FaultsLeaveTheSamePayloadsAsNoFaults) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    if (seed % 4 == 0) continue;  // there, tasks are given up
    const SimulationOutcome calm = Simulate({.seed = seed, .faults = false});
    EXPECT_EQ(Judge(seed, calm), "") << "without faults, seed " << seed;
    EXPECT_EQ(Simulate({.seed = seed}).payloads, calm.payloads) << "seed " << seed;
  }
}

TEST(Simulation, ASeedIsOneHistory) {
  const SimulationOutcome once = Simulate({.seed = 6});
  const SimulationOutcome again = Simulate({.seed = 6});
  EXPECT_EQ(once.events, again.events);
  EXPECT_EQ(once.payloads, again.payloads);
}

}  // namespace
}  // namespace prelabel
