// The tasks of one source that wait for a worker, as ranges of consecutive ids: a whole plan costs
// one range, and a worker that continues where it stands keeps its decoder where it stands.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "common/base/ids.h"

namespace prelabel {

class PendingTasks {
 public:
  void Add(TaskId task);
  bool empty() const { return ranges_.empty(); }

  // Takes exactly this task, if it waits.
  bool Take(TaskId task);

  // Takes the start of the longest range; where another worker is about to continue there
  // (`claimed`), its middle instead, so that both have a stretch of their own.
  std::optional<TaskId> TakeStretch(const std::function<bool(TaskId)>& claimed);

 private:
  using Ranges = std::map<std::uint64_t, std::uint64_t>;  // begin → end (exclusive)
  void Split(Ranges::iterator range, std::uint64_t task);

  Ranges ranges_;
};

}  // namespace prelabel
