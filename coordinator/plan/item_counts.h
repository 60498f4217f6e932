// How many items a run has and how many are still to be looked at, each counted once: what is tried
// again stands in two tasks. Pure; a bit an item.
#pragma once

#include <cstdint>
#include <span>

#include "coordinator/store/store.h"

namespace prelabel {

struct ItemCounts {
  std::uint64_t total = 0;
  std::uint64_t pending = 0;  // in tasks that have not ended
};

// Of detect tasks; those that were split count by their parts.
ItemCounts CountItems(std::span<const TaskRow> tasks);

}  // namespace prelabel
