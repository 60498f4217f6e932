#include "coordinator/merge/item_stream.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "common/wire/codec.h"

namespace prelabel {
namespace {

std::uint64_t LastItem(const Task& task) {
  return task.first + std::uint64_t{task.count - 1} * task.stride;
}

}  // namespace

ItemStream::ItemStream(Store& store, std::span<const TaskRow> tasks, SourceId source,
                       const std::map<TaskId, std::string>& reasons, TaskKind kind)
    : store_(store), reasons_(reasons) {
  for (const TaskRow& row : tasks) {
    if (row.task.source == source && row.task.kind == kind && row.state != TaskState::kSplit) {
      waiting_.push_back(&row);
    }
  }
  std::sort(waiting_.begin(), waiting_.end(), [](const TaskRow* a, const TaskRow* b) {
    return std::tie(a->task.first, a->task.id) < std::tie(b->task.first, b->task.id);
  });
}

Result<ItemStream::OpenTask> ItemStream::Open(const TaskRow& row) {
  OpenTask task;
  task.row = &row;
  if (row.state == TaskState::kPending) {
    task.error = "not labeled: the run has not finished; run it again to go on";
    return task;
  }
  if (row.state == TaskState::kQuarantined) {
    const auto reason = reasons_.find(row.task.id);
    task.error = reason == reasons_.end() || reason->second.empty()
                     ? fmt::format("its task failed {} times", row.attempts)
                     : reason->second;
    return task;
  }
  Result<std::optional<std::string>> payload = store_.ReadPayload(row.task.id);
  if (payload.has_error()) {
    if (payload.error().code != ErrorCode::kDataLoss) return std::move(payload).error();
    task.error = payload.error().ToString();
    damaged_.push_back(row.task.id);
    return task;
  }
  const std::string context = fmt::format("task {}", row.task.id.value);
  if (!payload.value().has_value()) {
    return Internal("the task is committed but the store has no result of it", context);
  }
  PRELABEL_TRY(TaskResult result, DecodeTaskPayload(*payload.value()));
  task.items = std::move(result.items);
  if (task.items.size() != row.task.count) {
    return Internal(fmt::format("the stored result has {} items instead of {}", task.items.size(),
                                row.task.count),
                    context);
  }
  for (std::uint32_t i = 0; i < row.task.count; ++i) {
    const std::uint64_t expected = row.task.first + std::uint64_t{i} * row.task.stride;
    if (task.items[i].item != expected) {
      return Internal(fmt::format("the stored result has item {} in the place of item {}",
                                  task.items[i].item, expected),
                      context);
    }
  }
  return task;
}

Result<ItemState> ItemStream::Next(std::uint64_t item) {
  // Tasks that are over are let go here, not when their last item is handed out: results stay
  // valid until this call.
  std::erase_if(open_, [](const OpenTask& task) { return task.done >= task.row->task.count; });
  while (next_waiting_ < waiting_.size() && waiting_[next_waiting_]->task.first <= item) {
    const TaskRow& row = *waiting_[next_waiting_++];
    // What is passed over whole is not read.
    if (row.task.count == 0 || LastItem(row.task) < item) continue;
    PRELABEL_TRY(OpenTask task, Open(row));
    const auto after = std::find_if(open_.begin(), open_.end(), [&](const OpenTask& other) {
      return other.row->task.id > row.task.id;
    });
    open_.insert(after, std::move(task));
  }
  ItemState state;
  for (OpenTask& task : open_) {
    while (task.done < task.row->task.count && task.NextItem() < item) ++task.done;
    if (task.done >= task.row->task.count || task.NextItem() != item) continue;
    const ItemResult* result = task.items.empty() ? nullptr : &task.items[task.done];
    const bool ok = result != nullptr && result->ok();
    const bool had_ok = state.result != nullptr && state.error.empty();
    if (!state.planned || (ok && !had_ok)) {
      state.result = result;
      state.error = result == nullptr ? task.error : result->error;
    }
    state.planned = true;
    ++task.done;
  }
  return state;
}

}  // namespace prelabel
