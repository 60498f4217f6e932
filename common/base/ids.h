// Typed ids: a TaskId is not an int, and cannot be passed where a WorkerId is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace prelabel {

template <class Tag, class Rep>
struct Id {
  Rep value{};

  constexpr Id() = default;
  constexpr explicit Id(Rep v) : value(v) {}
  // clang-tidy 14 sees a 0 in every defaulted <=>. NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using SourceId = Id<struct SourceTag, std::uint32_t>;  // position in the job's `data` list
using TaskId = Id<struct TaskTag, std::uint64_t>;      // row of the task table, from 0
using WorkerId = Id<struct WorkerTag, std::uint64_t>;  // one session of one worker, from 1
using Epoch = Id<struct EpochTag, std::uint64_t>;      // one life of the coordinator, from 1
using Attempt = Id<struct AttemptTag, std::uint32_t>;  // one assignment of one task, from 1

}  // namespace prelabel

template <class Tag, class Rep>
struct std::hash<prelabel::Id<Tag, Rep>> {
  std::size_t operator()(const prelabel::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
