// Expected values: the formula in the header, worked by hand.
#include "coordinator/routing/label_precision.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

ClassConfidence Calibrated() {
  ClassConfidence c;
  c.labels = 10;
  c.calibrated = true;
  c.expected_precision = 0.5;
  c.reliability = {{0, 0.5F, 0, 0, 4}, {0.5F, 1, 8, 6, 6}};
  return c;
}

TEST(LabelPrecision, FollowsTheReferenceOfTheScoresBin) {
  const std::vector<ClassConfidence> confidence = {Calibrated()};
  const LabelPrecision precision(confidence, nullptr);
  EXPECT_NEAR(precision.Of(0, 0.5F), (6 + 1.0) / 10, 1e-6);
  EXPECT_NEAR(precision.Of(0, 1.0F), (6 + 2.0) / 10, 1e-6);  // the last bin includes 1
  EXPECT_NEAR(precision.Of(0, 0.25F), 0.25, 1e-6);           // no box in the reference
}

TEST(LabelPrecision, IsTheScoreWhereNothingIsKnown) {
  const std::vector<ClassConfidence> confidence(1);
  EXPECT_NEAR(LabelPrecision(confidence, nullptr).Of(0, 0.7F), 0.7, 1e-6);
  EXPECT_NEAR(LabelPrecision(confidence, nullptr).Of(5, 0.7F), 0.7, 1e-6);
}

TEST(LabelPrecision, HasTheMeanThatAnAuditFound) {
  const std::vector<ClassConfidence> confidence = {Calibrated()};
  AuditResult audit;
  audit.classes.resize(1);
  EXPECT_NEAR(LabelPrecision(confidence, &audit).Of(0, 1.0F), 0.8, 1e-6);  // nothing was checked
  audit.classes[0].checked = 20;
  audit.classes[0].precision = 0.25;
  EXPECT_NEAR(LabelPrecision(confidence, &audit).Of(0, 1.0F), 0.4, 1e-6);
  audit.classes[0].precision = 0.9;
  EXPECT_EQ(LabelPrecision(confidence, &audit).Of(0, 1.0F), 1);  // 1.44
}

}  // namespace
}  // namespace prelabel
