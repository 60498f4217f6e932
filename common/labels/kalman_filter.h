// Where a box will be: a constant-velocity Kalman filter over centre, aspect ratio and height, with
// the state and the noise of DeepSORT (Wojke et al., ICIP 2017, arXiv:1703.07402; its
// kalman_filter.py): standard deviations of 1/20 of the height for positions and 1/160 of it a
// frame for velocities. A value; no state is shared.
#pragma once

#include <cstdint>

#include "common/geometry/box.h"

namespace prelabel {

class KalmanFilter {
 public:
  // Starts at rest on the observed box (pixels).
  explicit KalmanFilter(const Box& observed);

  // Moves `frames` >= 0 frames ahead: the same as as many single steps under the noise of the
  // present height. `hold_height` stops growth and shrinking first, for objects out of sight
  // (ByteTrack does so for lost tracks).
  void Predict(std::int64_t frames, bool hold_height);

  // Takes in a box observed at the predicted time.
  void Update(const Box& observed);

  // Squared Mahalanobis distance of a box from the prediction; under the model it is distributed
  // as χ² with 4 degrees of freedom.
  double SquaredDistance(const Box& observed) const;

  // The estimated box, pixels; empty where the height was extrapolated below zero.
  Box Estimate() const;

 private:
  // The eight-dimensional filter falls apart into four of two dimensions: transition, observation
  // and noise couple each quantity to its own velocity only.
  struct Quantity {
    double value = 0;
    double velocity = 0;  // a frame
    double value_variance = 0;
    double covariance = 0;
    double velocity_variance = 0;

    void Predict(double frames, double value_noise, double velocity_noise);
    void Update(double observed, double noise);
    double SquaredDistance(double observed, double noise) const;
  };

  Quantity x_;       // centre, pixels
  Quantity y_;       // centre, pixels
  Quantity aspect_;  // width / height
  Quantity height_;  // pixels
};

}  // namespace prelabel
