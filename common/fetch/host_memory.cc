#include "common/fetch/host_memory.h"

#include <algorithm>

namespace prelabel {

HostMemory::Advice HostMemory::Ask(const std::string& host, TimePoint now) {
  if (!hosts_.contains(host)) MakeRoom();
  Host& known = hosts_[host];
  known.asked = ++questions_;
  Advice advice;
  advice.proven = known.proven;
  advice.retry = known.proven || known.failures == 0;
  if (known.failures < kFailuresToGiveUp) return advice;
  advice.retry = false;
  if (now < known.given_up_until || known.probed) {
    advice.ask = false;
    advice.why = known.why;
    return advice;
  }
  known.probed = true;
  return advice;
}

void HostMemory::Tell(const std::string& host, HostNews news, const std::string& why,
                      TimePoint now) {
  Host& known = hosts_[host];
  known.probed = false;
  if (news == HostNews::kAnswered) {
    known.proven = any_proven_ = true;
    known.failures = 0;
    return;
  }
  if (known.proven && news == HostNews::kFailed) {
    known.failures = 0;  // it was connected to
    return;
  }
  known.why = why;
  if (++known.failures >= kFailuresToGiveUp) known.given_up_until = now + kGivenUpFor;
}

void HostMemory::TellNothing(const std::string& host) { hosts_[host].probed = false; }

void HostMemory::MakeRoom() {
  if (hosts_.size() < kMostHosts) return;
  hosts_.erase(std::min_element(hosts_.begin(), hosts_.end(), [](const auto& a, const auto& b) {
    return a.second.asked < b.second.asked;
  }));
}

}  // namespace prelabel
