// Which tasks or workers a command is about: "3", "1,4-10", "gpu-1", "all", "last". Pure;
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Ids from `first` to `last`, both included.
struct IdRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

struct Selector {
  bool all = false;
  bool last = false;            // the highest id that there is
  std::vector<IdRange> ranges;  // ascending; they neither overlap nor touch
  std::vector<std::string> names;

  // Whether the one with this id and name is meant; `highest`: id that there is.
  bool Holds(std::uint64_t id, std::string_view name, std::uint64_t highest) const;

  // What is meant of a range, ascending.
  std::vector<IdRange> Within(IdRange range, std::uint64_t highest) const;

  friend bool operator==(const Selector&, const Selector&) = default;
};

enum class SelectorNames : std::uint8_t {
  kNone,   // tasks have none
  kHosts,  // what is no number, no range, not "all" and not "last" is the name of a host
};

// Parts with commas between, of all words together. InvalidArgument: a part is empty or none of
// these, a range runs backwards, or there is no word.
Result<Selector> ParseSelector(const std::vector<std::string>& words, SelectorNames names);

}  // namespace prelabel
