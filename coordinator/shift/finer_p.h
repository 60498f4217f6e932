// Permutation tests among many others. The least p of P permutations is 1 / (P + 1): of 400 tests,
// with 499 permutations each, a single real difference could never be significant after the
// correction for their number. So the few that look like one are run again, with as many
// permutations as that takes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "coordinator/shift/domain_shift.h"

namespace prelabel {

inline constexpr std::size_t kFirstPermutations = 499;

struct RepeatableTest {
  ShiftTest* test = nullptr;  // as it came out with kFirstPermutations
  std::function<ShiftTest(std::size_t permutations, std::uint64_t seed)> run;
};

// Runs those of `tests` again that look significant, and replaces them. `family` is the number of
// tests that are corrected together, these among them. The second run draws anew and only it counts
// (p <= a then has a probability of at most a, as after one run).
void RefineSmallP(std::span<const RepeatableTest> tests, std::size_t family);

}  // namespace prelabel
