// The review queue as a file: one JSON object a line, in the order in which to look.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/merge/merge.h"
#include "coordinator/routing/review_queue.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Why an item is in the queue: sentences for people, the first the weightiest.
std::vector<std::string> ReasonsOf(const ReviewItem& item, const ClassMap& classes);

// Without the end of the line; the keys are in docs/routing.md.
std::string FormatQueuedItem(const QueuedItem& queued, std::size_t rank, const Dataset& dataset,
                             const ItemNames& names, const ClassMap& classes);

// The file appears complete or not at all; without items it is empty. Unavailable: the disk
// refuses.
Result<void> WriteReviewQueue(const std::filesystem::path& file, std::span<const QueuedItem> queue,
                              const Dataset& dataset, const ClassMap& classes);

}  // namespace prelabel
