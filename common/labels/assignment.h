// Optimal assignment of rows to columns where few pairs are possible. Pure; thread-safe.
// Shortest augmenting paths with potentials (Kuhn 1955; Jonker and Volgenant, Computing 38, 1987),
// on each connected component of the possible pairs alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace prelabel {

// A row and a column that may be assigned to each other; the gain is finite and positive.
struct AssignmentPair {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  double gain = 0;
};

constexpr std::int32_t kUnassigned = -1;

// The column of each row, or kUnassigned, such that no column is taken twice and the sum of gains
// is the greatest. A pair is named at most once; indices are below `rows` and `columns`. The answer
// depends on the set of pairs only, not on their order. Time: O(r²c) for each component of r rows
// and c columns, r <= c (or the other way round), and linear in the rest.
std::vector<std::int32_t> Assign(std::size_t rows, std::size_t columns,
                                 std::span<const AssignmentPair> pairs);

}  // namespace prelabel
