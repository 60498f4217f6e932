// Delete-a-group jackknife: how much an estimate would vary with other data of the same kind, where
// observations of one group are correlated and groups are not. Kott, "The delete-a-group
// jackknife", Journal of Official Statistics 17 (2001). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>

namespace prelabel {

// Variance from the estimates that leave one of G groups out each: (G - 1) / G times their sum of
// squared distances from their mean. 0 for less than two groups.
double JackknifeVariance(std::span<const double> estimates_without_a_group);

// A ratio of sums over groups, such as a mean, with its variance. Groups whose denominator is 0
// hold nothing and are not counted.
struct RatioEstimate {
  double value = 0;  // 0 where all denominators are
  double variance = 0;
  std::size_t groups = 0;  // that hold something
};
RatioEstimate JackknifeRatio(std::span<const double> numerators,
                             std::span<const double> denominators);

// Half the width of the two-sided 95 % interval: the t quantile for groups - 1 degrees of freedom
// times the standard error. Infinite for less than two groups.
double HalfWidth95(double variance, std::size_t groups);

}  // namespace prelabel
