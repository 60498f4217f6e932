// What starts workers: processes here, jobs of a batch system, commands on other hosts. An
// allocation is a place where one worker runs, or will. The fleet (fleet.h) decides how many there
// should be. No call waits, but Terminate. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace prelabel {

enum class AllocationEnd : std::uint8_t {
  kLeft,     // as it was told to
  kTaken,    // somebody took it away: cancelled, preempted, at its time limit, or its node failed
  kFailed,   // by itself: it crashed, or could not go on
  kUnusable  // it cannot use this job or model; another one would not either
};

struct EndedAllocation {
  std::string id;
  AllocationEnd ending = AllocationEnd::kFailed;
  std::string status;  // "exited with status 3", "was cancelled"
  std::filesystem::path log;
  std::uint64_t process_id = 0;  // on this host; 0: it ran elsewhere
};

struct LauncherNews {
  std::vector<EndedAllocation> ended;
  std::vector<Error> refused;  // submissions from which nothing came
  int accepted = 0;            // allocations that were asked for and now have an id
};

struct Allocation {
  std::string id;        // what its worker says in Hello::allocation
  bool running = false;  // false: it waits for its turn
};

class Launcher {
 public:
  virtual ~Launcher() = default;

  // What messages call an allocation: "worker process", "Slurm job".
  virtual std::string Noun() const = 0;

  // Asks for so many more; Poll tells what came of it.
  virtual void Submit(int count) = 0;

  // What has happened since the last call.
  virtual LauncherNews Poll(TimePoint now) = 0;

  // A worker has left: its allocation may have ended, and is worth a look.
  virtual void LookSoon() {}

  // Those that have not ended, in the order of asking.
  virtual std::vector<Allocation> Allocations() const = 0;
  // Asked for, but without an id yet.
  virtual int Submitting() const = 0;

  // Takes back allocations that wait or have no worker. One with a worker ends with that.
  virtual void Cancel(const std::vector<std::string>& ids) = 0;

  // Ends all of them: gently, and those that are left after `grace` by force. Returns how each
  // ended, where that can be known.
  virtual std::vector<EndedAllocation> Terminate(std::chrono::milliseconds grace) = 0;
};

}  // namespace prelabel
