// What counts as a large difference, and how tests are run. The thresholds are such that the
// experiments of tests/parity/shift_power_test.py hold: halves of one dataset stay under them, and
// pictures on which the model loses a fifth of its AP50 are over one of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prelabel {

inline constexpr double kSignificance = 0.05;      // false discovery rate of a family of tests
inline constexpr std::size_t kPermutations = 999;  // so that p is 0.001 at least
inline constexpr std::size_t kClassPermutations = 499;
inline constexpr std::size_t kSlicePermutations = 499;
inline constexpr std::uint64_t kShiftSeed = 1;
inline constexpr std::size_t kFrequencies = 256;       // of random Fourier features
inline constexpr std::size_t kSliceFrequencies = 128;  // for slices
inline constexpr std::size_t kLeastImages = 20;        // with a class, or in a slice, to test it

// Effect sizes over which a difference is large.
inline constexpr double kLargeMmd = 0.005;           // MMD²
inline constexpr double kLargeFeature = 0.4;         // standard deviations of the reference
inline constexpr double kLargeReconstruction = 0.4;  // the same
inline constexpr double kLargeHistogram = 0.3;       // of scores, areas, aspects, counts: the same
inline constexpr double kLargeShares = 0.1;          // Jensen-Shannon distance of class shares

}  // namespace prelabel
