#include "coordinator/stats/finite_sample.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace prelabel {
namespace {

// Logarithms of larger factorials have too few digits behind the point.
constexpr std::uint64_t kLargest = std::uint64_t{1} << 30;

double LogChoose(std::uint64_t n, std::uint64_t k) {
  const auto log_factorial = [](std::uint64_t of) {
    return boost::math::lgamma(static_cast<double>(of) + 1);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

}  // namespace

double AtMostProbability(const FiniteSample& sample, std::uint64_t with) {
  const std::uint64_t population = sample.population;
  const std::uint64_t drawn = sample.sample;
  const std::uint64_t hits = sample.hits;
  // So many hits there are at least, and at most.
  const std::uint64_t low = with + drawn > population ? with + drawn - population : 0;
  const std::uint64_t high = std::min(with, drawn);
  if (hits < low) return 0;
  if (hits >= high) return 1;
  if (population > kLargest) {
    const boost::math::binomial_distribution<double> trials(
        static_cast<double>(drawn), static_cast<double>(with) / static_cast<double>(population));
    return boost::math::cdf(trials, static_cast<double>(hits));
  }
  // From the largest term of those asked for, each from its neighbor: the largest cannot be too
  // small for a number where the sum is not.
  const std::uint64_t without = population - with;
  const double mode =
      std::floor((static_cast<double>(drawn) + 1) * (static_cast<double>(with) + 1) /
                 (static_cast<double>(population) + 2));
  const std::uint64_t largest = std::clamp(static_cast<std::uint64_t>(mode), low, hits);
  const double first = std::exp(LogChoose(with, largest) + LogChoose(without, drawn - largest) -
                                LogChoose(population, drawn));
  // The term of k over that of k - 1.
  const auto ratio = [&](std::uint64_t k) {
    return static_cast<double>(with - k + 1) / static_cast<double>(k) *
           static_cast<double>(drawn - k + 1) / static_cast<double>(without + k - drawn);
  };
  double sum = first;
  double term = first;
  for (std::uint64_t k = largest; k > low; --k) sum += term /= ratio(k);
  term = first;
  for (std::uint64_t k = largest + 1; k <= hits; ++k) sum += term *= ratio(k);
  return std::min(sum, 1.0);
}

std::uint64_t MostInPopulation(const FiniteSample& sample, double alpha) {
  // Falls with the number: the greatest one that is not too improbable.
  std::uint64_t possible = sample.hits;
  std::uint64_t too_many = sample.population - (sample.sample - sample.hits) + 1;
  while (too_many - possible > 1) {
    const std::uint64_t middle = possible + (too_many - possible) / 2;
    (AtMostProbability(sample, middle) > alpha ? possible : too_many) = middle;
  }
  return possible;
}

std::uint64_t LeastInPopulation(const FiniteSample& sample, double alpha) {
  FiniteSample misses = sample;
  misses.hits = sample.sample - sample.hits;
  return sample.population - MostInPopulation(misses, alpha);
}

}  // namespace prelabel
