#include "coordinator/plan/planner.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace prelabel {
namespace {

// What earlier tasks cover of one source.
struct Covered {
  std::vector<bool> items;         // by item; empty where nothing is
  std::uint64_t linked_items = 0;  // of the last link task; 0 where there is none
};

std::vector<Covered> FindCovered(const Dataset& dataset, const std::vector<TaskRow>& existing) {
  std::vector<Covered> covered(dataset.sources.size());
  for (const TaskRow& row : existing) {
    const Task& task = row.task;
    if (task.source.value >= covered.size() || IsSecondLook(task.kind)) continue;
    Covered& source = covered[task.source.value];
    if (task.kind == TaskKind::kLink) {
      source.linked_items = task.count;
      continue;
    }
    const std::uint64_t items = dataset.sources[task.source.value].LookCount();
    if (source.items.empty()) source.items.resize(items);
    for (std::uint64_t i = 0; i < task.count; ++i) {
      const std::uint64_t item = task.first + i * task.stride;
      if (item < items) source.items[item] = true;
    }
  }
  return covered;
}

// Collects items into tasks of one stride.
class Cutter {
 public:
  Cutter(std::vector<Task>& tasks, std::uint64_t first_id, SourceId source, std::uint32_t stride,
         std::uint32_t shard_size)
      : tasks_(tasks),
        first_id_(first_id),
        source_(source),
        stride_(stride),
        shard_size_(shard_size) {}

  // Items ascend. One that does not follow the last by a stride starts a new task.
  void Add(std::uint64_t item) {
    const bool follows = open_ && tasks_.back().count < shard_size_ &&
                         item == tasks_.back().first + std::uint64_t{tasks_.back().count} * stride_;
    if (follows) {
      ++tasks_.back().count;
    } else {
      tasks_.push_back({NextId(), TaskKind::kDetect, source_, item, 1, stride_});
      open_ = true;
    }
  }

  void AddLink(std::uint32_t frames) {
    tasks_.push_back({NextId(), TaskKind::kLink, source_, 0, frames, 1});
  }

  bool Added() const { return open_; }

 private:
  TaskId NextId() const { return TaskId(first_id_ + tasks_.size()); }

  std::vector<Task>& tasks_;
  std::uint64_t first_id_;
  SourceId source_;
  std::uint32_t stride_;
  std::uint32_t shard_size_;
  bool open_ = false;
};

// How far apart the items are that are looked at. A step beyond the end looks at the first and the
// last frame, as any larger one does.
std::uint32_t StepOf(const SourceItems& source) {
  if (source.kind != SourceKind::kVideo) return 1;
  const std::uint64_t longest =
      std::clamp<std::uint64_t>(source.ItemCount(), 1, std::numeric_limits<std::uint32_t>::max());
  const auto every = static_cast<std::uint64_t>(std::max<std::int64_t>(source.keyframe_every, 1));
  return static_cast<std::uint32_t>(std::min(every, longest));
}

}  // namespace

std::vector<Task> PlanTasks(const Dataset& dataset, int shard_size) {
  return PlanMissing(dataset, {}, shard_size);
}

void VisitFirstLooks(const SourceItems& source, const std::function<void(std::uint64_t)>& visit) {
  const std::uint64_t items = source.LookCount();
  if (items == 0 || source.drawn != nullptr) return;
  const std::uint32_t step = StepOf(source);
  for (std::uint64_t item = 0; item < items; item += step) visit(item);
  if ((items - 1) % step != 0) visit(items - 1);
}

std::vector<Task> PlanMissing(const Dataset& dataset, const std::vector<TaskRow>& existing,
                              int shard_size) {
  const std::vector<Covered> covered = FindCovered(dataset, existing);
  std::vector<Task> tasks;
  for (std::uint32_t s = 0; s < dataset.sources.size(); ++s) {
    const SourceItems& source = dataset.sources[s];
    const std::uint64_t items = source.LookCount();
    if (items == 0 || source.drawn != nullptr) continue;
    const bool video = source.kind == SourceKind::kVideo;
    Cutter cutter(tasks, existing.size(), SourceId(s), StepOf(source),
                  static_cast<std::uint32_t>(std::max(shard_size, 1)));
    const std::vector<bool>& done = covered[s].items;
    VisitFirstLooks(source, [&](std::uint64_t item) {
      if (done.empty() || !done[item]) cutter.Add(item);
    });
    if (video && (cutter.Added() || covered[s].linked_items != items)) {
      cutter.AddLink(static_cast<std::uint32_t>(items));
    }
  }
  return tasks;
}

std::vector<Task> GroupItems(std::span<const std::uint64_t> items, const Task& like,
                             TaskId first_id, std::uint32_t shard_size) {
  std::vector<Task> tasks;
  std::uint64_t last = 0;
  for (const std::uint64_t item : items) {
    const std::uint64_t step = item - last;
    last = item;
    Task* const task = tasks.empty() ? nullptr : &tasks.back();
    if (task != nullptr && task->count == 1 && shard_size > 1 &&
        step <= std::numeric_limits<std::uint32_t>::max()) {
      task->stride = static_cast<std::uint32_t>(step);
      task->count = 2;
    } else if (task != nullptr && task->count < shard_size && task->stride == step) {
      ++task->count;
    } else {
      tasks.push_back({TaskId(first_id.value + tasks.size()), like.kind, like.source, item, 1, 1});
    }
  }
  return tasks;
}

std::vector<Task> PlanFrames(const std::vector<std::int64_t>& frames, const Task& link,
                             TaskId first_id, std::uint32_t shard_size) {
  std::vector<std::uint64_t> items;
  for (const std::int64_t frame : frames) {
    const auto item = static_cast<std::uint64_t>(frame);
    if (frame < 0 || item >= link.count || (!items.empty() && item <= items.back())) continue;
    items.push_back(item);
  }
  Task look = link;
  look.kind = TaskKind::kDetect;
  std::vector<Task> tasks = GroupItems(items, look, first_id, shard_size);
  if (tasks.empty()) return tasks;
  tasks.push_back({TaskId(first_id.value + tasks.size()), TaskKind::kLink, link.source, link.first,
                   link.count, 1});
  return tasks;
}

std::vector<Task> PlanAgain(const Dataset& dataset,
                            const std::map<SourceId, std::set<std::uint64_t>>& items,
                            const std::vector<TaskRow>& existing, int shard_size) {
  std::set<SourceId> to_be_linked;  // anyway
  for (const TaskRow& row : existing) {
    if (row.task.kind != TaskKind::kLink) continue;
    to_be_linked.erase(row.task.source);
    if (row.state == TaskState::kPending) to_be_linked.insert(row.task.source);
  }
  std::vector<Task> tasks;
  for (const auto& [id, again] : items) {
    const SourceItems& source = dataset.sources.at(id.value);
    Cutter cutter(tasks, existing.size(), id, StepOf(source),
                  static_cast<std::uint32_t>(std::max(shard_size, 1)));
    for (const std::uint64_t item : again) cutter.Add(item);
    if (source.kind == SourceKind::kVideo && cutter.Added() && !to_be_linked.contains(id)) {
      cutter.AddLink(static_cast<std::uint32_t>(source.ItemCount()));
    }
  }
  return tasks;
}

}  // namespace prelabel
