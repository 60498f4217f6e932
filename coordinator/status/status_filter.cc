#include "coordinator/status/status_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace prelabel {
namespace {

template <class Container>
bool Contains(const Container& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::uint64_t HighestWorker(const RunStatus& status) {
  std::uint64_t highest = 0;
  for (const RunStatus::Worker& worker : status.workers) highest = std::max(highest, worker.id);
  return highest;
}

std::uint64_t HighestTask(const RunStatus& status) {
  std::uint64_t highest = 0;
  for (const RunStatus::Unfinished& task : status.unfinished) {
    highest = std::max(highest, task.last);
  }
  return highest;
}

}  // namespace

Result<StatusFilter> MakeStatusFilter(const StatusFilterWords& words) {
  StatusFilter filter;
  if (!words.tasks.empty()) {
    PRELABEL_TRY(filter.tasks, ParseSelector(words.tasks, SelectorNames::kNone));
  }
  if (!words.workers.empty()) {
    PRELABEL_TRY(filter.workers, ParseSelector(words.workers, SelectorNames::kHosts));
  }
  for (const std::string& state : words.states) {
    filter.by_state = true;
    const bool of_tasks = Contains(kTaskStates, state);
    const bool of_workers = Contains(kWorkerStates, state);
    if (!of_tasks && !of_workers) {
      return InvalidArgument("neither tasks nor workers have this state", state);
    }
    if (of_tasks) filter.task_states.push_back(state);
    if (of_workers) filter.worker_states.push_back(state);
  }
  return filter;
}

RunStatus FilterStatus(RunStatus status, const StatusFilter& filter) {
  if (filter.empty()) return status;
  const std::uint64_t highest_worker = HighestWorker(status);
  const std::uint64_t highest_task = HighestTask(status);
  std::set<std::uint64_t> named;  // workers, whatever their state
  std::vector<RunStatus::Worker> workers;
  for (RunStatus::Worker& worker : status.workers) {
    if (filter.workers && !filter.workers->Holds(worker.id, worker.host, highest_worker)) continue;
    named.insert(worker.id);
    if (filter.by_state && !Contains(filter.worker_states, worker.state)) continue;
    // Who asks for tasks alone is told of nobody.
    if (filter.tasks && !filter.workers && !filter.by_state) continue;
    workers.push_back(std::move(worker));
  }
  status.workers = std::move(workers);
  std::vector<RunStatus::Unfinished> unfinished;
  for (const RunStatus::Unfinished& task : status.unfinished) {
    if (filter.workers && (!task.worker || !named.contains(*task.worker))) continue;
    if (filter.by_state && !Contains(filter.task_states, task.state)) continue;
    const IdRange range{task.first, task.last};
    for (const IdRange& part :
         filter.tasks ? filter.tasks->Within(range, highest_task) : std::vector<IdRange>{range}) {
      unfinished.push_back(task);
      unfinished.back().first = part.first;
      unfinished.back().last = part.last;
    }
  }
  status.unfinished = std::move(unfinished);
  if (filter.tasks || filter.workers || !Contains(filter.task_states, "failed")) {
    status.failures.clear();
  }
  return status;
}

Result<std::vector<RunStatus::Worker>> FindWorkers(const RunStatus& status,
                                                   const Selector& selector) {
  const std::uint64_t highest = HighestWorker(status);
  std::vector<RunStatus::Worker> meant;
  for (const RunStatus::Worker& worker : status.workers) {
    if (selector.Holds(worker.id, worker.host, highest)) meant.push_back(worker);
  }
  const auto is_there = [&](auto&& matches) {
    return std::any_of(meant.begin(), meant.end(), matches);
  };
  const auto missing = [](const std::string& name) {
    return InvalidArgument("the run has no such worker; prelabel workers lists them", name);
  };
  for (const std::string& name : selector.names) {
    if (!is_there([&](const auto& worker) { return worker.host == name; })) return missing(name);
  }
  for (const IdRange& range : selector.ranges) {
    if (is_there([&](const auto& worker) {
          return range.first <= worker.id && worker.id <= range.last;
        })) {
      continue;
    }
    return missing(range.first == range.last ? std::to_string(range.first)
                                             : fmt::format("{}-{}", range.first, range.last));
  }
  if (meant.empty()) return InvalidArgument("no worker is there");
  return meant;
}

}  // namespace prelabel
