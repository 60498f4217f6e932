// The tasks that a worker holds and has not finished, by their two names: the lease that the
// coordinator knows, which changes when the worker joins again, and the attempt that the executor
// was given at the start, which does not. Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "common/wire/messages.h"

namespace prelabel {

// Old leases to new attempts: Welcome.granted.
using Grants = std::map<Lease, Attempt>;

class HeldTasks {
 public:
  bool empty() const { return tasks_.empty(); }
  void Clear() { tasks_.clear(); }

  // Adds a task: the attempt by which the executor is to know it, which no other held task of the
  // same id has. Nothing where the lease is held already.
  std::optional<Attempt> Add(const Lease& lease);

  // The lease of what the executor names.
  std::optional<Lease> Find(TaskId task, Attempt started_as) const;
  // The same, and the task is no longer held.
  std::optional<Lease> Take(TaskId task, Attempt started_as);
  // A lease of the present epoch is called back: what the executor knows it by.
  std::optional<Attempt> Cancel(TaskId task, Attempt attempt);

  void AppendLeases(std::vector<Lease>& leases) const;

  // Keeps what was granted, under `epoch` and its new attempt, and takes it out of `grants`. What
  // was not granted is dropped: returned by the executor's names.
  std::vector<std::pair<TaskId, Attempt>> Renew(Epoch epoch, Grants& grants);

 private:
  struct Held {
    Lease lease;
    Attempt started_as;
  };
  // Nearly always one a task; after a lost Cancel two.
  using Tasks = std::multimap<TaskId, Held>;
  Tasks::const_iterator FindStarted(TaskId task, Attempt started_as) const;

  Tasks tasks_;
};

}  // namespace prelabel
