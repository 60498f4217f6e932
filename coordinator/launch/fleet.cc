#include "coordinator/launch/fleet.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace prelabel {
namespace {

std::string LogOf(const EndedAllocation& ended) {
  return ended.log.empty() ? std::string() : " (its log: " + ended.log.string() + ")";
}

}  // namespace

void Fleet::OnJoined(WorkerId worker, const std::string& allocation, std::uint32_t slots) {
  if (allocation.empty()) return;
  members_[allocation] = {worker, slots, std::nullopt};
  allocation_of_[worker] = allocation;
  // What told it to leave went to its earlier session, and was lost.
  leaving_.erase(allocation);
}

void Fleet::OnLeft(WorkerId worker) {
  const auto found = allocation_of_.find(worker);
  if (found == allocation_of_.end()) return;
  const auto member = members_.find(found->second);
  // Where it has joined again the member is its new session.
  if (member != members_.end() && member->second.worker == worker) members_.erase(member);
  allocation_of_.erase(found);
  launcher_.LookSoon();
}

void Fleet::Take(LauncherNews news, TimePoint now, FleetNews& told) {
  if (news.accepted > 0) {
    ever_accepted_ = true;
    policy_.OnAccepted();
  }
  for (Error& refused : news.refused) {
    policy_.OnRefused(refused.ToString(), now);
    if (!ever_accepted_) {
      told.failure = std::move(refused);
      return;
    }
    told.notes.push_back("no further " + launcher_.Noun() + " at present: " + refused.ToString());
  }
  for (EndedAllocation& ended : news.ended) {
    leaving_.erase(ended.id);
    if (ended.ending == AllocationEnd::kFailed) policy_.OnFailed();
    if (ended.ending == AllocationEnd::kUnusable) policy_.OnUnusable();
    if (ended.ending != AllocationEnd::kLeft) last_bad_ = ended;
    told.ended.push_back(std::move(ended));
  }
}

AllocationDemand Fleet::DemandOf(const FleetLoad& load, TimePoint now) {
  AllocationDemand demand;
  demand.ready = load.ready;
  demand.submitting = launcher_.Submitting();
  for (const Allocation& allocation : launcher_.Allocations()) {
    AllocationState& state = demand.allocations.emplace_back();
    state.id = allocation.id;
    state.running = allocation.running;
    state.leaving = leaving_.contains(allocation.id);
    const auto member = members_.find(allocation.id);
    if (member == members_.end()) continue;
    Member& known = member->second;
    if (!load.idle(known.worker)) {
      known.idle_since.reset();
    } else if (!known.idle_since) {
      known.idle_since = now;
    }
    state.running = true;  // a worker knows it before its launcher does
    state.slots = known.slots;
    state.idle_since = known.idle_since;
  }
  return demand;
}

FleetNews Fleet::Turn(const FleetLoad& load, TimePoint now) {
  FleetNews told;
  Take(launcher_.Poll(now), now, told);
  if (told.failure) return told;
  const AllocationDemand demand = DemandOf(load, now);
  const AllocationPlan plan = policy_.Decide(demand, now);
  int replaced = plan.submit;
  for (const EndedAllocation& ended : told.ended) {
    if (ended.ending == AllocationEnd::kLeft) continue;
    const bool another = ended.ending != AllocationEnd::kUnusable && replaced-- > 0;
    told.notes.push_back(launcher_.Noun() + " " + ended.id + " " + ended.status +
                         (another ? "; another one is started" : "") + LogOf(ended));
  }
  if (plan.submit > 0) launcher_.Submit(plan.submit);

  std::vector<std::string> cancel;
  for (const std::string& id : plan.give_back) {
    leaving_.insert(id);
    const auto member = members_.find(id);
    if (member == members_.end()) {
      cancel.push_back(id);
    } else {
      told.dismiss.push_back(member->second.worker);
    }
  }
  if (!cancel.empty()) launcher_.Cancel(cancel);

  const bool none = demand.allocations.empty() && demand.submitting == 0 && plan.submit == 0;
  if (none && policy_.Exhausted() && last_bad_) {
    const std::string text = "every " + launcher_.Noun() + " has ended; the last one " +
                             last_bad_->status + LogOf(*last_bad_);
    told.failure =
        last_bad_->ending == AllocationEnd::kUnusable ? InvalidArgument(text) : Unavailable(text);
  }
  return told;
}

std::string Fleet::Describe(TimePoint now) const {
  int running = 0;
  int waiting = launcher_.Submitting();
  for (const Allocation& allocation : launcher_.Allocations()) {
    ++(allocation.running || members_.contains(allocation.id) ? running : waiting);
  }
  const AllocationLimits& limits = policy_.limits();
  std::string text = launcher_.Noun() + ": " + std::to_string(running) + " running, " +
                     std::to_string(waiting) + " waiting, ";
  text += limits.min == limits.max
              ? std::to_string(limits.max) + " wanted"
              : std::to_string(limits.min) + " to " + std::to_string(limits.max) + " wanted";
  if (const auto pause = policy_.PausedAt(now)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause->left).count();
    text += "; the next is asked for in " + std::to_string(seconds) + " s (refused " +
            std::to_string(pause->refusals) + (pause->refusals == 1 ? " time" : " times") +
            ", last: " + pause->reason + ")";
  } else if (policy_.Exhausted()) {
    text += "; no more are started: too many ended by themselves";
  }
  return text;
}

}  // namespace prelabel
