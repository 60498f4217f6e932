// Expected values: hand calculation.
#include "coordinator/audit/evaluate_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "coordinator/audit/answer_collector.h"
#include "coordinator/stats/binomial.h"
#include "tests/coordinator/audit/audit_fixture.h"

namespace prelabel {
namespace {

constexpr LabelAnswer kRight = LabelAnswer::kRight;
constexpr LabelAnswer kWrong = LabelAnswer::kWrong;

// A class of so many labels with a score, of which so many are checked.
struct Level {
  std::size_t hundredth;
  std::uint64_t labels;
  std::uint64_t checked;
  std::uint64_t wrong;
};

struct Audit {
  AuditSample sample;
  AuditAnswers answers;

  void AddClass(const std::string& name, const std::vector<Level>& levels) {
    const int category = static_cast<int>(sample.categories.size());
    AuditCategory stratum;
    stratum.name = name;
    for (const Level& level : levels) {
      stratum.labels += level.labels;
      stratum.drawn += level.checked;
      stratum.scores[level.hundredth] += level.labels;
      AuditPicture picture;
      const float score = (static_cast<float>(level.hundredth) + 0.5F) / 100;
      for (std::uint64_t i = 0; i < level.checked; ++i) {
        picture.labels.push_back({category, score, {}});
        answers.labels.push_back(i < level.wrong ? kWrong : kRight);
      }
      sample.checked.push_back(picture);
    }
    sample.categories.push_back(stratum);
  }
  AuditResult Take(const AuditOptions& options = {}) const {
    return EvaluateAudit(sample, answers, options);
  }
};

TEST(EvaluateAudit, CountsAnswersNotWhatWasDrawn) {
  const AuditSample sample = SmallSample();
  AuditAnswers answers = NoAnswers(sample);
  answers.labels[0] = kRight;
  answers.labels[1] = kWrong;
  const AuditResult result = EvaluateAudit(sample, answers, {});
  EXPECT_EQ(result.seed, 7U);
  EXPECT_EQ(result.boxes_drawn, 3U);
  EXPECT_EQ(result.boxes_answered, 2U);
  EXPECT_EQ(result.images_drawn, 2U);
  EXPECT_EQ(result.images_answered, 0U);
  EXPECT_EQ(result.classes[0].checked, 1U);
  EXPECT_EQ(result.classes[0].right, 1U);
  // The only dog was looked at: no label of it is right.
  EXPECT_EQ(result.classes[1].precision, 0);
  EXPECT_EQ(result.classes[1].precision_interval, (Interval{0, 0}));
  EXPECT_EQ(result.all.labels, 31U);
  EXPECT_EQ(result.all.checked, 2U);
  EXPECT_EQ(result.all.recall_interval, (Interval{0, 1}));
  EXPECT_FALSE(result.classes[0].guaranteed_threshold);
}

// All of 59 drawn of a million right: with 95 % on both sides 0.025^(1/59) = 0.9394 at least.
TEST(EvaluateAudit, AgreementIsNoCertainty) {
  Audit audit;
  audit.AddClass("car", {{80, 1000000, 59, 0}});
  const AuditResult result = audit.Take();
  EXPECT_EQ(result.classes[0].precision, 1);
  EXPECT_NEAR(result.classes[0].precision_interval.low, std::pow(0.025, 1.0 / 59), 1e-4);
  EXPECT_EQ(result.classes[0].precision_interval.high, 1);
}

// Half of 400 labels score 0.305, half 0.905, and 100 of each are checked: 40 and 90 right. Any
// expectation then gives 65 %, as the sample is split like the run. With 160 of the high ones, of
// which 144 are right, and 40 low ones with 16 right, the sample alone says 80 %; predictions that
// are right about both groups bring it back to 65 %.
TEST(EvaluateAudit, PredictionsMakeUpForAnUnluckySample) {
  Audit even;
  even.AddClass("car", {{30, 200, 100, 60}, {90, 200, 100, 10}});
  EXPECT_NEAR(even.Take().classes[0].precision, 0.65, 1e-9);
  Audit lucky;
  lucky.AddClass("car", {{30, 200, 40, 24}, {90, 200, 160, 16}});
  AuditOptions options;
  options.expected = [](int, float score) { return score < 0.5F ? 0.4 : 0.9; };
  const AuditResult result = lucky.Take(options);
  EXPECT_EQ(result.classes[0].right, 160U);
  EXPECT_NEAR(result.classes[0].precision, 0.65, 1e-9);
  EXPECT_LT(result.classes[0].precision_interval.low, 0.65);
  EXPECT_GT(result.classes[0].precision_interval.high, 0.65);
  options.expected = [](int, float) { return 0.5; };
  EXPECT_NEAR(lucky.Take(options).classes[0].precision, 0.8, 1e-9);
}

// A run of 900 cars, 90 % right, and 100 dogs, half of them right: (810 + 50) / 1000 whatever was
// checked of each.
TEST(EvaluateAudit, AllTogetherByTheSizesOfTheClasses) {
  Audit audit;
  audit.AddClass("car", {{80, 900, 50, 5}});
  audit.AddClass("dog", {{80, 100, 50, 25}});
  const AuditResult result = audit.Take();
  EXPECT_NEAR(result.all.precision, 0.86, 1e-9);
  EXPECT_EQ(result.all.right, 70U);
  // A class without an answer may be anything: 1000 more of 2000.
  audit.AddClass("cat", {{80, 1000, 1, 0}});
  audit.answers.labels.back() = LabelAnswer::kNone;
  const AuditResult wider = audit.Take();
  EXPECT_NEAR(wider.all.precision_interval.low, result.all.precision_interval.low / 2, 1e-9);
  EXPECT_NEAR(wider.all.precision_interval.high, result.all.precision_interval.high / 2 + 0.5,
              1e-9);
}

// Found by a box with an IoU of 0.5 or more of the same class, each object once.
TEST(EvaluateAudit, RecallOfWholeImages) {
  const AuditSample sample = SmallSample();
  AuditAnswers answers = NoAnswers(sample);
  answers.images[0].given = true;
  answers.images[0].objects = {{0, {10, 10, 20, 20}, false},  // found
                               {0, {50, 50, 70, 59}, false},  // IoU 0.45
                               {1, {50, 50, 70, 70}, false},  // another class
                               {0, {10, 10, 20, 21}, false},  // its box is taken
                               {0, {80, 0, 100, 80}, true}};  // no single object
  answers.images[1].given = true;
  const AuditResult result = EvaluateAudit(sample, answers, {});
  EXPECT_EQ(result.images_answered, 2U);
  EXPECT_EQ(result.classes[0].objects, 3U);
  EXPECT_EQ(result.classes[0].found, 1U);
  EXPECT_NEAR(result.classes[0].recall, 1.0 / 3, 1e-9);
  EXPECT_EQ(result.classes[1].objects, 1U);
  EXPECT_EQ(result.classes[1].found, 0U);
  EXPECT_EQ(result.all.objects, 4U);
  EXPECT_EQ(result.all.found, 1U);
  // One image says next to nothing.
  EXPECT_LT(result.classes[0].recall_interval.low, 0.02);
  EXPECT_GT(result.classes[0].recall_interval.high, 0.95);
  EXPECT_NEAR(result.classes[1].recall_interval.high, UpperShareBound(0, 1, 0.025), 1e-9);
}

// One threshold is one test: known answer 6 says 59.
TEST(EvaluateAudit, GuaranteesAThreshold) {
  Audit audit;
  audit.AddClass("car", {{80, 1000000, 59, 0}});
  const AuditResult result = audit.Take();
  EXPECT_EQ(result.classes_tested, 1U);
  EXPECT_EQ(result.classes[0].guaranteed_threshold, 0.8F);
  EXPECT_EQ(result.classes[0].guaranteed_labels, 1000000U);
  EXPECT_EQ(result.all.guaranteed_labels, 1000000U);
  Audit fewer;
  fewer.AddClass("car", {{80, 1000000, 58, 0}});
  EXPECT_FALSE(fewer.Take().classes[0].guaranteed_threshold);
}

// Low scores are wrong; from 0.7 up nothing was. Three thresholds are two tests.
TEST(EvaluateAudit, LeavesOutWhatIsTooOftenWrong) {
  Audit audit;
  audit.AddClass("car", {{30, 1000000, 60, 30}, {70, 1000000, 60, 0}, {90, 1000000, 60, 0}});
  const AuditResult result = audit.Take();
  EXPECT_EQ(result.classes[0].guaranteed_threshold, 0.7F);
  EXPECT_EQ(result.classes[0].guaranteed_labels, 2000000U);
}

// Two classes at 2.5 % each need 72 right ones; a third with 10 could not pass and takes no part.
TEST(EvaluateAudit, ClassesShareTheConfidence) {
  Audit audit;
  audit.AddClass("car", {{80, 1000000, 72, 0}});
  audit.AddClass("dog", {{80, 1000000, 72, 0}});
  audit.AddClass("cat", {{80, 1000000, 10, 0}});
  const AuditResult result = audit.Take();
  EXPECT_EQ(result.classes_tested, 2U);
  EXPECT_TRUE(result.classes[0].guaranteed_threshold);
  EXPECT_TRUE(result.classes[1].guaranteed_threshold);
  Audit fewer;
  fewer.AddClass("car", {{80, 1000000, 72, 0}});
  fewer.AddClass("dog", {{80, 1000000, 71, 0}});
  EXPECT_EQ(fewer.Take().classes_tested, 1U);  // the larger one, alone at 5 %
  EXPECT_TRUE(fewer.Take().classes[0].guaranteed_threshold);
  EXPECT_FALSE(fewer.Take().classes[1].guaranteed_threshold);
}

}  // namespace
}  // namespace prelabel
