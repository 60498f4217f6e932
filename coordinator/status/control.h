// What people ask of a run that goes on (prelabel pause, resume, cancel, drain), as a value.
#pragma once

#include <cstdint>

#include "common/base/ids.h"

namespace prelabel {

enum class ControlKind : std::uint8_t {
  kPause,   // nothing more is given out; what is running ends
  kResume,  // it is again
  kCancel,  // the run stops as by SIGTERM, and can go on later
  kDrain    // a worker hands back what it has, and leaves
};

struct ControlCommand {
  ControlKind kind = ControlKind::kPause;
  WorkerId worker{};  // of kDrain
  friend bool operator==(const ControlCommand&, const ControlCommand&) = default;
};

}  // namespace prelabel
