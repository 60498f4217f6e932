#include "coordinator/launch/allocation_policy.h"

#include <algorithm>
#include <utility>

#include "common/base/doubling_pause.h"

namespace prelabel {

void AllocationPolicy::OnRefused(std::string reason, TimePoint now) {
  const auto earlier = static_cast<std::uint32_t>(refusals_++);
  refusal_ = std::move(reason);
  paused_until_ = now + DoublingPause(limits_.first_pause, earlier, limits_.longest_pause);
}

std::optional<AllocationPolicy::Pause> AllocationPolicy::PausedAt(TimePoint now) const {
  if (refusals_ == 0 || now >= paused_until_) return std::nullopt;
  return Pause{paused_until_ - now, refusals_, refusal_};
}

int AllocationPolicy::Wanted(const AllocationDemand& demand) const {
  // Those that have not joined are taken to be as large as those that have; without any, one slot.
  std::uint64_t slots = 0;
  std::uint64_t joined = 0;
  for (const AllocationState& allocation : demand.allocations) {
    slots += allocation.slots;
    if (allocation.slots > 0) ++joined;
  }
  if (joined == 0) slots = joined = 1;
  // ready / (slots / joined), rounded up; a plan may have 2^32 tasks, a worker 2^16 slots.
  const std::uint64_t busy = (demand.ready * joined + slots - 1) / slots;
  const auto most = static_cast<std::uint64_t>(limits_.max);
  const int wanted = std::max(limits_.min, static_cast<int>(std::min(busy, most)));
  return std::min(wanted, std::max(0, limits_.max - unusable_));
}

AllocationPlan AllocationPolicy::Decide(const AllocationDemand& demand, TimePoint now) const {
  AllocationPlan plan;
  int present = demand.submitting;
  for (const AllocationState& allocation : demand.allocations) {
    if (!allocation.leaving) ++present;
  }
  const int wanted = Wanted(demand);
  if (present < wanted) {
    const int room = limits_.max - demand.submitting - static_cast<int>(demand.allocations.size());
    if (!Exhausted() && !PausedAt(now)) plan.submit = std::max(0, std::min(wanted - present, room));
    return plan;
  }

  auto excess = static_cast<std::size_t>(present - wanted);
  const auto& all = demand.allocations;
  // The last ones in the queue first.
  for (auto it = all.rbegin(); it != all.rend() && plan.give_back.size() < excess; ++it) {
    if (!it->running && !it->leaving) plan.give_back.push_back(it->id);
  }
  std::vector<const AllocationState*> idle;
  for (const AllocationState& allocation : all) {
    if (!allocation.running || allocation.leaving || !allocation.idle_since) continue;
    if (now - *allocation.idle_since >= limits_.idle) idle.push_back(&allocation);
  }
  std::stable_sort(idle.begin(), idle.end(),
                   [](const auto* a, const auto* b) { return *a->idle_since < *b->idle_since; });
  for (const AllocationState* allocation : idle) {
    if (plan.give_back.size() >= excess) break;
    plan.give_back.push_back(allocation->id);
  }
  return plan;
}

}  // namespace prelabel
