#include "coordinator/stats/calibration.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace prelabel {
namespace {

struct Sums {
  double boxes = 0;
  double right = 0;
  double scores = 0;
  double target_boxes = 0;
  double target_scores = 0;
};

Sums SumOf(std::span<const ScoreCell> cells) {
  Sums sums;
  for (const ScoreCell& cell : cells) {
    sums.boxes += cell.boxes;
    sums.right += cell.right;
    sums.scores += cell.boxes * cell.Score();
    sums.target_boxes += cell.target_boxes;
    sums.target_scores += cell.target_boxes * cell.Score();
  }
  return sums;
}

struct Bin {
  double count = 0;
  double scores = 0;
  double right = 0;
  double ious = 0;
};

std::vector<Bin> BinsOf(std::span<const JudgedDetection> detections, std::size_t bins) {
  std::vector<Bin> result(bins);
  for (const JudgedDetection& detection : detections) {
    const double at = std::floor(std::clamp(detection.score, 0.0, 1.0) * static_cast<double>(bins));
    Bin& bin = result[std::min(static_cast<std::size_t>(at), bins - 1)];
    bin.count += 1;
    bin.scores += detection.score;
    if (!detection.right) continue;
    bin.right += 1;
    bin.ious += detection.iou;
  }
  return result;
}

}  // namespace

double BinnedPrecision(std::span<const ScoreCell> cells) {
  const Sums sums = SumOf(cells);
  if (sums.target_boxes <= 0 || sums.boxes <= 0) return 0;
  double right = 0;
  for (const ScoreCell& cell : cells) {
    right += cell.target_boxes * (cell.boxes > 0 ? cell.right / cell.boxes : cell.Score());
  }
  return right / sums.target_boxes;
}

double DifferenceOfConfidences(std::span<const ScoreCell> cells) {
  const Sums sums = SumOf(cells);
  if (sums.target_boxes <= 0 || sums.boxes <= 0) return 0;
  const double difference = sums.target_scores / sums.target_boxes - sums.scores / sums.boxes;
  return std::clamp(sums.right / sums.boxes + difference, 0.0, 1.0);
}

double AverageThresholdedConfidence(std::span<const ScoreCell> cells) {
  const Sums sums = SumOf(cells);
  if (sums.target_boxes <= 0 || sums.boxes <= 0) return 0;
  double known_above = sums.right;  // still to be found, from the top
  double target_above = 0;
  for (std::size_t i = cells.size(); i-- > 0;) {
    const ScoreCell& cell = cells[i];
    if (cell.boxes > known_above) {
      target_above += cell.target_boxes * known_above / cell.boxes;
      break;
    }
    known_above -= cell.boxes;
    target_above += cell.target_boxes;
    if (known_above <= 0) break;
  }
  return target_above / sums.target_boxes;
}

double DetectionCalibrationError(std::span<const JudgedDetection> detections, std::size_t bins) {
  double error = 0;
  for (const Bin& bin : BinsOf(detections, bins)) error += std::abs(bin.scores - bin.right);
  return detections.empty() ? 0 : error / static_cast<double>(detections.size());
}

double LocalizationCalibrationError(std::span<const JudgedDetection> detections, std::size_t bins) {
  double error = 0;
  // Precision times mean IoU of right ones is the sum of their IoUs over all.
  for (const Bin& bin : BinsOf(detections, bins)) error += std::abs(bin.scores - bin.ious);
  return detections.empty() ? 0 : error / static_cast<double>(detections.size());
}

}  // namespace prelabel
