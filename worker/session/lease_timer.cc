#include "worker/session/lease_timer.h"

#include <cstddef>

namespace prelabel {
namespace {
constexpr std::size_t kMostRemembered = 4096;  // heartbeats without an answer
}  // namespace

void LeaseTimer::Begin(TimePoint sent, Duration lease) {
  lease_ = lease;
  confirmed_ = sent;
  sequence_ = 0;
  sent_.clear();
}

std::uint64_t LeaseTimer::Beat(TimePoint now) {
  if (sent_.size() == kMostRemembered) sent_.pop_front();
  sent_.push_back({++sequence_, now});
  return sequence_;
}

void LeaseTimer::Confirm(std::uint64_t sequence) {
  if (sequence > sequence_) return;
  while (!sent_.empty() && sent_.front().sequence <= sequence) {
    if (sent_.front().sequence == sequence) confirmed_ = sent_.front().at;
    sent_.pop_front();
  }
}

}  // namespace prelabel
