// Maximum mean discrepancy of two samples: how far apart their distributions are, in the space of a
// Gaussian kernel k(x, y) = exp(-|x - y|² / 2σ²). Gretton et al., "A kernel two-sample test", JMLR
// 13 (2012). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "coordinator/stats/rows.h"

namespace prelabel {

// The unbiased estimate (may be negative), exactly: quadratic in the number of rows. 0 for less
// than two rows on a side.
double UnbiasedMmd2(const Rows& x, const Rows& y, double sigma);

// Median distance between two rows, of at most `limit` first ones; 1 where there is none.
double MedianDistance(const Rows& rows, std::size_t limit);

// Random Fourier features of that kernel (Rahimi and Recht, "Random features for large-scale kernel
// machines", NIPS 2007): cosine and sine at `frequencies` random frequencies; inner products of
// features approximate the kernel, and are 1 for a row with itself.
Rows RandomFourierFeatures(const Rows& rows, std::size_t frequencies, double sigma,
                           std::uint64_t seed);

// The unbiased estimate from such features: linear in the number of rows.
double FeatureMmd2(const Rows& x, const Rows& y);

struct MmdTest {
  double mmd2 = 0;
  double p =
      1;  // share of random relabelings of rows that are as far apart, the given one included
};
MmdTest TestFeatureMmd(const Rows& x, const Rows& y, std::size_t permutations, std::uint64_t seed);

}  // namespace prelabel
