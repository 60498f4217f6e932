// The share of right labels among all, from a random sample that people checked: prediction-powered
// where that is sure of itself, exact where it is not. Pure; thread-safe.
//
// Of one stratum (a category; drawn at random, without putting back) there are two intervals:
//   exact    hypergeometric, finite_sample.h: right at every size, also where all answers agree;
//   powered  FinitePredictionPoweredMean with PowerWeight. An interval of plus and minus t standard
//            errors would be too short for shares near 1; so the estimate is taken for that of
//            n_eff = p (1 - p) / se² independent trials, by t quantiles less where its variance is
//            itself uncertain, and gets Clopper and Pearson's interval for these (Korn and Graubard
//            1998, see binomial.h).
// The second is used where at least kEnoughAnswers were right and as many wrong.
// Several strata make one share by their sizes; the interval is Korn and Graubard's with the sum of
// the strata's variances. A stratum whose answers agree has none that can be seen: small strata are
// shrunk towards the share of all by two labels, p = (right + 2 p_all) / (n + 2), with
// p_all = (right + 1) / (n + 2). What lies in strata without an answer may all be right or wrong.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coordinator/confidence/class_confidence.h"

namespace prelabel {

inline constexpr std::uint64_t kEnoughAnswers = 15;

// Answers from one stratum. `right` (0 or 1) and `expected` (the precision that was expected of the
// label, in [0, 1]) are parallel.
struct AuditedStratum {
  std::uint64_t population = 0;  // at least the answers
  std::vector<double> right;
  std::vector<double> expected;
  double expected_mean = 0;  // of the whole population
};

struct AuditedShare {
  double share = 0;   // 0 without an answer
  Interval interval;  // [0, 1] without an answer
};

// `confidence` in (0, 1).
AuditedShare ShareOfStratum(const AuditedStratum& stratum, double confidence);
AuditedShare ShareOfStrata(std::span<const AuditedStratum> strata, double confidence);

// How many of the objects of whole images were found.
struct AuditedImage {
  std::uint64_t objects = 0;
  std::uint64_t found = 0;
};

// The share of found ones among all objects of `population` images, of which `images` were drawn at
// random. Objects of one image are found or missed together, so images are what is counted: the
// ratio's variance is (1 - m / M) m / (m - 1) sum (found - ratio objects)² / objects² (Cochran,
// "Sampling techniques", 1977, ratio estimator), with Korn and Graubard's interval, for as many
// trials as objects at most; m - 1 counts those of the m images that have objects, which are few
// for a rare class. Where nothing, or everything, was missed: Clopper and Pearson's with these
// images as the trials.
AuditedShare ShareOfObjects(std::span<const AuditedImage> images, std::uint64_t population,
                            double confidence);

}  // namespace prelabel
