#include "coordinator/stats/prediction_powered.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace prelabel {
namespace {

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double SquaredDeviations(std::span<const double> values) {
  const double mean = Mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

std::vector<double> Residuals(std::span<const double> measured, std::span<const double> predicted,
                              double weight) {
  std::vector<double> residuals(measured.size());
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    residuals[i] = measured[i] - weight * predicted[i];
  }
  return residuals;
}

}  // namespace

MeanEstimate PredictionPoweredMean(std::span<const double> measured,
                                   std::span<const double> predicted,
                                   std::span<const double> unmeasured, double weight) {
  const std::vector<double> residuals = Residuals(measured, predicted, weight);
  const auto n = static_cast<double>(measured.size());
  const auto others = static_cast<double>(unmeasured.size());
  return {weight * Mean(unmeasured) + Mean(residuals),
          std::sqrt(weight * weight * SquaredDeviations(unmeasured) / (others * others) +
                    SquaredDeviations(residuals) / (n * n))};
}

MeanEstimate FinitePredictionPoweredMean(std::span<const double> measured,
                                         std::span<const double> predicted, double predicted_mean,
                                         double population, double weight) {
  const std::vector<double> residuals = Residuals(measured, predicted, weight);
  const auto n = static_cast<double>(measured.size());
  const double left_out = std::max(0.0, 1 - n / population);
  return {weight * predicted_mean + Mean(residuals),
          std::sqrt(left_out * SquaredDeviations(residuals) / ((n - 2) * n))};
}

double PowerWeight(std::span<const double> measured, std::span<const double> predicted) {
  const double mean_measured = Mean(measured);
  const double mean_predicted = Mean(predicted);
  double both = 0;
  double own = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    both += (measured[i] - mean_measured) * (predicted[i] - mean_predicted);
    own += (predicted[i] - mean_predicted) * (predicted[i] - mean_predicted);
  }
  return own > 0 ? std::clamp(both / own, 0.0, 1.0) : 0;
}

}  // namespace prelabel
