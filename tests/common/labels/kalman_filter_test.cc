// Expected values: the eight-dimensional filter of DeepSORT's paper and kalman_filter.py, written
// out with numpy matrices (full covariance, one step at a time) in an independent script.
#include "common/labels/kalman_filter.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

constexpr Box kFirst{100, 50, 140, 150};
constexpr Box kSecond{106, 52, 147, 153};
constexpr Box kThird{111, 53, 152, 155};
constexpr Box kFourth{118, 55, 158, 156};

void ExpectBox(const Box& box, double x1, double y1, double x2, double y2) {
  EXPECT_NEAR(box.x1, x1, 2e-5);
  EXPECT_NEAR(box.y1, y1, 2e-5);
  EXPECT_NEAR(box.x2, x2, 2e-5);
  EXPECT_NEAR(box.y2, y2, 2e-5);
}

KalmanFilter AfterFour() {
  KalmanFilter filter(kFirst);
  for (const Box& box : {kSecond, kThird, kFourth}) {
    filter.Predict(1, false);
    filter.Update(box);
  }
  return filter;
}

TEST(KalmanFilter, StartsAtRest) {
  KalmanFilter filter(kFirst);
  ExpectBox(filter.Estimate(), 100, 50, 140, 150);
  filter.Predict(7, false);
  ExpectBox(filter.Estimate(), 100, 50, 140, 150);
}

TEST(KalmanFilter, FollowsTheReferenceStepByStep) {
  KalmanFilter filter(kFirst);
  filter.Predict(1, false);
  EXPECT_NEAR(filter.SquaredDistance(kSecond), 0.26527805, 1e-8);
  filter.Update(kSecond);
  ExpectBox(filter.Estimate(), 105.461067, 51.735537, 145.819924, 152.603306);
  filter.Predict(1, false);
  ExpectBox(filter.Estimate(), 106.762708, 52.14876, 147.204234, 153.22314);
  EXPECT_NEAR(filter.SquaredDistance(kThird), 0.20125649, 1e-8);
  filter.Update(kThird);
  ExpectBox(filter.Estimate(), 110.124232, 52.80993, 150.858817, 154.603253);
  filter.Predict(1, false);
  EXPECT_NEAR(filter.SquaredDistance(kFourth), 0.22978744, 1e-8);
  filter.Update(kFourth);
  ExpectBox(filter.Estimate(), 116.596172, 54.636574, 157.122899, 155.949485);
}

TEST(KalmanFilter, ALongStepEqualsSingleStepsUnderTheSameNoise) {
  KalmanFilter filter = AfterFour();
  filter.Predict(5, false);
  ExpectBox(filter.Estimate(), 136.522746, 60.02574, 177.37812, 162.160235);
  EXPECT_NEAR(filter.SquaredDistance({150, 60, 190, 165}), 0.34308416, 1e-8);
  filter.Update({150, 60, 190, 165});
  ExpectBox(filter.Estimate(), 148.521206, 60.001152, 190.311002, 164.872936);
}

TEST(KalmanFilter, HoldsTheHeightOutOfSight) {
  KalmanFilter filter = AfterFour();
  filter.Predict(5, true);
  ExpectBox(filter.Estimate(), 136.687069, 60.436532, 177.213797, 161.749443);
}

TEST(KalmanFilter, ABoxShrunkToNothingIsEmpty) {
  KalmanFilter filter({0, 0, 40, 100});
  filter.Predict(1, false);
  filter.Update({10, 25, 30, 75});  // half the size in a frame
  filter.Predict(100, false);
  EXPECT_EQ(filter.Estimate().Area(), 0);
}

TEST(KalmanFilter, TakesDegenerateBoxes) {
  KalmanFilter filter({5, 5, 5, 5});
  filter.Predict(1, false);
  filter.Update({6, 5, 6, 5});
  EXPECT_EQ(filter.Estimate().Area(), 0);
  EXPECT_GT(filter.Estimate().x1, 5);
  EXPECT_LT(filter.Estimate().x1, 6);
}

}  // namespace
}  // namespace prelabel
