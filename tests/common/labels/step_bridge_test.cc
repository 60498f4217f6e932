// Expected positions: by hand from the sum that they minimize; the longer one by numpy's lstsq.
#include "common/labels/step_bridge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

TEST(StepBridge, OnePositionIsTheBalanceOfStepsAndAcceleration) {
  // (u − 3)² + (−u + 1)² + 0.01 · 2u² + s · (2u)² is least at u = 4 / (2.02 + 4s).
  const std::vector<double> steps = {3, -1};
  const std::vector<double> weights = {1, 1};
  EXPECT_NEAR(BridgeSteps(steps, weights, 0.5)[1], 4 / 4.02, 1e-12);
  EXPECT_NEAR(BridgeSteps(steps, weights, 1.5)[1], 4 / 8.02, 1e-12);
}

TEST(StepBridge, WhatIsMissingAtTheEndIsSpreadOverEqualSteps) {
  // Four steps of 1 and of 3 alternating sum to 8, so each is 2 too long: they become −1 and 1, and
  // the belief in the straight line takes a hundredth of that.
  const std::vector<double> steps = {1, 3, 1, 3};
  const std::vector<double> path = BridgeSteps(steps, std::vector<double>(4, 1.0), 1e-6);
  ASSERT_EQ(path.size(), 5U);
  const double expected[] = {0, -1 / 1.01, 0, -1 / 1.01, 0};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(path[i], expected[i], 1e-4) << i;
}

TEST(StepBridge, AStepThatIsNotTrustedTakesWhatIsMissing) {
  const std::vector<double> steps = {1, 1, 50, 1};
  const std::vector<double> weights = {1, 1, 0, 1};
  const std::vector<double> path = BridgeSteps(steps, weights, 1e-6);
  // Trusted steps of v and one of −3v: 3(v − 1)² + 0.01 · (3v² + 9v²) is least at v = 1 / 1.04.
  const double expected[] = {0, 1 / 1.04, 2 / 1.04, -1 / 1.04, 0};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(path[i], expected[i], 1e-4) << i;
}

TEST(StepBridge, AgreesWithALeastSquaresSolver) {
  // numpy.linalg.lstsq of a row for each term, times the root of its weight.
  const std::vector<double> steps = {2, -1, 4, 0.5, -3, 1};
  const std::vector<double> weights = {1, 0.25, 2, 0.5, 1, 0.75};
  const std::vector<double> path = BridgeSteps(steps, weights, 5);
  const double expected[] = {0, 0.5091, 0.9589, 1.6605, 1.5337, 0.7535, 0};
  for (std::size_t i = 0; i < 7; ++i) EXPECT_NEAR(path[i], expected[i], 1e-4) << i;
}

TEST(StepBridge, WithoutTrustTheLineStaysStraight) {
  for (const double position :
       BridgeSteps(std::vector<double>(9, 7.0), std::vector<double>(9), 3)) {
    EXPECT_EQ(position, 0);
  }
  EXPECT_EQ(BridgeSteps({}, {}, 3), std::vector<double>{0});
  EXPECT_EQ(BridgeSteps(std::vector<double>{5}, std::vector<double>{1}, 3),
            (std::vector<double>{0, 0}));
}

TEST(StepBridge, AVeryLongGapIsSolvedToo) {
  // Two trusted steps far apart, forth and back: the same forwards and backwards in time.
  std::vector<double> steps(100'000);
  std::vector<double> weights(steps.size());
  steps[1000] = 10;
  steps[98'999] = -10;
  weights[1000] = weights[98'999] = 1;
  const std::vector<double> path = BridgeSteps(steps, weights, 10);
  EXPECT_GT(path[1001] - path[1000], 0.1);
  double worst = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    ASSERT_TRUE(std::isfinite(path[i]));
    worst = std::max(worst, std::abs(path[i] - path[steps.size() - i]));
  }
  EXPECT_LT(worst, 1e-3);
}

}  // namespace
}  // namespace prelabel
