// What becomes of a task after an attempt that ended badly. Pure.
//
// One bad item must not take its neighbors along, and one bad worker or network must not condemn an
// item. So a task is given up only when it is as small as it can be and has failed in a way that
// nothing else explains: transient failures in several attempts, a crash while it was the only
// thing that its worker did. Larger tasks are cut around the item that was named, or in halves.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/task.h"

namespace prelabel {

enum class Ending : std::uint8_t {
  kTransient,  // the worker said so: try again later, or elsewhere
  kPermanent,  // the worker said so: trying elsewhere will not help
  kTooLarge,   // the result does not fit a message
  kLost,       // the worker fell silent
  kCrashed,    // the worker's process died
  kHung        // the worker lives, the task makes no progress
};

struct AttemptEnd {
  Ending ending = Ending::kTransient;
  bool alone = false;                      // the worker had nothing else to do
  std::vector<std::uint32_t> positions{};  // of the items that it was at, where known
};

// Of a task, so far.
struct TaskHistory {
  std::uint32_t failures = 0;  // attempts that ended badly
  std::uint32_t losses = 0;    // of these, those with the worker: lost, crashed, hung
};

struct TryAgain {
  TaskHistory history;
  bool alone = false;    // at a worker that does nothing else meanwhile
  bool backoff = false;  // not at once, and rather at another worker
};
struct CutUp {
  struct Part {
    Task task;  // its id is not set
    TaskHistory history;
    bool alone = false;
  };
  std::vector<Part> parts;  // in the order of their items; together they are the task
};
struct GiveUp {
  TaskHistory history;
};
using Judgment = std::variant<TryAgain, CutUp, GiveUp>;

// `history`: before this attempt. `max_attempts`: transient failures after which an item is given
// up (>= 1).
Judgment Judge(const Task& task, TaskHistory history, const AttemptEnd& end,
               std::uint32_t max_attempts);

// Wait before the next attempt after `failures` (>= 1) of them: 0.5 s, doubled each time, at most
// 30 s, times 0.5 to 1.5. `random`: any number; equal ones give equal waits.
Duration Backoff(std::uint32_t failures, std::uint64_t random);

}  // namespace prelabel
