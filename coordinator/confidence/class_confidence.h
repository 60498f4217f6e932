// How many of a run's labels are right, as far as that can be known without anybody looking:
// precision that the reference's calibration leads one to expect. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace prelabel {

struct Interval {
  double low = 0;
  double high = 1;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// Reference boxes that a score bin should have: fewer say little.
inline constexpr std::uint64_t kThinBoxes = 30;

// One step of a curve over thresholds.
struct ThresholdPoint {
  float threshold = 0;
  std::uint64_t kept = 0;         // predictions from the threshold up
  double expected_precision = 0;  // of these
  Interval interval;              // 95 %
};

struct ReliabilityPoint {
  float low = 0;  // scores of the bin
  float high = 0;
  std::uint64_t reference_boxes = 0;
  std::uint64_t reference_right = 0;
  std::uint64_t labels = 0;  // of this run
};

// One category of the labels.
struct ClassConfidence {
  std::uint64_t labels = 0;
  double mean_score = 0;
  Interval mean_score_interval;  // 95 %, jackknife over groups of images
  bool calibrated = false;       // the reference has ground truth for classes written as this one
  double expected_precision = 0;
  // 95 % for what a person would find who checked every label: uncertainty of the reference and of
  // which labels happen to be right.
  Interval interval;
  double difference_of_confidences = 0;       // two other estimates: where they disagree with
  double average_thresholded_confidence = 0;  // the first, none is to be believed
  double thin_share = 0;  // of labels in bins with under kThinBoxes reference boxes
  std::vector<ReliabilityPoint> reliability;  // by score bin
  std::vector<ThresholdPoint> curve;          // ascending thresholds
};

}  // namespace prelabel
