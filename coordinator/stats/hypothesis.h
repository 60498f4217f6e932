// Tests of whether two samples are of one distribution. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace prelabel {

struct ChiSquared {
  double statistic = 0;
  double p = 1;
};
// Pearson's test of observed counts against expected ones with the same sum.
ChiSquared GoodnessOfFit(std::span<const double> observed, std::span<const double> expected);
// Pearson's test that two rows of counts have the same shares; empty columns are left out.
ChiSquared Contingency(std::span<const double> a, std::span<const double> b);

// Two-sample Kolmogorov-Smirnov test: the largest difference of the distribution functions, and the
// asymptotic p with Stephens' correction for small samples (1970). Conservative with ties.
struct KolmogorovSmirnov {
  double statistic = 0;
  double p = 1;
};
KolmogorovSmirnov TestKolmogorovSmirnov(std::vector<double> a, std::vector<double> b);

// What a unit that is permuted as a whole (an image) adds to a histogram: bin numbers, repeated.
using UnitBins = std::vector<std::uint16_t>;
using HistogramDistance =
    std::function<double(std::span<const double> a, std::span<const double> b)>;
// The distance of two histograms, and how it is under random exchanges of units; boxes of one image
// may be as correlated as they like. All 0 and p 1 where a side is empty.
struct Permutation {
  double distance = 0;
  double by_chance = 0;  // mean distance under exchanges: what small samples differ by anyway
  double p = 1;          // share of exchanges that are as far apart, the given one included
};
Permutation TestByPermutation(std::span<const UnitBins> a, std::span<const UnitBins> b,
                              std::size_t bins, const HistogramDistance& distance,
                              std::size_t permutations, std::uint64_t seed);

// Adjusted p values (q): rejecting where q <= 0.05 keeps the expected share of false rejections
// under 5 % (Benjamini and Hochberg 1995). In the order of `p`.
std::vector<double> BenjaminiHochberg(std::span<const double> p);

}  // namespace prelabel
