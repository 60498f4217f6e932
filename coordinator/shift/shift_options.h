// What counts as a large difference, and how tests are run. The thresholds are such that the
// experiments of tests/parity/shift_power_test.py hold: halves of one dataset stay under them, and
// pictures on which the model loses a fifth of its AP50 are over one of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace prelabel {

inline constexpr double kSignificance = 0.05;      // false discovery rate of a family of tests
inline constexpr std::size_t kPermutations = 999;  // so that p is 0.001 at least
inline constexpr std::uint64_t kShiftSeed = 1;
inline constexpr std::size_t kFrequencies = 256;       // of random Fourier features
inline constexpr std::size_t kSliceFrequencies = 128;  // for slices
inline constexpr std::size_t kLeastImages = 20;        // with a class, or in a slice, to test it

// Effect sizes over which a difference is large. In brackets: the 95th percentile of the effect for
// random halves of the 192 COCO pictures of tests/parity/shift_power_test.py, where nothing
// differs; it shrinks with more pictures.
//
// MMD² of a kernel that is 1 for equal pictures (0.0044). Where a share w of the pictures is of
// another kind it is w² times that of the kind alone: 0.005 is about a tenth of text pages, a
// quarter of blurred or noisy pictures, a third of foggy or half of gray ones.
inline constexpr double kLargeMmd = 0.005;
// Standard deviations of the reference (0.29 to 0.32); as Cohen's d, of which 0.2 is called small
// and 0.5 medium.
inline constexpr double kLargeFeature = 0.4;
inline constexpr double kLargeReconstruction = 0.4;
// The same beyond chance: of scores, areas, aspects and counts (0.05 to 0.15). Of Cohen's h, too.
inline constexpr double kLargeHistogram = 0.3;
// Jensen-Shannon distance of class shares beyond chance, in [0, 1] (0.04).
inline constexpr double kLargeShares = 0.1;

}  // namespace prelabel
