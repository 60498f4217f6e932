#include "common/labels/kalman_filter.h"

#include <algorithm>

namespace prelabel {
namespace {

// DeepSORT's weights and constants; all are standard deviations.
constexpr double kPositionWeight = 1.0 / 20;
constexpr double kVelocityWeight = 1.0 / 160;
constexpr double kAspect = 1e-2;
constexpr double kAspectVelocity = 1e-5;
constexpr double kAspectObservation = 1e-1;

// Noise is a share of the height; below a pixel it would vanish.
constexpr double kLeastHeight = 1;

struct Observation {
  double x;
  double y;
  double aspect;
  double height;
};

Observation Observe(const Box& box) {
  const double width = static_cast<double>(box.x2) - box.x1;
  const double height = static_cast<double>(box.y2) - box.y1;
  return {.x = (static_cast<double>(box.x1) + box.x2) / 2,
          .y = (static_cast<double>(box.y1) + box.y2) / 2,
          .aspect = height > 0 ? width / height : 0,
          .height = height};
}

double Square(double value) { return value * value; }

}  // namespace

void KalmanFilter::Quantity::Predict(double frames, double value_noise, double velocity_noise) {
  // n steps of x += v with noise variances q (value) and r (velocity) a step:
  // var x += 2n cov + n² var v + n q + r Σ k² (k < n); cov += n var v + r Σ k; var v += n r.
  const double q = Square(value_noise);
  const double r = Square(velocity_noise);
  const double sum = frames * (frames - 1) / 2;
  const double sum_of_squares = frames * (frames - 1) * (2 * frames - 1) / 6;
  value += frames * velocity;
  value_variance += 2 * frames * covariance + Square(frames) * velocity_variance + frames * q +
                    sum_of_squares * r;
  covariance += frames * velocity_variance + sum * r;
  velocity_variance += frames * r;
}

void KalmanFilter::Quantity::Update(double observed, double noise) {
  const double innovation = observed - value;
  const double total = value_variance + Square(noise);
  const double value_gain = value_variance / total;
  const double velocity_gain = covariance / total;
  value += value_gain * innovation;
  velocity += velocity_gain * innovation;
  velocity_variance -= velocity_gain * covariance;
  covariance -= value_gain * covariance;
  value_variance -= value_gain * value_variance;
}

double KalmanFilter::Quantity::SquaredDistance(double observed, double noise) const {
  return Square(observed - value) / (value_variance + Square(noise));
}

KalmanFilter::KalmanFilter(const Box& observed) {
  const Observation seen = Observe(observed);
  const double height = std::max(seen.height, kLeastHeight);
  const double position = Square(2 * kPositionWeight * height);
  const double velocity = Square(10 * kVelocityWeight * height);
  x_ = {.value = seen.x, .value_variance = position, .velocity_variance = velocity};
  y_ = {.value = seen.y, .value_variance = position, .velocity_variance = velocity};
  aspect_ = {.value = seen.aspect,
             .value_variance = Square(kAspect),
             .velocity_variance = Square(kAspectVelocity)};
  height_ = {.value = seen.height, .value_variance = position, .velocity_variance = velocity};
}

void KalmanFilter::Predict(std::int64_t frames, bool hold_height) {
  if (hold_height) height_.velocity = 0;
  const auto steps = static_cast<double>(frames);
  const double height = std::max(height_.value, kLeastHeight);
  x_.Predict(steps, kPositionWeight * height, kVelocityWeight * height);
  y_.Predict(steps, kPositionWeight * height, kVelocityWeight * height);
  aspect_.Predict(steps, kAspect, kAspectVelocity);
  height_.Predict(steps, kPositionWeight * height, kVelocityWeight * height);
}

void KalmanFilter::Update(const Box& observed) {
  const Observation seen = Observe(observed);
  const double noise = kPositionWeight * std::max(height_.value, kLeastHeight);
  x_.Update(seen.x, noise);
  y_.Update(seen.y, noise);
  aspect_.Update(seen.aspect, kAspectObservation);
  height_.Update(seen.height, noise);
}

double KalmanFilter::SquaredDistance(const Box& observed) const {
  const Observation seen = Observe(observed);
  const double noise = kPositionWeight * std::max(height_.value, kLeastHeight);
  return x_.SquaredDistance(seen.x, noise) + y_.SquaredDistance(seen.y, noise) +
         aspect_.SquaredDistance(seen.aspect, kAspectObservation) +
         height_.SquaredDistance(seen.height, noise);
}

Box KalmanFilter::Estimate() const {
  const double half_height = std::max(height_.value, 0.0) / 2;
  const double half_width = std::max(aspect_.value, 0.0) * half_height;
  return {static_cast<float>(x_.value - half_width), static_cast<float>(y_.value - half_height),
          static_cast<float>(x_.value + half_width), static_cast<float>(y_.value + half_height)};
}

}  // namespace prelabel
