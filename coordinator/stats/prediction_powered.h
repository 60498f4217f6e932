// A mean that people measured on a sample, made surer by predictions that exist for all:
// Angelopoulos et al., "Prediction-powered inference", Science 382 (2023), with the weight of the
// predictions of Angelopoulos, Duchi and Zrnic, "PPI++: efficient prediction-powered inference"
// (2023). Pure; thread-safe.
#pragma once

#include <span>

namespace prelabel {

struct MeanEstimate {
  double mean = 0;
  double standard_error = 0;
};

// `measured` and `predicted` are parallel, one entry or more each: what people say of the sample,
// and what was predicted of it. `unmeasured`: predictions of others, drawn from where the sample is
// from, one or more. The mean is
//   weight mean(unmeasured) + mean(measured - weight predicted),
// and its variance that of the first term plus that of the second. A weight of 0 is the sample's
// mean; 1 is the paper of 2023.
MeanEstimate PredictionPoweredMean(std::span<const double> measured,
                                   std::span<const double> predicted,
                                   std::span<const double> unmeasured, double weight = 1);

// The same for a sample that was drawn at random, without putting back, from a whole of
// `population` things whose predictions are all known and have the mean `predicted_mean`: then only
// the second term is uncertain, and less so the more of the whole is in the sample. As the weight
// is chosen with the same sample, the variance of the residuals has `measured` - 2 degrees of
// freedom (Särndal, Swensson and Wretman, "Model assisted survey sampling", 1992, regression
// estimator). Three entries or more.
MeanEstimate FinitePredictionPoweredMean(std::span<const double> measured,
                                         std::span<const double> predicted, double predicted_mean,
                                         double population, double weight);

// The weight with the least variance, where all predictions are known: cov(measured, predicted) /
// var(predicted), in [0, 1]. 0 where the predictions are all the same.
double PowerWeight(std::span<const double> measured, std::span<const double> predicted);

}  // namespace prelabel
