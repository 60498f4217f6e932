// Tasks over a part of a dataset, drawn by lot, to see what a model makes of it before all of it is
// run. Pure: equal arguments give equal tasks.
#pragma once

#include <cstdint>
#include <vector>

#include "common/wire/task.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Items that PlanTasks looks at: of adaptive videos those of the first round.
std::uint64_t CountFirstLooks(const Dataset& dataset);

// Detect tasks, ids from 0, over at least `items` of the items that PlanTasks looks at, or over all
// of them where there are fewer. Images are drawn one by one; of videos stretches of `shard_size`
// (>= 1) such frames, since a decoder has to run up to each. Items that are drawn for fewer `items`
// are drawn for more, too.
std::vector<Task> SampleTasks(const Dataset& dataset, std::uint64_t items, int shard_size);

}  // namespace prelabel
