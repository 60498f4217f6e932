#include "coordinator/plan/second_looks.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "common/base/random.h"
#include "coordinator/plan/planner.h"

namespace prelabel {
namespace {

struct Lot {
  std::uint64_t hash = 0;
  SourceId source;
  std::uint64_t item = 0;

  friend bool operator<(const Lot& a, const Lot& b) {
    return std::tie(a.hash, a.source, a.item) < std::tie(b.hash, b.source, b.item);
  }
};

std::uint64_t SampleSize(const JobSpec& job) {
  return static_cast<std::uint64_t>(job.report.second_opinion->images);
}

}  // namespace

std::vector<View> SecondViews(const JobSpec& job) {
  if (!job.report.second_opinion) return {};
  std::vector<View> views = job.report.second_opinion->changes;
  if (!job.report.second_opinion->model.empty()) views.push_back(View::kSecondModel);
  std::sort(views.begin(), views.end());
  views.erase(std::unique(views.begin(), views.end()), views.end());
  return views;
}

std::map<SourceId, std::vector<std::uint64_t>> SampleItems(const Dataset& dataset,
                                                           std::uint64_t count) {
  std::map<SourceId, std::vector<std::uint64_t>> sample;
  if (count == 0) return sample;
  std::vector<Lot> lots;  // a heap, the greatest first
  for (std::uint32_t s = 0; s < dataset.sources.size(); ++s) {
    const std::uint64_t seed = SplitMix64(s).Next();
    VisitFirstLooks(dataset.sources[s], [&](std::uint64_t item) {
      const Lot lot{SplitMix64(seed ^ item).Next(), SourceId(s), item};
      if (lots.size() == count) {
        if (!(lot < lots.front())) return;
        std::pop_heap(lots.begin(), lots.end());
        lots.pop_back();
      }
      lots.push_back(lot);
      std::push_heap(lots.begin(), lots.end());
    });
  }
  for (const Lot& lot : lots) sample[lot.source].push_back(lot.item);
  for (auto& [source, items] : sample) std::sort(items.begin(), items.end());
  return sample;
}

std::string FormatSecondModel(const ModelCard& card) {
  return card.sha256 + " " + DescribePreprocessing(card);
}

std::vector<TaskId> UnwantedSecondLooks(const Dataset& dataset, const JobSpec& job,
                                        const std::vector<TaskRow>& tasks) {
  std::vector<TaskId> unwanted;
  const std::vector<View> views = SecondViews(job);
  std::map<SourceId, std::vector<std::uint64_t>> sample;
  if (!views.empty()) sample = SampleItems(dataset, SampleSize(job));
  for (const TaskRow& row : tasks) {
    if (!IsSecondLook(row.task.kind) || row.state != TaskState::kPending) continue;
    const std::vector<std::uint64_t>& items = sample[row.task.source];
    const std::vector<std::uint64_t> looks = TaskItems(row.task);
    const bool wanted = std::binary_search(views.begin(), views.end(), ViewOf(row.task.kind)) &&
                        std::any_of(looks.begin(), looks.end(), [&](std::uint64_t item) {
                          return std::binary_search(items.begin(), items.end(), item);
                        });
    if (!wanted) unwanted.push_back(row.task.id);
  }
  return unwanted;
}

std::vector<Task> PlanSecondLooks(const Dataset& dataset, const JobSpec& job,
                                  const std::vector<TaskRow>& existing) {
  std::vector<Task> tasks;
  const std::vector<View> views = SecondViews(job);
  if (views.empty()) return tasks;
  std::map<std::pair<SourceId, TaskKind>, std::set<std::uint64_t>> covered;
  for (const TaskRow& row : existing) {
    if (!IsSecondLook(row.task.kind) || row.state == TaskState::kSplit) continue;
    std::set<std::uint64_t>& items = covered[{row.task.source, row.task.kind}];
    for (const std::uint64_t item : TaskItems(row.task)) items.insert(item);
  }
  for (const auto& [source, items] : SampleItems(dataset, SampleSize(job))) {
    for (const View view : views) {
      const std::set<std::uint64_t>& done = covered[{source, KindOf(view)}];
      std::vector<std::uint64_t> missing;
      std::set_difference(items.begin(), items.end(), done.begin(), done.end(),
                          std::back_inserter(missing));
      Task like;
      like.kind = KindOf(view);
      like.source = source;
      const std::vector<Task> more =
          GroupItems(missing, like, TaskId(existing.size() + tasks.size()),
                     static_cast<std::uint32_t>(std::max(job.cluster.shard_size, 1)));
      tasks.insert(tasks.end(), more.begin(), more.end());
    }
  }
  return tasks;
}

}  // namespace prelabel
