// What scores say about being right: precision of predictions that nobody has checked, from others
// whose truth is known, and how far scores are from precision. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>

namespace prelabel {

// Predictions of about one score.
struct ScoreCell {
  double low = 0;  // scores from low to high, spread evenly; equal: all at one score
  double high = 0;
  double boxes = 0;         // with known truth
  double right = 0;         // of these
  double target_boxes = 0;  // whose truth is asked for

  double Score() const { return (low + high) / 2; }
};

// All three are 0 without target boxes or without known truth.

// Binned confidence-based estimate: the target's mean of the precision that the known boxes of the
// same cell have. (Kivimäki et al., "Confidence-based estimators for predictive performance in
// model monitoring", 2024, in its histogram form.) Target boxes in cells without known ones count
// with their score.
double BinnedPrecision(std::span<const ScoreCell> cells);

// Difference of confidences: known precision plus the target's mean score less the known boxes'
// (Guillory et al., "Predicting with confidence on unseen distributions", ICCV 2021). In [0, 1].
double DifferenceOfConfidences(std::span<const ScoreCell> cells);

// Average thresholded confidence: the share of target boxes over the score over which as large a
// share of the known boxes lies as is right (Garg et al., "Leveraging unlabeled data to predict
// out-of-distribution performance", ICLR 2022). `cells` ascend.
double AverageThresholdedConfidence(std::span<const ScoreCell> cells);

// A detection that was compared with an object.
struct JudgedDetection {
  double score = 0;
  bool right = false;
  double iou = 0;  // of right ones
};

// Detection calibration error over `bins` equal bins of scores: mean distance of score and
// precision, weighted by detections (Küppers et al., "Multivariate confidence calibration for
// object detection", 2020).
double DetectionCalibrationError(std::span<const JudgedDetection> detections, std::size_t bins);

// The same with precision times the mean IoU of right detections instead (Oksuz et al., "Towards
// building self-aware object detectors via reliable uncertainty quantification and calibration",
// CVPR 2023).
double LocalizationCalibrationError(std::span<const JudgedDetection> detections, std::size_t bins);

}  // namespace prelabel
