#include "coordinator/stats/calibration.h"

#include <gtest/gtest.h>

#include <vector>

namespace prelabel {
namespace {

// Known answer 5: reference 8 boxes at .95 (7 right), 2 at .55 (1), 10 at .35 (2); target 2, 8, 10.
const std::vector<ScoreCell> kKnown = {
    {0.35, 0.35, 10, 2, 10}, {0.55, 0.55, 2, 1, 8}, {0.95, 0.95, 8, 7, 2}};

TEST(PrecisionWithoutLabels, KnownAnswers) {
  EXPECT_NEAR(BinnedPrecision(kKnown), 0.3875, 1e-12);
  EXPECT_NEAR(DifferenceOfConfidences(kKnown), 0.38, 1e-12);
}

// By hand, on the same counts: 10 of 20 reference boxes are right; from the top these are the 8 at
// .95 and the 2 at .55. Of the target 2 + 8 of 20 are there.
TEST(PrecisionWithoutLabels, AverageThresholdedConfidence) {
  EXPECT_NEAR(AverageThresholdedConfidence(kKnown), 0.5, 1e-12);
  // 3 of 4 right: the threshold is in the middle of the lower cell, over half of its 6 boxes.
  const std::vector<ScoreCell> halves = {{0.4, 0.5, 2, 1, 6}, {0.5, 0.6, 2, 2, 4}};
  EXPECT_NEAR(AverageThresholdedConfidence(halves), 0.7, 1e-12);
}

TEST(PrecisionWithoutLabels, CellsWithoutReferenceBoxesCountWithTheirScore) {
  const std::vector<ScoreCell> cells = {{0.2, 0.4, 0, 0, 1}, {0.8, 1, 4, 2, 1}};
  EXPECT_NEAR(BinnedPrecision(cells), (0.3 + 0.5) / 2, 1e-12);
  EXPECT_EQ(BinnedPrecision({}), 0);
  EXPECT_EQ(DifferenceOfConfidences({}), 0);
  EXPECT_EQ(AverageThresholdedConfidence({}), 0);
}

// Known answer 8.
TEST(CalibrationError, KnownAnswers) {
  const std::vector<JudgedDetection> detections = {{0.9, true, 0.8}, {0.9, true, 0.9},
                                                   {0.9, true, 0.7}, {0.9, false, 0},
                                                   {0.3, false, 0},  {0.3, true, 0.6}};
  EXPECT_NEAR(DetectionCalibrationError(detections, 25), 0.16667, 5e-6);
  EXPECT_NEAR(LocalizationCalibrationError(detections, 25), 0.2, 1e-12);
  EXPECT_EQ(DetectionCalibrationError({}, 25), 0);
}

}  // namespace
}  // namespace prelabel
