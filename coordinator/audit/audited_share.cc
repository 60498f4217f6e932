#include "coordinator/audit/audited_share.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "coordinator/stats/binomial.h"
#include "coordinator/stats/finite_sample.h"
#include "coordinator/stats/prediction_powered.h"
#include "coordinator/stats/student_t.h"

namespace prelabel {
namespace {

std::uint64_t CountRight(const AuditedStratum& stratum) {
  return static_cast<std::uint64_t>(
      std::count_if(stratum.right.begin(), stratum.right.end(), [](double r) { return r > 0.5; }));
}

// Intervals 5 % longer than their formulas have them: variances are estimates, and answers whole
// numbers. With it seeded simulations cover the truth as often as they say at all sizes.
constexpr double kLeeway = 0.9;

// By how much fewer trials a variance with `degrees` of freedom is worth than one with `full`.
double Certainty(double full, double degrees, double confidence) {
  const double probability = 0.5 + confidence / 2;
  const double ratio =
      StudentQuantile(probability, full) / StudentQuantile(probability, std::max(1.0, degrees));
  return kLeeway * ratio * ratio;
}

Interval WorthTrials(double share, double trials, double confidence) {
  const double alpha = (1 - confidence) / 2;
  return {LowerShareBound(share * trials, trials, alpha),
          UpperShareBound(share * trials, trials, alpha)};
}

Interval Exact(std::uint64_t population, std::uint64_t sample, std::uint64_t right,
               double confidence) {
  const double alpha = (1 - confidence) / 2;
  const FiniteSample drawn{population, sample, right};
  const auto all = static_cast<double>(population);
  return {static_cast<double>(LeastInPopulation(drawn, alpha)) / all,
          static_cast<double>(MostInPopulation(drawn, alpha)) / all};
}

struct Powered {
  MeanEstimate estimate;
  double degrees = 0;
};

bool IsPowered(std::uint64_t sample, std::uint64_t right) {
  return right >= kEnoughAnswers && sample - right >= kEnoughAnswers;
}

MeanEstimate Power(const AuditedStratum& stratum) {
  const double weight = PowerWeight(stratum.right, stratum.expected);
  MeanEstimate estimate =
      FinitePredictionPoweredMean(stratum.right, stratum.expected, stratum.expected_mean,
                                  static_cast<double>(stratum.population), weight);
  estimate.mean = std::clamp(estimate.mean, 0.0, 1.0);
  return estimate;
}

}  // namespace

AuditedShare ShareOfStratum(const AuditedStratum& stratum, double confidence) {
  const std::uint64_t n = stratum.right.size();
  if (n == 0) return {};
  const std::uint64_t right = CountRight(stratum);
  const double share = static_cast<double>(right) / static_cast<double>(n);
  const auto exact = [&] { return Exact(stratum.population, n, right, confidence); };
  if (n == stratum.population || n < 3) return {share, exact()};
  const auto [mean, error] = Power(stratum);
  if (!IsPowered(n, right) || error <= 0 || mean <= 0 || mean >= 1) {
    const Interval interval = exact();
    return {std::clamp(mean, interval.low, interval.high), interval};
  }
  const auto answers = static_cast<double>(n);
  const double trials =
      mean * (1 - mean) / (error * error) * Certainty(answers - 1, answers - 2, confidence);
  return {mean, WorthTrials(mean, trials, confidence)};
}

AuditedShare ShareOfStrata(std::span<const AuditedStratum> strata, double confidence) {
  double population = 0;
  double answered = 0;  // population of the strata with an answer
  double answers = 0;
  double right = 0;
  double degrees = 0;
  for (const AuditedStratum& stratum : strata) {
    population += static_cast<double>(stratum.population);
    if (stratum.right.empty()) continue;
    answered += static_cast<double>(stratum.population);
    answers += static_cast<double>(stratum.right.size());
    right += static_cast<double>(CountRight(stratum));
    // A shrunken stratum's variance follows from its share; only a powered one's is estimated.
    const std::uint64_t n = stratum.right.size();
    degrees += static_cast<double>(n) - (IsPowered(n, CountRight(stratum)) ? 1 : 0);
  }
  if (answers <= 0) return {};
  const double of_all = (right + 1) / (answers + 2);
  double mean = 0;
  double shrunk = 0;
  double variance = 0;
  for (const AuditedStratum& stratum : strata) {
    const std::uint64_t count = stratum.right.size();
    if (count == 0) continue;
    const auto n = static_cast<double>(count);
    const double weight = static_cast<double>(stratum.population) / answered;
    const std::uint64_t hits = CountRight(stratum);
    if (count < stratum.population && IsPowered(count, hits)) {
      const MeanEstimate estimate = Power(stratum);
      mean += weight * estimate.mean;
      shrunk += weight * estimate.mean;
      variance += weight * weight * estimate.standard_error * estimate.standard_error;
      continue;
    }
    const double seen = static_cast<double>(hits) / n;
    mean += weight * seen;
    const double left_out = 1 - n / static_cast<double>(stratum.population);
    if (left_out <= 0) {
      shrunk += weight * seen;
      continue;
    }
    const double p = (static_cast<double>(hits) + 2 * of_all) / (n + 2);
    shrunk += weight * p;
    variance += weight * weight * left_out * p * (1 - p) / n;
  }
  Interval interval{mean, mean};
  if (variance > 0 && shrunk > 0 && shrunk < 1) {
    const double trials = shrunk * (1 - shrunk) / variance *
                          Certainty(std::max(1.0, answers - 1), degrees - 1, confidence);
    interval = WorthTrials(mean, trials, confidence);
  }
  const double known = answered / population;
  return {mean, {interval.low * known, interval.high * known + (1 - known)}};
}

AuditedShare ShareOfObjects(std::span<const AuditedImage> images, std::uint64_t population,
                            double confidence) {
  double objects = 0;
  double found = 0;
  double with = 0;
  for (const AuditedImage& image : images) {
    objects += static_cast<double>(image.objects);
    found += static_cast<double>(image.found);
    with += image.objects > 0 ? 1 : 0;
  }
  if (objects <= 0) return {};
  const double share = found / objects;
  const double drawn = static_cast<double>(images.size());
  const double left_out = 1 - drawn / static_cast<double>(population);
  if (left_out <= 0) return {share, {share, share}};
  if (found <= 0 || found >= objects) return {share, WorthTrials(share, with, confidence)};
  if (with < 2) return {share, WorthTrials(share, 1, confidence)};
  // An image that was missed and one that was found, as no few images show what the rare bad one
  // does.
  const double usual = objects / with;
  double squares = usual * usual * (share * share + (1 - share) * (1 - share)) / 2;
  for (const AuditedImage& image : images) {
    const double off =
        static_cast<double>(image.found) - share * static_cast<double>(image.objects);
    squares += off * off;
  }
  const double variance = left_out * with / (with - 1) * squares / (objects * objects);
  const double full = std::max(1.0, objects - 1);
  double trials = objects * Certainty(full, with - 1, confidence);
  if (variance > 0) {
    trials =
        std::min(trials, share * (1 - share) / variance * Certainty(full, with - 1, confidence));
  }
  return {share, WorthTrials(share, trials, confidence)};
}

}  // namespace prelabel
