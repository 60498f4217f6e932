// What `prelabel status --tasks … --worker … --state …` leaves of a status. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/status/run_status.h"
#include "coordinator/status/selector.h"

namespace prelabel {

// As the user wrote it; empty: not given.
struct StatusFilterWords {
  std::vector<std::string> tasks;
  std::vector<std::string> workers;
  std::vector<std::string> states;

  bool empty() const { return tasks.empty() && workers.empty() && states.empty(); }
};

struct StatusFilter {
  std::optional<Selector> tasks;
  std::optional<Selector> workers;
  std::vector<std::string> task_states;  // of RunStatus::Unfinished
  std::vector<std::string> worker_states;
  bool by_state = false;  // false: every state is meant

  bool empty() const { return !tasks && !workers && !by_state; }
};

// InvalidArgument: see ParseSelector; or a state that neither a task nor a worker has.
Result<StatusFilter> MakeStatusFilter(const StatusFilterWords& words);

// Leaves the counts of the run as they are, and of the lists
//  - of workers those that are meant, in a state that is meant;
//  - of unfinished tasks those that are meant, in a state that is meant and, where workers are
//    named, at one of these; ranges are cut;
//  - failures, where no task and no worker is named and "failed" is among the states, if any.
RunStatus FilterStatus(RunStatus status, const StatusFilter& filter);

// The workers that are meant, by id. InvalidArgument: a number or a host that is named is not
// there, or nobody is there. Of a range and of "all" those are meant that there are.
Result<std::vector<RunStatus::Worker>> FindWorkers(const RunStatus& status,
                                                   const Selector& selector);

}  // namespace prelabel
