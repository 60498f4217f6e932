#include "coordinator/scheduler/blame.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/doubling_pause.h"

namespace prelabel {
namespace {

// Silence has many innocent causes: an item that is alone when it falls is given up only after so
// many losses.
constexpr std::uint32_t kMaxSilentLosses = 4;

bool Divisible(const Task& task) { return task.kind != TaskKind::kLink && task.count > 1; }

Task Piece(const Task& task, std::uint32_t from, std::uint32_t count) {
  Task piece = task;
  piece.id = TaskId();
  piece.first = task.first + std::uint64_t{from} * task.stride;
  piece.count = count;
  return piece;
}

CutUp Halve(const Task& task, TaskHistory history, bool alone) {
  const std::uint32_t half = task.count / 2;
  return {{{Piece(task, 0, half), history, alone},
           {Piece(task, half, task.count - half), history, alone}}};
}

// The named items by themselves, with `history`; what lies between them has none.
CutUp CutAround(const Task& task, const std::set<std::uint32_t>& positions, TaskHistory history,
                bool alone) {
  CutUp cut;
  std::uint32_t begin = 0;
  for (const std::uint32_t position : positions) {
    if (position > begin) cut.parts.push_back({Piece(task, begin, position - begin), {}, false});
    cut.parts.push_back({Piece(task, position, 1), history, alone});
    begin = position + 1;
  }
  if (begin < task.count) {
    cut.parts.push_back({Piece(task, begin, task.count - begin), {}, false});
  }
  return cut;
}

}  // namespace

Judgment Judge(const Task& task, TaskHistory history, const AttemptEnd& end,
               std::uint32_t max_attempts) {
  const bool divisible = Divisible(task);
  std::set<std::uint32_t> named;
  for (const std::uint32_t position : end.positions) {
    if (position < task.count) named.insert(position);
  }
  switch (end.ending) {
    case Ending::kTooLarge:
      if (divisible) return Halve(task, history, false);
      return GiveUp{{history.failures + 1, history.losses}};

    case Ending::kPermanent:
      ++history.failures;
      // The item gets one attempt of its own, which says the same.
      if (divisible && !named.empty()) {
        return CutAround(task, named, {max_attempts - 1, 0}, false);
      }
      return GiveUp{history};

    case Ending::kTransient:
      ++history.failures;
      if (history.failures - history.losses < max_attempts) return TryAgain{history, false, true};
      if (!divisible) return GiveUp{history};
      // Each part has one attempt left: the innocent ones need no more.
      if (named.empty()) return Halve(task, {max_attempts - 1, 0}, false);
      return CutAround(task, named, {max_attempts - 1, 0}, false);

    case Ending::kLost:
      ++history.failures;
      ++history.losses;
      if (!end.alone) return TryAgain{history, history.losses > 1, false};
      if (!divisible) {
        if (history.losses >= std::max(kMaxSilentLosses, max_attempts)) return GiveUp{history};
        return TryAgain{history, true, false};
      }
      break;

    case Ending::kCrashed:
    case Ending::kHung:
      ++history.failures;
      ++history.losses;
      if (!divisible) {
        if (end.alone) return GiveUp{history};
        return TryAgain{history, true, false};
      }
      // What stood beside the culprit is cleared by an attempt of its own.
      if (named.empty() && !end.alone) return TryAgain{history, true, false};
      break;
  }
  if (named.empty()) return Halve(task, {1, 1}, true);
  return CutAround(task, named, {1, 1}, true);
}

Duration Backoff(std::uint32_t failures, std::uint64_t random) {
  constexpr Duration kFirst = std::chrono::milliseconds(500);
  constexpr Duration kLongest = std::chrono::seconds(30);
  const Duration wait = DoublingPause(kFirst, failures - 1, kLongest);
  const auto jitter = static_cast<Duration::rep>(
      random % static_cast<std::uint64_t>(wait.count()));  // 0 to 1 of the wait
  return wait / 2 + Duration(jitter);
}

}  // namespace prelabel
