// Tasks that wait for another attempt under conditions: not before a time, rather not at the worker
// where they failed, or alone at a worker. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/base/clock.h"
#include "common/base/ids.h"

namespace prelabel {

class RetryQueue {
 public:
  struct Entry {
    TimePoint ready{};
    WorkerId avoid;      // WorkerId(): nobody
    bool alone = false;  // at a worker that does nothing else meanwhile
  };

  void Add(TaskId task, Entry entry);
  // Whether it was there.
  bool Remove(TaskId task);
  const Entry* Find(TaskId task) const;

  // Takes the task that has been due for longest among those that `worker` may have. `idle`: it
  // holds nothing. `others`: another worker could take what this one should avoid.
  std::optional<std::pair<TaskId, Entry>> Take(TimePoint now, WorkerId worker, bool idle,
                                               bool others);

  // Whether a task that is due waits for a worker of its own.
  bool NeedsIdleWorker(TimePoint now) const;
  bool AnyDue(TimePoint now) const { return !order_.empty() && order_.begin()->first <= now; }
  bool empty() const { return order_.empty(); }

 private:
  std::map<TaskId, Entry> entries_;
  std::set<std::pair<TimePoint, TaskId>> order_;
};

}  // namespace prelabel
