// The store of a simulated cluster: checks each commit as it is made against what was decided, and
// fails now and then, before or after the commit is durable, or because the disk is full.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/dice.h"
#include "tests/support/in_memory_store.h"

namespace prelabel {

// What happened, and what must not have.
struct SimulationRecord {
  std::vector<std::string> violations;
  std::map<std::string, int> events;
  void Violation(const std::string& what) { violations.push_back(what); }
  void Count(const std::string& what) { ++events[what]; }
};

class CheckedStore : public InMemoryStore {
 public:
  CheckedStore(SimulationRecord& record, Dice& dice) : record_(record), dice_(dice) {}

  Result<void> CommitBatch(const StoreBatch& batch) override;

  bool may_fail = false;                                // the process must end with it
  bool full = false;                                    // nothing is written, try again
  std::map<std::pair<TaskId, Attempt>, WorkerId> live;  // attempts of this epoch that count
  std::set<std::pair<TaskId, Attempt>> accepted;        // of these, those with a result

 private:
  Error Crash();
  void Check(const EncodedResult& result, const std::vector<TaskRow>& before);
  void CheckEnds(TaskId task, const char* how);

  SimulationRecord& record_;
  Dice& dice_;
  std::set<TaskId> ended_;
};

}  // namespace prelabel
