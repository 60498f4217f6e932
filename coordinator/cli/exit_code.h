// Exit statuses of prelabel. 128 + a signal's number besides: it stopped the command.
#pragma once

namespace prelabel {

enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitQuarantined = 3,
  // Of prelabel status --watch and --output quiet alone.
  kExitGoesOn = 4,  // a coordinator works on the run, paused or not
  kExitStopped = 5  // the run is unfinished, and no coordinator works on it
};

}  // namespace prelabel
