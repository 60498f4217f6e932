// Expected values: the rules of routing.h applied, and hours added up, by hand.
#include "coordinator/routing/routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/routing/route_totals.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 100 labels of which 80 are expected to be right; from 0.5 up 60 with at least 96 %, from 0.9 up
// 10 with at least 98 %.
ClassConfidence Calibrated() {
  ClassConfidence c;
  c.labels = 100;
  c.mean_score = 0.7;
  c.calibrated = true;
  c.expected_precision = 0.8;
  c.interval = {0.7, 0.9};
  c.difference_of_confidences = 0.79;
  c.average_thresholded_confidence = 0.82;
  c.curve = {{0.3F, 100, 0.8, {0.7, 0.9}},
             {0.5F, 60, 0.98, {0.96, 1}},
             {0.9F, 10, 0.99, {0.98, 1}},
             {0.95F, 0, 1, {1, 1}}};
  return c;
}

ClassConfidence Uncalibrated(std::uint64_t labels) {
  ClassConfidence c;
  c.labels = labels;
  c.mean_score = 0.5;
  return c;
}

ShiftTest Drifted(std::string name) {
  ShiftTest test;
  test.name = std::move(name);
  test.drift = true;
  return test;
}

// Classes of the model are the categories, one for one.
struct Situation {
  ClassMap classes;
  std::vector<ClassConfidence> confidence;
  WorkCounts work;
  DomainShift shift;
  AuditResult audit;
  bool with_shift = false;
  bool with_audit = false;
  bool reference = true;
  double target = 0.95;
  std::vector<VocabularyGap> gaps{};
  ReviewOptions times{};

  explicit Situation(std::vector<ClassConfidence> of_classes)
      : confidence(std::move(of_classes)), work(confidence.size()) {
    for (std::size_t i = 0; i < confidence.size(); ++i) {
      classes.categories.push_back({static_cast<int>(i) + 1, "class"});
      classes.category_of_class.push_back(static_cast<int>(i));
      work.categories[i].labels = confidence[i].labels;
    }
    audit.classes.resize(confidence.size());
  }
  Verdicts Take() const {
    DecisionInput input{.classes = classes, .confidence = confidence, .work = work};
    input.target_precision = target;
    input.shift = with_shift ? &shift : nullptr;
    input.audit = with_audit ? &audit : nullptr;
    input.reference = reference;
    input.gaps = gaps;
    input.review = times;
    return Decide(input);
  }
};

TEST(Decide, AutomatesFromTheLowestThresholdWhoseLowerBoundReachesTheTarget) {
  const Verdicts verdicts = Situation({Calibrated()}).Take();
  const ClassVerdict& verdict = verdicts.classes.at(0);
  EXPECT_EQ(verdict.verdict, Verdict::kAutomate);
  EXPECT_EQ(verdict.auto_threshold, 0.5F);
  EXPECT_EQ(verdict.labels_auto, 60U);
  EXPECT_EQ(verdict.labels_review, 40U);
  EXPECT_EQ(verdict.precision_auto, 0.98);
  EXPECT_FALSE(verdict.guaranteed);
  EXPECT_THAT(verdict.reasons.front(), HasSubstr("a proposal"));
  EXPECT_THAT(verdict.next, HasSubstr("59 have a score of 0.50 or more"));
  EXPECT_THAT(verdict.next, HasSubstr("(one wrong: 93 labels, two: 124)"));
  EXPECT_EQ(verdicts.overall, Verdict::kAutomate);
  EXPECT_FALSE(verdicts.guaranteed);
  EXPECT_EQ(verdicts.sentence,
            "Yes, for 60 % of the labels (a proposal, not a guarantee): 1 class can be automated.");
}

TEST(Decide, AClassIsReviewedWhereMostOfItsLabelsAreUnderTheThreshold) {
  Situation situation({Calibrated()});
  situation.target = 0.97;
  const Verdicts verdicts = situation.Take();
  EXPECT_EQ(verdicts.classes.at(0).verdict, Verdict::kReview);
  EXPECT_EQ(verdicts.classes.at(0).auto_threshold, 0.9F);
  EXPECT_EQ(verdicts.classes.at(0).labels_auto, 10U);
  EXPECT_EQ(verdicts.overall, Verdict::kReview);
  EXPECT_THAT(verdicts.sentence, HasSubstr("In part, for 10 % of the labels"));
  EXPECT_EQ(RouteOf(verdicts, 0, 0.9F), Route::kAuto);
  EXPECT_EQ(RouteOf(verdicts, 0, 0.89F), Route::kReview);
}

TEST(Decide, AThresholdThatKeepsNothingIsNone) {
  Situation situation({Calibrated()});
  situation.target = 0.99;  // reached only where there are no labels
  const ClassVerdict verdict = situation.Take().classes.at(0);
  EXPECT_EQ(verdict.verdict, Verdict::kReview);
  EXPECT_EQ(verdict.auto_threshold, 2);
  EXPECT_EQ(verdict.labels_review, 100U);
}

TEST(Decide, DriftOfTheRunLeavesNothingToAutomate) {
  Situation situation({Calibrated()});
  situation.with_shift = true;
  situation.shift.drift = true;
  situation.shift.features = {Drifted("brightness")};
  const Verdicts verdicts = situation.Take();
  EXPECT_EQ(verdicts.classes.at(0).verdict, Verdict::kReview);
  EXPECT_THAT(verdicts.classes.at(0).reasons.front(), HasSubstr("(brightness)"));
  EXPECT_EQ(verdicts.totals.labels_auto, 0U);
}

TEST(Decide, DriftOfAClassIsThatOfItsCategoryAlone) {
  Situation situation({Calibrated(), Calibrated()});
  situation.with_shift = true;
  ClassShift drifted;
  drifted.class_id = 1;
  drifted.drift = true;
  drifted.tests = {Drifted("area of dog")};
  situation.shift.classes = {drifted};
  const Verdicts verdicts = situation.Take();
  EXPECT_EQ(verdicts.classes.at(0).verdict, Verdict::kAutomate);
  EXPECT_EQ(verdicts.classes.at(1).verdict, Verdict::kReview);
  EXPECT_THAT(verdicts.classes.at(1).reasons.front(), HasSubstr("(area of dog)"));
}

TEST(Decide, AnAuditGuaranteesWhateverHasDrifted) {
  Situation situation({Calibrated()});
  situation.with_shift = situation.with_audit = true;
  situation.shift.drift = true;
  situation.shift.features = {Drifted("contrast")};
  ClassAudit& audit = situation.audit.classes[0];
  audit.labels = 100;
  audit.checked = 70;
  audit.right = 66;
  audit.precision = 0.94;
  audit.precision_interval = {0.9, 0.97};
  audit.guaranteed_threshold = 0.4F;
  audit.guaranteed_labels = 75;
  const Verdicts verdicts = situation.Take();
  const ClassVerdict& verdict = verdicts.classes.at(0);
  EXPECT_EQ(verdict.verdict, Verdict::kAutomate);
  EXPECT_TRUE(verdict.guaranteed);
  EXPECT_EQ(verdict.auto_threshold, 0.4F);
  EXPECT_EQ(verdict.labels_auto, 75U);
  EXPECT_EQ(verdict.labels_review, 25U);
  EXPECT_EQ(verdict.precision_auto_interval, (Interval{0.95, 1}));
  EXPECT_TRUE(verdicts.guaranteed);
  EXPECT_THAT(verdicts.sentence, HasSubstr("guaranteed by an audit"));
}

TEST(Decide, OneProposalAmongGuaranteesIsAProposal) {
  Situation situation({Calibrated(), Calibrated()});
  situation.with_audit = true;
  situation.audit.classes[0].checked = 70;
  situation.audit.classes[0].guaranteed_threshold = 0.4F;
  situation.audit.classes[0].guaranteed_labels = 75;
  const Verdicts verdicts = situation.Take();
  EXPECT_TRUE(verdicts.classes.at(0).guaranteed);
  EXPECT_FALSE(verdicts.classes.at(1).guaranteed);
  EXPECT_FALSE(verdicts.guaranteed);
}

TEST(Decide, AnAuditThatContradictsTheReferenceEndsTheProposal) {
  Situation situation({Calibrated()});
  situation.with_audit = true;
  ClassAudit& audit = situation.audit.classes[0];
  audit.checked = 60;
  audit.right = 36;
  audit.precision = 0.6;
  audit.precision_interval = {0.5, 0.69};  // 0.7 at least were expected
  const ClassVerdict refuted = situation.Take().classes.at(0);
  EXPECT_EQ(refuted.verdict, Verdict::kReview);
  EXPECT_EQ(refuted.labels_auto, 0U);
  EXPECT_THAT(refuted.next, HasSubstr("hardly"));
  audit.precision_interval = {0.5, 0.71};
  EXPECT_EQ(situation.Take().classes.at(0).verdict, Verdict::kAutomate);
}

TEST(Decide, SaysHowManyMoreLabelsAnAuditNeeds) {
  Situation situation({Calibrated()});
  situation.confidence[0].labels = 1000;
  situation.with_audit = true;
  ClassAudit& audit = situation.audit.classes[0];
  audit.checked = 60;
  audit.right = 59;  // 1.7 % wrong; 2 of 124 would be 1.6 %, 3 of 153 2.0 %
  audit.precision = 0.98;
  audit.precision_interval = {0.91, 0.9995};
  EXPECT_THAT(situation.Take().classes.at(0).next, HasSubstr("153 audited labels, 93 more"));
}

TEST(Decide, ByHandWhereDrawingIsQuickerBeyondDoubt) {
  ClassConfidence poor = Calibrated();
  poor.expected_precision = 0.2;
  poor.interval = {0.1, 0.37};  // break-even is 0.372
  const Verdicts verdicts = Situation({poor}).Take();
  EXPECT_EQ(verdicts.classes.at(0).verdict, Verdict::kByHand);
  EXPECT_EQ(verdicts.classes.at(0).labels_manual, 100U);
  EXPECT_EQ(verdicts.overall, Verdict::kByHand);
  EXPECT_EQ(RouteOf(verdicts, 0, 1.0F), Route::kManual);
  EXPECT_EQ(verdicts.sentence, "No: 1 class is better labeled by hand.");
  poor.interval.high = 0.38;
  poor.curve.clear();
  EXPECT_EQ(Situation({poor}).Take().classes.at(0).verdict, Verdict::kReview);
}

TEST(Decide, ByHandWhereAnAuditSaysSo) {
  Situation situation({Calibrated()});
  situation.with_audit = true;
  ClassAudit& audit = situation.audit.classes[0];
  audit.checked = 60;
  audit.right = 6;
  audit.precision = 0.1;
  audit.precision_interval = {0.04, 0.2};
  EXPECT_EQ(situation.Take().classes.at(0).verdict, Verdict::kByHand);
}

TEST(Decide, ByHandWhereMostBoxesAreUnknownObjects) {
  Situation situation({Calibrated()});
  situation.with_shift = true;
  situation.shift.unknown_by_class = {{30, 0.8, 0.75, 0.5, 0.9}};
  EXPECT_EQ(situation.Take().classes.at(0).verdict, Verdict::kByHand);
  situation.shift.unknown_by_class = {{30, 0.8, 0.75, 0.49, 0.9}};
  EXPECT_EQ(situation.Take().classes.at(0).verdict, Verdict::kAutomate);
  situation.shift.unknown_by_class = {{29, 0.8, 0.75, 0.5, 0.9}};
  EXPECT_EQ(situation.Take().classes.at(0).verdict, Verdict::kAutomate);
}

TEST(Decide, AnAuditKnowsBetterThanUnknownObjects) {
  Situation situation({Calibrated()});
  situation.with_shift = situation.with_audit = true;
  situation.shift.unknown_by_class = {{100, 0.9, 0.85, 0.8, 0.9}};
  ClassAudit& audit = situation.audit.classes[0];
  audit.checked = 60;
  audit.right = 54;
  audit.precision = 0.9;
  audit.precision_interval = {0.8, 0.96};
  EXPECT_NE(situation.Take().classes.at(0).verdict, Verdict::kByHand);
}

TEST(Decide, ThinEvidenceAndDisagreementAreReviewed) {
  ClassConfidence thin = Calibrated();
  thin.thin_share = 0.6;
  ClassConfidence torn = Calibrated();
  torn.average_thresholded_confidence = 0.69;
  const Verdicts verdicts = Situation({thin, torn}).Take();
  EXPECT_EQ(verdicts.classes.at(0).verdict, Verdict::kReview);
  EXPECT_THAT(verdicts.classes.at(0).reasons.front(), HasSubstr("fewer than 30"));
  EXPECT_EQ(verdicts.classes.at(1).verdict, Verdict::kReview);
  EXPECT_THAT(verdicts.classes.at(1).reasons.front(), HasSubstr("disagree"));
}

TEST(Decide, WithoutReferenceAndAuditEverythingIsReviewedAndTheAnswerSaysWhy) {
  Situation situation({Uncalibrated(100), Uncalibrated(7)});
  situation.reference = false;
  const Verdicts verdicts = situation.Take();
  EXPECT_EQ(verdicts.overall, Verdict::kReview);
  EXPECT_EQ(verdicts.totals.labels_review, 107U);
  EXPECT_EQ(verdicts.sentence,
            "Not yet: nothing is known about how often these labels are right, so all need review; "
            "a reference profile with ground truth or an audit of 59 labels would change that.");
  // Two classes share the confidence: log(0.025) / log(0.95) = 71.9.
  EXPECT_THAT(verdicts.classes.at(0).next, HasSubstr("Audit 72 labels"));
  EXPECT_THAT(verdicts.classes.at(1).next, HasSubstr("Check all 7 labels"));
}

TEST(Decide, WithoutLabelsThereIsNothingToDecideUnlessPeopleDrewObjects) {
  Situation situation({Uncalibrated(0), Uncalibrated(0)});
  situation.with_audit = true;
  situation.audit.classes[1].objects = 12;
  situation.work.images = 10;
  const Verdicts verdicts = situation.Take();
  EXPECT_EQ(verdicts.classes.at(0).verdict, Verdict::kNoLabels);
  EXPECT_EQ(verdicts.classes.at(1).verdict, Verdict::kByHand);
  EXPECT_THAT(verdicts.classes.at(1).reasons, ElementsAre(HasSubstr("12 objects")));
  EXPECT_EQ(verdicts.overall, Verdict::kNoLabels);
}

TEST(Decide, WantedClassesThatNobodyHasAreInTheAnswer) {
  Situation situation({Calibrated()});
  situation.gaps = {{"forklift", {}}};
  EXPECT_THAT(situation.Take().sentence, HasSubstr("1 class that the job wants"));
  EXPECT_THAT(situation.Take().gaps, ::testing::SizeIs(1));
}

// 100 labels in 50 images: 60 automated, of 40 to check 80 - 58.8 = 21.2 are right and 18.8 wrong.
// By hand: 80 boxes and 50 looks. Left: 40 checks, 18.8 removals, 30 looks.
TEST(Decide, AddsUpHours) {
  Situation situation({Calibrated()});
  situation.work.images = 50;
  situation.work.categories[0].images = 30;
  situation.times.seconds_per_box = 10;
  situation.times.seconds_per_check = 2;
  situation.times.seconds_per_image = 5;
  const RoutingTotals totals = situation.Take().totals;
  EXPECT_NEAR(totals.hours_by_hand * 3600, 80 * 10 + 50 * 5, 1e-6);
  EXPECT_NEAR(totals.hours_left * 3600, (40 + 18.8) * 2 + 30 * 5, 1e-6);
  EXPECT_NEAR(totals.hours_saved * 3600, 1050 - 267.6, 1e-6);
  // 70 right, 57.6 of them automated: 12.4 right and 27.6 wrong to check; by hand 700 + 250.
  // 90 right, 60 of them automated: 30 right and 10 wrong to check; by hand 900 + 250.
  EXPECT_NEAR(totals.hours_left_interval.high * 3600, (40 + 27.6) * 2 + 150, 1e-6);
  EXPECT_NEAR(totals.hours_left_interval.low * 3600, (40 + 10) * 2 + 150, 1e-6);
  EXPECT_NEAR(totals.hours_saved_interval.low * 3600, 950 - 285.2, 1e-6);
  EXPECT_NEAR(totals.hours_saved_interval.high * 3600, 1150 - 250, 1e-6);
}

TEST(Decide, DriftLeavesHoursOpen) {
  Situation situation({Calibrated()});
  situation.with_shift = true;
  situation.shift.drift = true;
  situation.times.seconds_per_box = 10;
  situation.times.seconds_per_check = 2;
  const Verdicts verdicts = situation.Take();
  // 80 right as the best guess, between none and all of the 100 that are checked.
  EXPECT_NEAR(verdicts.totals.hours_left * 3600, (100 + 20) * 2, 1e-6);
  EXPECT_NEAR(verdicts.totals.hours_left_interval.low * 3600, 100 * 2, 1e-6);
  EXPECT_NEAR(verdicts.totals.hours_left_interval.high * 3600, (100 + 100) * 2, 1e-6);
  EXPECT_THAT(verdicts.assumptions, ::testing::Contains(HasSubstr("drifted")));
}

TEST(Decide, InVideosEveryTenthFrameIsWork) {
  Situation situation({Calibrated()});
  situation.work.categories[0] = {0, 100, 0, 30};
  situation.work.frames = 50;
  situation.times.seconds_per_box = 10;
  situation.times.seconds_per_check = 2;
  situation.times.seconds_per_image = 5;
  const RoutingTotals totals = situation.Take().totals;
  EXPECT_NEAR(totals.hours_by_hand * 3600, 105.0, 1e-6);
  EXPECT_NEAR(totals.hours_left * 3600, 26.76, 1e-6);
}

TEST(Decide, ObjectsThatWereMissedAreWorkOnBothSidesOnceRecallIsKnown) {
  Situation situation({Uncalibrated(100)});
  situation.with_audit = true;
  ClassAudit& audit = situation.audit.classes[0];
  audit.checked = 100;
  audit.right = 80;
  audit.precision = 0.8;
  audit.precision_interval = {0.8, 0.8};
  audit.objects = 50;
  audit.found = 40;
  audit.recall = 0.8;
  situation.work.images = 50;
  situation.work.categories[0].images = 30;
  situation.times.seconds_per_box = 10;
  situation.times.seconds_per_check = 2;
  situation.times.seconds_per_image = 5;
  // 80 right ones are 80 % of 100 objects: 20 were missed, in any image.
  RoutingTotals totals = situation.Take().totals;
  EXPECT_NEAR(totals.hours_by_hand * 3600, 100 * 10 + 50 * 5, 1e-6);
  EXPECT_NEAR(totals.hours_left * 3600, 20 * 10 + (100 + 20) * 2 + 50 * 5, 1e-6);
  // Nobody looks for what little is missed where the target is reached.
  audit.recall = 0.96;
  totals = situation.Take().totals;
  EXPECT_NEAR(totals.hours_left * 3600, (100 + 20) * 2 + 30 * 5, 1e-6);
}

TEST(Decide, QuarantinedImagesAreLabeledByHand) {
  ClassConfidence all_right = Calibrated();
  all_right.curve = {{0.3F, 100, 1, {1, 1}}};
  all_right.expected_precision = 1;
  all_right.difference_of_confidences = all_right.average_thresholded_confidence = 1;
  Situation situation({all_right});
  situation.work.images = 60;
  situation.work.quarantined_images = 10;
  situation.times.seconds_per_box = 10;
  situation.times.seconds_per_image = 5;
  // 100 objects in 50 images: 20 in the other ten.
  const RoutingTotals totals = situation.Take().totals;
  EXPECT_NEAR(totals.hours_by_hand * 3600, 120 * 10 + 60 * 5, 1e-6);
  EXPECT_NEAR(totals.hours_left * 3600, 20 * 10 + 10 * 5, 1e-6);
}

TEST(ObjectsPerImage, AreRightLabelsAnImageThatCouldBeRead) {
  Situation situation({Calibrated(), Uncalibrated(40)});  // 80 and, by the mean score, 20
  EXPECT_EQ(ObjectsPerImage(situation.confidence, nullptr, situation.work), 0);
  situation.work.images = 30;
  situation.work.frames = 30;
  situation.work.quarantined_frames = 10;
  EXPECT_DOUBLE_EQ(ObjectsPerImage(situation.confidence, nullptr, situation.work), 2);
  situation.audit.classes[0].checked = 10;
  situation.audit.classes[0].precision = 0.3;
  EXPECT_DOUBLE_EQ(ObjectsPerImage(situation.confidence, &situation.audit, situation.work), 1);
}

TEST(Decide, SaysWhatItAssumes) {
  const Verdicts verdicts = Situation({Calibrated()}).Take();
  EXPECT_THAT(verdicts.assumptions.front(), HasSubstr("7 s to draw a box, 1.6 s to check one"));
  EXPECT_THAT(verdicts.assumptions, ::testing::Contains(HasSubstr("are not counted")));
}

TEST(RouteOf, WithoutAVerdictLabelsAreReviewed) {
  EXPECT_EQ(RouteOf({}, 0, 1.0F), Route::kReview);
  EXPECT_EQ(RouteOf({}, -1, 1.0F), Route::kReview);
}

TEST(Route, NamesReadBack) {
  EXPECT_EQ(ParseRoute("auto"), Route::kAuto);
  EXPECT_EQ(ParseRoute("review"), Route::kReview);
  EXPECT_EQ(ParseRoute("manual"), Route::kManual);
  EXPECT_FALSE(ParseRoute("automatic").has_value());
}

}  // namespace
}  // namespace prelabel
