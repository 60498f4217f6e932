// The closest known name to a mistyped one, for "did you mean …?" in messages. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prelabel {

// Damerau-Levenshtein distance in bytes, restricted form (optimal string alignment): insertions,
// deletions, substitutions and swaps of neighbors cost 1, and no part is edited twice
// (Boytsov, "Indexing methods for approximate dictionary searching", 2011, section 2.2).
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidate at the smallest distance, if that is at most max(2, name.size() / 3) and the two
// have at least something in common; the first of equally close ones.
std::optional<std::string> NearestName(std::string_view name,
                                       std::span<const std::string> candidates);

}  // namespace prelabel
