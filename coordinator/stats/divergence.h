// Distances of distributions. Counts need not be normalized; both sides have as many bins. Pure;
// thread-safe.
#pragma once

#include <span>
#include <vector>

namespace prelabel {

// sqrt(1 - sum of sqrt(p q)), in [0, 1].
double HellingerDistance(std::span<const double> a, std::span<const double> b);
// Square root of the Jensen-Shannon divergence to base 2, in [0, 1] (Endres and Schindelin 2003).
double JensenShannonDistance(std::span<const double> a, std::span<const double> b);
// Largest difference of a bin's share.
double LInfinityDistance(std::span<const double> a, std::span<const double> b);

// Wasserstein-1 (earth mover's) distance: the area between the distribution functions. Of samples,
// which are sorted for it; and of histograms whose bins are `width` wide. 0 where a side is empty.
double Wasserstein1(std::vector<double> a, std::vector<double> b);
double Wasserstein1OfHistograms(std::span<const double> a, std::span<const double> b, double width);

}  // namespace prelabel
