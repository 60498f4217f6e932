#include "coordinator/plan/sample_tasks.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>

#include "common/base/random.h"
#include "coordinator/plan/planner.h"

namespace prelabel {
namespace {

// What is drawn as one: `count` looked-at items of a source, from the one at `position` among them.
struct Unit {
  std::uint64_t hash = 0;
  std::uint32_t source = 0;
  std::uint64_t position = 0;
  std::uint64_t count = 0;
};

}  // namespace

std::uint64_t CountFirstLooks(const Dataset& dataset) {
  std::uint64_t count = 0;
  for (const SourceItems& source : dataset.sources) {
    VisitFirstLooks(source, [&count](std::uint64_t) { ++count; });
  }
  return count;
}

std::vector<Task> SampleTasks(const Dataset& dataset, std::uint64_t items, int shard_size) {
  const auto shard = static_cast<std::uint64_t>(std::max(shard_size, 1));
  std::vector<Unit> units;
  for (std::uint32_t s = 0; s < dataset.sources.size(); ++s) {
    const std::uint64_t size = dataset.sources[s].kind == SourceKind::kVideo ? shard : 1;
    const std::uint64_t seed = SplitMix64(s).Next();
    std::uint64_t position = 0;
    VisitFirstLooks(dataset.sources[s], [&](std::uint64_t) {
      if (position % size == 0) {
        units.push_back({SplitMix64(seed ^ position).Next(), s, position, 0});
      }
      ++units.back().count;
      ++position;
    });
  }
  std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    return std::tie(a.hash, a.source, a.position) < std::tie(b.hash, b.source, b.position);
  });
  std::uint64_t drawn = 0;
  std::size_t wanted = 0;
  while (wanted < units.size() && drawn < items) drawn += units[wanted++].count;
  units.resize(wanted);
  std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    return std::tie(a.source, a.position) < std::tie(b.source, b.position);
  });

  std::vector<Task> tasks;
  auto unit = units.begin();
  for (std::uint32_t s = 0; s < dataset.sources.size(); ++s) {
    std::uint64_t position = 0;
    std::vector<std::uint64_t> here;
    VisitFirstLooks(dataset.sources[s], [&](std::uint64_t item) {
      if (unit != units.end() && unit->source == s && position >= unit->position) {
        here.push_back(item);
        if (position + 1 == unit->position + unit->count) ++unit;
      }
      ++position;
    });
    Task like;
    like.source = SourceId(s);
    // Stretches stay apart: a task of two of them would be one over everything between.
    const std::uint64_t group = dataset.sources[s].kind == SourceKind::kVideo ? shard : 1;
    for (std::size_t first = 0; first < here.size(); first += group) {
      const std::vector<Task> some =
          GroupItems(std::span(here).subspan(first, std::min(group, here.size() - first)), like,
                     TaskId(tasks.size()), static_cast<std::uint32_t>(group));
      tasks.insert(tasks.end(), some.begin(), some.end());
    }
  }
  return tasks;
}

}  // namespace prelabel
