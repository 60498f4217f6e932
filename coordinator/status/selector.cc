#include "coordinator/status/selector.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/parse_number.h"

namespace prelabel {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Whether a part is meant as numbers: of digits and dashes that begins with a digit.
bool LooksLikeIds(std::string_view part) {
  return IsDigit(part.front()) &&
         std::all_of(part.begin(), part.end(), [](char c) { return IsDigit(c) || c == '-'; });
}

Result<IdRange> ParseRange(std::string_view part) {
  const std::size_t dash = part.find('-');
  const auto first = ParseNumber<std::uint64_t>(part.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : ParseNumber<std::uint64_t>(part.substr(dash + 1));
  if (!first || !last) {
    return InvalidArgument("not a number or a range of numbers, such as 3 or 4-10",
                           std::string(part));
  }
  if (*first > *last) {
    return InvalidArgument(fmt::format("the range runs backwards; write {}-{}", *last, *first),
                           std::string(part));
  }
  return IdRange{*first, *last};
}

// Sorted, and joined where they overlap or touch.
std::vector<IdRange> Joined(std::vector<IdRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const IdRange& a, const IdRange& b) { return a.first < b.first; });
  std::vector<IdRange> joined;
  for (const IdRange& range : ranges) {
    if (!joined.empty() &&
        (range.first <= joined.back().last || range.first - joined.back().last == 1)) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

Result<void> AddPart(std::string_view part, SelectorNames names, Selector& selector) {
  const bool hosts = names == SelectorNames::kHosts;
  if (part.empty()) {
    return InvalidArgument(hosts ? "a selector is empty; write numbers, ranges such as 4-10, "
                                   "hosts, all or last, with commas between"
                                 : "a selector is empty; write numbers, ranges such as 4-10, all "
                                   "or last, with commas between");
  }
  if (part == "all") {
    selector.all = true;
  } else if (part == "last") {
    selector.last = true;
  } else if (hosts && !LooksLikeIds(part)) {
    selector.names.emplace_back(part);
  } else {
    PRELABEL_TRY(const IdRange range, ParseRange(part));
    selector.ranges.push_back(range);
  }
  return Ok();
}

}  // namespace

bool Selector::Holds(std::uint64_t id, std::string_view name, std::uint64_t highest) const {
  if (std::find(names.begin(), names.end(), name) != names.end()) return true;
  return !Within({id, id}, highest).empty();
}

std::vector<IdRange> Selector::Within(IdRange range, std::uint64_t highest) const {
  if (all) return {range};
  std::vector<IdRange> meant;
  for (const IdRange& one : ranges) {
    const IdRange both{std::max(one.first, range.first), std::min(one.last, range.last)};
    if (both.first <= both.last) meant.push_back(both);
  }
  if (last && range.first <= highest && highest <= range.last) meant.push_back({highest, highest});
  return Joined(std::move(meant));
}

Result<Selector> ParseSelector(const std::vector<std::string>& words, SelectorNames names) {
  Selector selector;
  if (words.empty()) {
    PRELABEL_TRY(AddPart("", names, selector));
  }
  for (const std::string& word : words) {
    std::string_view rest = word;
    for (;;) {
      const std::size_t comma = rest.find(',');
      PRELABEL_TRY(AddPart(rest.substr(0, comma), names, selector));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  selector.ranges = Joined(std::move(selector.ranges));
  return selector;
}

}  // namespace prelabel
