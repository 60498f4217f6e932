// How far a threshold on scores can be lowered with a guarantee on the share of wrong ones above
// it: Geifman and El-Yaniv, "Selective classification for deep neural networks", NIPS 2017,
// algorithm SGR. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace prelabel {

// What lies from one threshold up.
struct SelectionStep {
  std::uint64_t population = 0;
  std::uint64_t checked = 0;  // of these, drawn at random
  std::uint64_t wrong = 0;    // of the checked ones
};

// How many of `steps` thresholds a binary search looks at, at most.
std::size_t SelectionTests(std::size_t steps);

// The lowest threshold that was found to have a share of at most `risk` wrong ones in its
// population; absent where none was. `steps`: by ascending threshold; which thresholds there are
// may depend on scores, not on what was found wrong. A binary search tests k of them at most, each
// at delta / k: a step passes where as few wrong ones as were seen would have at most that
// probability if more than the share `risk` of its population were wrong. The tail is that of draws
// without putting back, which is the paper's binomial one for large populations. Unlike the
// paper's, the search is over thresholds alone that could pass if none of their checked ones were
// wrong, which is known before anybody looks: the lowest 2^k - 1 of them, with the greatest k that
// they need. So where nothing is wrong, as much is shown as by a single test. Where the share of
// wrong ones does not rise with the threshold, the search reaches the thresholds that are too low
// in one order only, so that the chance to return one of them is at most delta. risk in [0, 1),
// delta in (0, 1).
std::optional<std::size_t> SelectWithGuaranteedRisk(std::span<const SelectionStep> steps,
                                                    double risk, double delta);

}  // namespace prelabel
