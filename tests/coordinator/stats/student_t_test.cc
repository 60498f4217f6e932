#include "coordinator/stats/student_t.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

// Tables of the t distribution (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
TEST(StudentQuantile, AgreesWithTables) {
  EXPECT_NEAR(StudentQuantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.975, 10), 2.228, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.95, 30), 1.697, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.5, 7), 0, 1e-12);
}

}  // namespace
}  // namespace prelabel
