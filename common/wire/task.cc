#include "common/wire/task.h"

namespace prelabel {

std::vector<std::uint64_t> TaskItems(const Task& task) {
  std::vector<std::uint64_t> items;
  if (task.kind == TaskKind::kLink) return items;
  items.reserve(task.count);
  for (std::uint32_t k = 0; k < task.count; ++k) {
    items.push_back(task.first + static_cast<std::uint64_t>(k) * task.stride);
  }
  return items;
}

}  // namespace prelabel
