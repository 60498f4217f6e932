#include "coordinator/stats/prediction_powered.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace prelabel {
namespace {

using Values = std::vector<double>;

const Values kMeasured{1, 1, 0, 1};
const Values kPredicted{.9, .8, .4, .7};
const Values kUnmeasured{.9, .5, .6, .8, .7, .7};

// Known answer 7.
TEST(PredictionPowered, KnownAnswer) {
  const MeanEstimate estimate = PredictionPoweredMean(kMeasured, kPredicted, kUnmeasured);
  EXPECT_NEAR(estimate.mean, 0.75, 1e-12);
  EXPECT_NEAR(estimate.standard_error, 0.14458, 5e-6);
}

// Without weight it is the classical mean, with the standard deviation sqrt(3/16) over sqrt(4).
TEST(PredictionPowered, WithoutWeightTheSampleAlone) {
  const MeanEstimate estimate = PredictionPoweredMean(kMeasured, kPredicted, kUnmeasured, 0);
  EXPECT_NEAR(estimate.mean, 0.75, 1e-12);
  EXPECT_NEAR(estimate.standard_error, std::sqrt(3.0 / 16 / 4), 1e-12);
}

// By hand: the residuals .1, .2, -.4, .3 have .29 squared deviations; 4 of 8 are in the sample.
TEST(PredictionPowered, OfAFiniteWhole) {
  const MeanEstimate estimate = FinitePredictionPoweredMean(kMeasured, kPredicted, 0.6, 8, 1);
  EXPECT_NEAR(estimate.mean, 0.65, 1e-12);
  EXPECT_NEAR(estimate.standard_error, std::sqrt(0.5 * 0.29 / (2 * 4)), 1e-12);
  EXPECT_EQ(FinitePredictionPoweredMean(kMeasured, kPredicted, 0.7, 4, 1).standard_error, 0);
}

// By hand: cov 0.3 / var 0.14 is cut to 1; with predictions ten times as far apart it is a tenth.
TEST(PredictionPowered, TheWeightIsTheSlopeWithinReason) {
  EXPECT_EQ(PowerWeight(kMeasured, kPredicted), 1);
  EXPECT_NEAR(PowerWeight(kMeasured, Values{9, 8, 4, 7}), 0.3 / 1.4, 1e-12);
  EXPECT_EQ(PowerWeight(kMeasured, Values{1, 2, 9, 1}), 0);  // the more, the less: of no use
  EXPECT_EQ(PowerWeight(kMeasured, Values{.5, .5, .5, .5}), 0);
}

}  // namespace
}  // namespace prelabel
