// Expected values: sample sizes as in audit_size_test.cc.
#include "coordinator/routing/next_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::HasSubstr;

ClassConfidence Expected(double precision) {
  ClassConfidence c;
  c.labels = 1000;
  c.calibrated = true;
  c.expected_precision = precision;
  c.curve = {{0.3F, 1000, precision, {}}, {0.6F, 300, 0.96, {}}, {0.8F, 100, 0.99, {}}};
  return c;
}

TEST(NextAudit, IsOfTheClassWhereAllOfItMayReachTheTarget) {
  EXPECT_EQ(NextAudit(Expected(0.97), nullptr, {}),
            "Audit 59 labels of this class: if all are right, at least 95 % of all are, with 95 % "
            "confidence (one wrong: 93 labels, two: 124).");
}

TEST(NextAudit, IsOfTheScoresThatMayReachTheTargetOtherwise) {
  EXPECT_EQ(NextAudit(Expected(0.8), nullptr, {}),
            "Audit so many labels of this class that 59 have a score of 0.60 or more: if all of "
            "these are right, at least 95 % of such labels are, with 95 % confidence (one wrong: "
            "93 labels, two: 124).");
}

TEST(NextAudit, SaysWhereNoAuditHelps) {
  ClassConfidence poor = Expected(0.5);
  poor.curve.resize(1);
  EXPECT_THAT(NextAudit(poor, nullptr, {}), HasSubstr("another model"));
}

TEST(NextAudit, FewLabelsAreCheckedAsAWhole) {
  ClassConfidence few;
  few.labels = 59;
  EXPECT_EQ(NextAudit(few, nullptr, {}), "Check all 59 labels: an audit would need as many.");
  few.labels = 1;
  EXPECT_EQ(NextAudit(few, nullptr, {}), "Check the one label: an audit would need as many.");
  few.labels = 60;
  EXPECT_THAT(NextAudit(few, nullptr, {}), HasSubstr("Audit 59 labels"));
  ClassConfidence top = Expected(0.8);
  top.curve[1].kept = 50;
  EXPECT_EQ(NextAudit(top, nullptr, {}),
            "Check all 50 labels with a score of 0.60 or more: an audit would need as many.");
}

TEST(NextAudit, CountsOnWhatWasFoundSoFar) {
  ClassAudit audit;
  audit.checked = 50;
  audit.right = 50;
  EXPECT_THAT(NextAudit(Expected(0.97), &audit, {}), HasSubstr("59 audited labels, 9 more"));
  audit.right = 40;
  EXPECT_THAT(NextAudit(Expected(0.97), &audit, {}), HasSubstr("hardly"));
}

TEST(Percent, HasADecimalWhereThereIsOne) {
  EXPECT_EQ(Percent(0.95), "95 %");
  EXPECT_EQ(Percent(0.372093), "37.2 %");
  EXPECT_EQ(Percent(1), "100 %");
}

}  // namespace
}  // namespace prelabel
