// What a random sample, drawn without putting back, says about the finite whole that it is from:
// exact, by the hypergeometric distribution. Pure; thread-safe.
#pragma once

#include <cstdint>

namespace prelabel {

// `sample` of `population` were drawn, and `hits` of these have a property.
struct FiniteSample {
  std::uint64_t population = 0;  // at least `sample`
  std::uint64_t sample = 0;      // at least `hits`
  std::uint64_t hits = 0;
};

// The probability of at most sample.hits hits where `with` of the population have the property.
// Of populations over 2^30 that of independent draws, which is close to it.
double AtMostProbability(const FiniteSample& sample, std::uint64_t with);

// Bounds on how many of the population have the property, which hold with a probability of at least
// 1 - alpha each: the least and the greatest number under which as many hits as seen or more, or as
// few or fewer, have more than the probability alpha. All of them where all were drawn.
std::uint64_t LeastInPopulation(const FiniteSample& sample, double alpha);
std::uint64_t MostInPopulation(const FiniteSample& sample, double alpha);

}  // namespace prelabel
