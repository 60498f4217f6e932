#include "coordinator/confidence/expected_precision.h"

#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

// Two classes, written as one category each.
const ClassMap kClasses{{{1, "cat"}, {2, "dog"}}, {0, 1}, {0.3F, 0.3F}};

void AddLabels(LabelScores& scores, std::uint16_t class_id, float score, int count) {
  for (int i = 0; i < count; ++i) {
    LabeledItem item;
    item.labels = {{class_id, score, {}, LabelSource::kModel, 0, class_id}};
    scores.Add(item, static_cast<std::size_t>(i) % kJackknifeGroups);
  }
}

// `right` of `boxes` in every group.
void AddReference(Reliability& reference, std::size_t class_id, std::size_t bin,
                  std::uint32_t boxes, std::uint32_t right) {
  for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
    reference.at(g, class_id, bin).boxes += boxes;
    reference.at(g, class_id, bin).right += right;
  }
}

Reliability Empty() {
  Reliability reference(2);
  reference.objects.resize(2);
  return reference;
}

// By hand: 128 boxes of cat at .5 (bin 10, score .525), 64 right. All classes: (64 + 2 × .525) /
// (128 + 2) = .50038; cat: (64 + 10 × .50038) / (128 + 10) = .50003.
TEST(ExpectedPrecision, IsTheReferencesPrecisionAtTheScore) {
  Reliability reference = Empty();
  AddReference(reference, 0, 10, 2, 1);
  LabelScores scores(2);
  AddLabels(scores, 0, 0.51F, 40);
  const RunConfidence confidence = EstimateConfidence(scores, kClasses, &reference);
  ASSERT_EQ(confidence.classes.size(), 2u);
  const ClassConfidence& cat = confidence.classes[0];
  EXPECT_TRUE(cat.calibrated);
  EXPECT_EQ(cat.labels, 40u);
  EXPECT_NEAR(cat.expected_precision, 0.50003, 5e-6);
  EXPECT_NEAR(cat.mean_score, 0.51, 1e-6);
  EXPECT_LT(cat.interval.low, 0.5);
  EXPECT_GT(cat.interval.high, 0.5);
  EXPECT_EQ(cat.thin_share, 0);
  EXPECT_EQ(cat.reliability[10].reference_boxes, 128u);
  EXPECT_EQ(cat.reliability[10].reference_right, 64u);
  EXPECT_EQ(cat.reliability[10].labels, 40u);
  EXPECT_FALSE(confidence.classes[1].calibrated);
  EXPECT_NEAR(confidence.all.expected_precision, cat.expected_precision, 1e-12);
}

// A class that the reference never saw a box of says nothing; one with few boxes has a wider
// interval than one with many, and leans on the other.
TEST(ExpectedPrecision, FewReferenceBoxesMakeItUnsure) {
  Reliability reference = Empty();
  AddReference(reference, 0, 10, 8, 8);
  reference.at(0, 1, 10) = {2, 0};
  LabelScores scores(2);
  AddLabels(scores, 0, 0.51F, 100);
  AddLabels(scores, 1, 0.51F, 100);
  const RunConfidence confidence = EstimateConfidence(scores, kClasses, &reference);
  const ClassConfidence& cat = confidence.classes[0];
  const ClassConfidence& dog = confidence.classes[1];
  EXPECT_GT(cat.expected_precision, 0.95);
  EXPECT_LT(dog.expected_precision, cat.expected_precision);
  EXPECT_GT(dog.expected_precision, 0.5);  // 0 of 2 weighs little beside 512 of the other class
  EXPECT_GT(dog.interval.high - dog.interval.low, 2 * (cat.interval.high - cat.interval.low));
  EXPECT_EQ(dog.thin_share, 1);
}

// By hand: no reference box has a score of .9 to .95, so all that is known is the bin's score .925
// as a beta mean of 2 boxes, with variance .925 × .075 / 3 = .023125; t for 63 degrees of freedom
// is 1.998, so the interval goes down by .3039 at least. Many right boxes at .5 do not change that.
TEST(ExpectedPrecision, ScoresThatTheReferenceDoesNotHaveMakeItUnsure) {
  Reliability reference = Empty();
  AddReference(reference, 0, 10, 8, 8);
  LabelScores scores(2);
  AddLabels(scores, 0, 0.91F, 100000);
  const ClassConfidence cat = EstimateConfidence(scores, kClasses, &reference).classes[0];
  EXPECT_NEAR(cat.expected_precision, 0.925, 1e-9);
  EXPECT_LE(cat.interval.low, 0.925 - 0.3038);
  EXPECT_GT(cat.interval.low, 0.925 - 0.32);  // nor does it say nothing
}

// Boxes of one image that are right or wrong together tell less than as many of as many images.
TEST(ExpectedPrecision, CorrelationInAnImageMakesItUnsure) {
  Reliability apart = Empty();
  AddReference(apart, 0, 10, 2, 1);
  Reliability together = Empty();
  for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
    together.at(g, 0, 10) = {2, g % 2 == 0 ? 2U : 0U};
  }
  LabelScores scores(2);
  AddLabels(scores, 0, 0.51F, 100);
  const Interval narrow = EstimateConfidence(scores, kClasses, &apart).classes[0].interval;
  const Interval wide = EstimateConfidence(scores, kClasses, &together).classes[0].interval;
  EXPECT_GT(wide.high - wide.low, narrow.high - narrow.low);
}

TEST(ExpectedPrecision, TheCurveRisesWithTheThreshold) {
  Reliability reference = Empty();
  AddReference(reference, 0, 8, 4, 1);
  AddReference(reference, 0, 16, 4, 4);
  LabelScores scores(2);
  AddLabels(scores, 0, 0.41F, 30);
  AddLabels(scores, 0, 0.81F, 10);
  const RunConfidence confidence = EstimateConfidence(scores, kClasses, &reference);
  const std::vector<ThresholdPoint>& curve = confidence.classes[0].curve;
  ASSERT_FALSE(curve.empty());
  EXPECT_FLOAT_EQ(curve.front().threshold, 0.41F);
  EXPECT_EQ(curve.front().kept, 40u);
  EXPECT_NEAR(curve.front().expected_precision, confidence.classes[0].expected_precision, 1e-12);
  EXPECT_FLOAT_EQ(curve.back().threshold, 0.81F);
  EXPECT_EQ(curve.back().kept, 10u);
  EXPECT_GT(curve.back().expected_precision, 0.95);
  EXPECT_LT(curve.front().expected_precision, 0.5);
}

TEST(ExpectedPrecision, WithoutAReferenceThereAreCountsAlone) {
  LabelScores scores(2);
  AddLabels(scores, 1, 0.7F, 3);
  const RunConfidence confidence = EstimateConfidence(scores, kClasses, nullptr);
  EXPECT_EQ(confidence.classes[1].labels, 3u);
  EXPECT_NEAR(confidence.classes[1].mean_score, 0.7, 1e-6);
  EXPECT_FALSE(confidence.classes[1].calibrated);
  EXPECT_TRUE(confidence.classes[1].curve.empty());
  EXPECT_FALSE(confidence.all.calibrated);
}

// Precision is that of the bin's score: no error. All wrong: the score itself.
TEST(ExpectedPrecision, CalibrationErrorOfTheReference) {
  LabelScores scores(2);
  Reliability reference = Empty();
  AddReference(reference, 0, 10, 40, 21);
  EXPECT_NEAR(EstimateConfidence(scores, kClasses, &reference).calibration_error, 0, 1e-12);
  Reliability wrong = Empty();
  AddReference(wrong, 0, 10, 40, 0);
  EXPECT_NEAR(EstimateConfidence(scores, kClasses, &wrong).calibration_error, 0.525, 1e-12);
}

}  // namespace
}  // namespace prelabel
