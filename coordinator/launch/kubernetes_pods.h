// What became of a run's pods, as `kubectl get pods --output=json` has it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/launch/launcher.h"

namespace prelabel {

struct KubernetesPod {
  enum class State : std::uint8_t { kWaiting, kRunning, kEnded };
  std::string name;
  State state = State::kWaiting;
  bool leaving = false;  // somebody deleted it; it may run until its grace period is over
  // Of one that has ended, or never will begin.
  AllocationEnd ending = AllocationEnd::kFailed;
  std::string status;  // "was preempted"
};
// Internal: it is no list.
Result<std::vector<KubernetesPod>> ParsePods(const std::string& output);

}  // namespace prelabel
