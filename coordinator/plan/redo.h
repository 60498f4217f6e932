// Takes results and verdicts of a run back, so that the tasks run again and nothing else does.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "common/base/result.h"
#include "coordinator/scan/dataset.h"
#include "coordinator/store/store.h"

namespace prelabel {

// Makes tasks whose stored results are damaged (MergeLabels names them) pending, in one
// transaction, with the link task of each video that a detect task among them belongs to: it may
// have been linked without their detections.
Result<void> RedoDamaged(Store& store, const std::vector<TaskId>& damaged);

// Items, by source, that committed tasks could not label and that no other task has labeled or is
// to look at. Reads the results of tasks with failed items; damaged results are left out.
Result<std::map<SourceId, std::set<std::uint64_t>>> FindFailedItems(
    Store& store, const std::vector<TaskRow>& tasks);

// Items that are quarantined and that no pending task is to try again.
Result<std::uint64_t> CountFailedItems(Store& store, const std::vector<TaskRow>& tasks);

// What `--retry-failed` does before a run goes on: quarantined tasks become pending, items that
// failed within committed tasks get new tasks, and videos among them are linked again. Returns how
// many items that are; 0 where nothing is quarantined.
Result<std::uint64_t> RetryFailed(Store& store, const Dataset& dataset, int shard_size);

}  // namespace prelabel
