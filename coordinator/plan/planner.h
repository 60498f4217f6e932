// Cuts a dataset into tasks. Pure: equal datasets give equal plans.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "common/wire/task.h"
#include "coordinator/scan/dataset.h"
#include "coordinator/store/store.h"

namespace prelabel {

// Items of tasks are those of the source, or its looks where it is tiled (dataset.h).
//
// All tasks, ids from 0, source by source: detect tasks of at most `shard_size` items (>= 1), then,
// for a video, one link task over all of its frames. Images are cut in runs (stride 1); of a video
// the frames 0, N, 2N … (N = keyframe_every, the task's stride) and, in a task of its own where it
// is no multiple of N, the last frame. A source without items has no tasks, nor has
// one whose keyframes a person drew.
std::vector<Task> PlanTasks(const Dataset& dataset, int shard_size);

// The items of a source that PlanTasks looks at, ascending. Videos that are looked at in rounds:
// those of the first round.
void VisitFirstLooks(const SourceItems& source, const std::function<void(std::uint64_t)>& visit);

// What PlanTasks would look at and `existing` does not cover, with ids from existing.size(): empty
// when nothing is missing. Items keep their indices in a grown dataset (fingerprint.h checks that).
// Tasks cover their items whatever became of them, split ones too; second looks cover nothing. A
// video that has new detect
// tasks gets a new link task; its last link task is the one that holds.
std::vector<Task> PlanMissing(const Dataset& dataset, const std::vector<TaskRow>& existing,
                              int shard_size);

// Tasks over `items` (ascending), each of the kind and source of `like`, ids from `first_id`. Items
// at equal distances share a task, at most `shard_size` (>= 1) of them.
std::vector<Task> GroupItems(std::span<const std::uint64_t> items, const Task& like,
                             TaskId first_id, std::uint32_t shard_size);

// A further round of a video: detect tasks over these frames (ascending; those beyond the link's
// are left out) and a new link task like `link`, ids from `first_id`. Frames at equal distances
// share a task. Empty where no frame is left.
std::vector<Task> PlanFrames(const std::vector<std::int64_t>& frames, const Task& link,
                             TaskId first_id, std::uint32_t shard_size);

// Tasks that look again at items which `existing` covers, by source, with ids from existing.size(),
// and a new link task for each video among them, unless its last one is pending anyway.
std::vector<Task> PlanAgain(const Dataset& dataset,
                            const std::map<SourceId, std::set<std::uint64_t>>& items,
                            const std::vector<TaskRow>& existing, int shard_size);

}  // namespace prelabel
