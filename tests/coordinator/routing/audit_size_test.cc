// Expected values: upper 95 % bounds of Clopper and Pearson, as tables have them: 0 wrong of 59 →
// 0.049508, 1 of 93 → 0.049994, 2 of 124 → 0.049900; and closed forms worked by hand.
#include "coordinator/routing/audit_size.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(AuditSize, IsTheLeastNumberThatShowsTheTarget) {
  EXPECT_EQ(AuditSize(0, 0.95, 0.95), 59U);
  EXPECT_EQ(AuditSize(1, 0.95, 0.95), 93U);
  EXPECT_EQ(AuditSize(2, 0.95, 0.95), 124U);
}

TEST(AuditSize, SharesTheConfidenceBetweenClasses) {
  // log(0.05 / 4) / log(0.95) = 85.43.
  EXPECT_EQ(AuditSize(0, 0.95, 0.95, 4), 86U);
}

TEST(AuditSize, HoldsFarFromTheUsualTargets) {
  EXPECT_EQ(AuditSize(0, 0.5, 0.75), 2U);       // 0.5² = 0.25
  EXPECT_EQ(AuditSize(0, 0.999, 0.99), 4603U);  // log(0.01) / log(0.999) = 4602.9
}

TEST(AuditSizeAtRate, AllowsForAsManyErrorsAsWereSeen) {
  EXPECT_EQ(AuditSizeAtRate(0, 0.95, 0.95), 59U);
  EXPECT_EQ(AuditSizeAtRate(0.01, 0.95, 0.95), 93U);    // 1 of 93 is 1.08 %
  EXPECT_EQ(AuditSizeAtRate(0.016, 0.95, 0.95), 124U);  // 2 of 124 is 1.61 %
}

TEST(AuditSizeAtRate, IsAbsentWhereTheTargetIsOutOfReach) {
  EXPECT_FALSE(AuditSizeAtRate(0.05, 0.95, 0.95).has_value());
  EXPECT_FALSE(AuditSizeAtRate(0.2, 0.95, 0.95).has_value());
}

}  // namespace
}  // namespace prelabel
