#include "coordinator/stats/guaranteed_risk.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "common/base/random.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kMany = 1000000000;

// Known answer 6, the other way round: without an error, 59 show 95 % with 95 % confidence and 58
// do not; with one error 93 do.
TEST(GuaranteedRisk, OneThreshold) {
  const auto shown = [](std::uint64_t checked, std::uint64_t wrong) {
    const std::vector<SelectionStep> steps{{kMany, checked, wrong}};
    return SelectWithGuaranteedRisk(steps, 0.05, 0.05).has_value();
  };
  EXPECT_TRUE(shown(59, 0));
  EXPECT_FALSE(shown(58, 0));
  EXPECT_TRUE(shown(93, 1));
  EXPECT_FALSE(shown(92, 1));
  EXPECT_FALSE(shown(0, 0));
}

// Two tests at 2.5 % each: log 0.025 / log 0.95 = 71.9 without an error.
TEST(GuaranteedRisk, SharesItsConfidenceOverTheTests) {
  EXPECT_EQ(SelectionTests(1), 1U);
  EXPECT_EQ(SelectionTests(3), 2U);
  EXPECT_EQ(SelectionTests(15), 4U);
  std::vector<SelectionStep> steps{{kMany, 300, 100}, {kMany, 71, 0}, {kMany, 20, 0}};
  EXPECT_FALSE(SelectWithGuaranteedRisk(steps, 0.05, 0.05));
  steps[1].checked = 72;
  EXPECT_EQ(SelectWithGuaranteedRisk(steps, 0.05, 0.05), 1U);
  steps[0].wrong = 2;
  EXPECT_EQ(SelectWithGuaranteedRisk(steps, 0.05, 0.05), 0U);
}

// 70 without an error show it for all labels, whatever lies above, as 59 do where there is one
// threshold: those above could not pass a second test (72), and are not tried.
TEST(GuaranteedRisk, TriesWhatCouldPass) {
  std::vector<SelectionStep> steps{{kMany, 70, 0}, {kMany, 65, 0}, {kMany, 60, 0}, {kMany, 8, 0}};
  EXPECT_EQ(SelectWithGuaranteedRisk(steps, 0.05, 0.05), 0U);
  steps[0].wrong = 1;
  EXPECT_FALSE(SelectWithGuaranteedRisk(steps, 0.05, 0.05));
}

// All ten were looked at, and one is wrong: that is 10 %, for certain.
TEST(GuaranteedRisk, WhoLooksAtAllKnowsAll) {
  const std::vector<SelectionStep> steps{{10, 10, 1}};
  EXPECT_TRUE(SelectWithGuaranteedRisk(steps, 0.1, 0.05));
  EXPECT_FALSE(SelectWithGuaranteedRisk(steps, 0.09, 0.05));
}

// Scores are even in [0, 1) and a thing is wrong with the probability 0.4 (1 - score)^3: from the
// threshold t up that is a share of 0.1 (1 - t)^3, which is over 5 % below t = 0.206. Of 2,000
// samples of 400 the returned threshold may be too low in 5 %; the standard deviation of that share
// is 0.5 %.
TEST(GuaranteedRisk, HoldsAsOftenAsItSays) {
  constexpr int kSteps = 15;
  int broken = 0;
  int found = 0;
  for (int repetition = 0; repetition < 2000; ++repetition) {
    SplitMix64 random(static_cast<std::uint64_t>(repetition));
    std::vector<SelectionStep> steps(kSteps);
    for (int s = 0; s < kSteps; ++s) {
      steps[s].population = kMany / kSteps * static_cast<std::uint64_t>(kSteps - s);
    }
    for (int i = 0; i < 400; ++i) {
      const double score = random.Uniform();
      const bool wrong = random.Uniform() < 0.4 * std::pow(1 - score, 3);
      for (int s = 0; s <= static_cast<int>(score * kSteps); ++s) {
        ++steps[s].checked;
        steps[s].wrong += wrong ? 1 : 0;
      }
    }
    const auto lowest = SelectWithGuaranteedRisk(steps, 0.05, 0.05);
    found += lowest ? 1 : 0;
    broken += lowest && *lowest <= 3 ? 1 : 0;
  }
  EXPECT_LE(broken, 100);  // threshold 3 is 0.2
  EXPECT_GE(found, 1000);  // and it is of use
}

}  // namespace
}  // namespace prelabel
