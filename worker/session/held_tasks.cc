#include "worker/session/held_tasks.h"

#include <algorithm>

namespace prelabel {

std::optional<Attempt> HeldTasks::Add(const Lease& lease) {
  Attempt started_as = lease.attempt;
  const auto [begin, end] = tasks_.equal_range(lease.task);
  for (auto it = begin; it != end; ++it) {
    if (it->second.lease == lease) return std::nullopt;
    started_as = std::max(started_as, Attempt(it->second.started_as.value + 1));
  }
  tasks_.emplace(lease.task, Held{lease, started_as});
  return started_as;
}

HeldTasks::Tasks::const_iterator HeldTasks::FindStarted(TaskId task, Attempt started_as) const {
  const auto [begin, end] = tasks_.equal_range(task);
  const auto found = std::find_if(
      begin, end, [&](const auto& entry) { return entry.second.started_as == started_as; });
  return found == end ? tasks_.end() : found;
}

std::optional<Lease> HeldTasks::Find(TaskId task, Attempt started_as) const {
  const auto found = FindStarted(task, started_as);
  if (found == tasks_.end()) return std::nullopt;
  return found->second.lease;
}

std::optional<Lease> HeldTasks::Take(TaskId task, Attempt started_as) {
  const auto found = FindStarted(task, started_as);
  if (found == tasks_.end()) return std::nullopt;
  const Lease lease = found->second.lease;
  tasks_.erase(found);
  return lease;
}

std::optional<Attempt> HeldTasks::Cancel(TaskId task, Attempt attempt) {
  const auto [begin, end] = tasks_.equal_range(task);
  for (auto it = begin; it != end; ++it) {
    if (it->second.lease.attempt != attempt) continue;
    const Attempt started_as = it->second.started_as;
    tasks_.erase(it);
    return started_as;
  }
  return std::nullopt;
}

void HeldTasks::AppendLeases(std::vector<Lease>& leases) const {
  for (const auto& [task, held] : tasks_) leases.push_back(held.lease);
}

std::vector<std::pair<TaskId, Attempt>> HeldTasks::Renew(Epoch epoch, Grants& grants) {
  std::vector<std::pair<TaskId, Attempt>> dropped;
  for (auto it = tasks_.begin(); it != tasks_.end();) {
    Held& held = it->second;
    const auto grant = grants.find(held.lease);
    if (grant == grants.end()) {
      dropped.emplace_back(it->first, held.started_as);
      it = tasks_.erase(it);
      continue;
    }
    held.lease = {epoch, it->first, grant->second};
    grants.erase(grant);
    ++it;
  }
  return dropped;
}

}  // namespace prelabel
