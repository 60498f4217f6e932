// The results of one source's detect tasks, or of its second looks of one kind, in the order of its
// items, whatever the tasks' shapes. Holds the payloads of the tasks that the present item lies in:
// one, unless strides interleave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/labels/prediction.h"
#include "coordinator/store/store.h"

namespace prelabel {

// What is known about one item.
struct ItemState {
  bool planned = false;                // some task covers it
  const ItemResult* result = nullptr;  // valid until the next call; null where there is none
  std::string error;                   // why there is no labelled result, where it is planned
};

class ItemStream {
 public:
  // Of tasks of `kind`, which is not kLink. `tasks` (more than the source's do no harm) and
  // `reasons` (why tasks are quarantined) outlive the stream.
  ItemStream(Store& store, std::span<const TaskRow> tasks, SourceId source,
             const std::map<TaskId, std::string>& reasons, TaskKind kind = TaskKind::kDetect);

  // Items ascend from call to call; those between are passed over. Where several tasks cover an
  // item, a labelled result wins, and the lowest task id among equals; split tasks are passed over,
  // their parts cover their items. A damaged payload is the error of its items; other errors of the
  // store are returned.
  Result<ItemState> Next(std::uint64_t item);

  // Tasks read so far whose payloads are damaged.
  const std::vector<TaskId>& damaged() const { return damaged_; }

 private:
  struct OpenTask {
    const TaskRow* row = nullptr;
    std::uint32_t done = 0;         // items of the task passed
    std::vector<ItemResult> items;  // empty where `error` stands for all of them
    std::string error;

    std::uint64_t NextItem() const {
      return row->task.first + std::uint64_t{done} * row->task.stride;
    }
  };

  Result<OpenTask> Open(const TaskRow& row);

  Store& store_;
  const std::map<TaskId, std::string>& reasons_;
  std::vector<const TaskRow*> waiting_;  // ascending first item, then id
  std::size_t next_waiting_ = 0;
  std::vector<OpenTask> open_;  // ascending task id
  std::vector<TaskId> damaged_;
};

}  // namespace prelabel
