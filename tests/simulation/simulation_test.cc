// Invariants I0 to I3 of the cluster under faults, over 200 histories. What is expected does not
// come from the code under test: what is made of an item is its name, and everything must end.
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
  SimulationOutcome::Labels all = outcome.labels;
  all.insert(outcome.quarantined.begin(), outcome.quarantined.end());
  for (const std::string& label : outcome.wanted) {
    const std::size_t times = all.count(label);
    if (times == 0) wrong += label + " is missing\n";
    if (times > 1) wrong += label + " is there " + std::to_string(times) + " times\n";
  }
  if (all.size() > outcome.wanted.size()) wrong += "there are labels that nobody asked for\n";
  // Three of four histories have no failures that an item could be given up for.
  if (seed % 4 != 0 && !outcome.quarantined.empty()) {
    wrong += *outcome.quarantined.begin() + " was given up\n";
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

TEST(Simulation, FaultsLeaveTheSameLabelsAsNoFaults) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    if (seed % 4 == 0) continue;  // there, tasks are given up
    const SimulationOutcome calm = Simulate({.seed = seed, .faults = false});
    EXPECT_EQ(Judge(seed, calm), "") << "without faults, seed " << seed;
    EXPECT_EQ(Simulate({.seed = seed}).labels, calm.labels) << "seed " << seed;
  }
}

TEST(Simulation, ASeedIsOneHistory) {
  const SimulationOutcome once = Simulate({.seed = 6});
  const SimulationOutcome again = Simulate({.seed = 6});
  EXPECT_EQ(once.events, again.events);
  EXPECT_EQ(once.labels, again.labels);
}

}  // namespace
}  // namespace prelabel
