// Exact intervals for a share of independent trials. Pure; thread-safe.
#pragma once

namespace prelabel {

// Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
// binomial", Biometrika 26 (1934), by quantiles of the beta distribution, which also takes counts
// that are not whole: those of a sample that is worth so many independent trials (Korn and
// Graubard, "Confidence intervals for proportions with small expected number of positive counts
// estimated from survey data", Survey Methodology 24, 1998).
// 0 <= successes <= trials, trials > 0, alpha in (0, 1). The share is above the lower bound, and
// below the upper one, with a probability of at least 1 - alpha each.
double LowerShareBound(double successes, double trials, double alpha);
double UpperShareBound(double successes, double trials, double alpha);

}  // namespace prelabel
