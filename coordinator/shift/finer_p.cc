#include "coordinator/shift/finer_p.h"

#include <algorithm>
#include <vector>

#include "coordinator/shift/shift_options.h"

namespace prelabel {
namespace {

// At most two of kFirstPermutations were as far apart.
constexpr double kLooksSignificant = 0.0061;
// A single test among m needs p <= 0.05 / m, of 20 m permutations; with eight times as many, shared
// by those that are run again, it gets them even where seven others only looked significant.
constexpr std::size_t kShared = 160;
constexpr std::size_t kMostPermutations = 20000;

}  // namespace

void RefineSmallP(std::span<const RepeatableTest> tests, std::size_t family) {
  std::vector<const RepeatableTest*> again;
  for (const RepeatableTest& one : tests) {
    if (one.test->p <= kLooksSignificant) again.push_back(&one);
  }
  if (again.empty()) return;
  // Enough of them: the least p is significant even if only half of them are real.
  const double needed = kSignificance * static_cast<double>(again.size()) / 2;
  if (static_cast<double>(family) <= needed * (kFirstPermutations + 1)) return;
  const std::size_t permutations = std::min(kShared * family / again.size(), kMostPermutations);
  for (const RepeatableTest* one : again) *one->test = one->run(permutations, kShiftSeed + 1);
}

}  // namespace prelabel
