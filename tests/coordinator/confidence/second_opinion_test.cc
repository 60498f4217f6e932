// Expected counts are worked out by hand from the definitions in second_opinion.h.
#include "coordinator/confidence/second_opinion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/plan/second_looks.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kFlip = 0;
constexpr std::size_t kColor = 1;
constexpr std::size_t kOther = 2;

// A model that knows dogs and cars, and zebras, under other numbers.
ModelCard OtherCard() {
  ModelCard card;
  card.name = "other";
  card.sha256 = "ab";
  card.classes = {"dog", "car", "zebra"};
  return card;
}

// labels, found, images
std::vector<std::uint64_t> Counts(const ClusteredShare& share) {
  return {share.labels, share.found, share.images};
}

class SecondOpinionTest : public ::testing::Test {
 protected:
  SecondOpinionTest() {
    run_.dataset.sources = {ImageSource("a", {"0.jpg", "1.jpg"})};
    run_.job.report.second_opinion = {200, {View::kColor, View::kFlip}, "/m/other.yaml"};
    EXPECT_TRUE(run_.store.PutMeta(kSecondModelKey, FormatSecondModel(OtherCard())));
    // Thresholds are 0.3: from 0.15 up a box is enough to find a label again.
    run_.Commit(run_.AddDetect(0, 0, 2),
                {Seen(0, {{kCar, 0.9F, {0, 0, 100, 100}},
                          {kCar, 0.5F, {200, 0, 300, 100}},
                          {kDog, 0.4F, {0, 200, 100, 300}},
                          {kTruck, 0.2F, {400, 0, 500, 100}}}),
                 Seen(1, {{kCar, 0.6F, {0, 0, 10, 10}}, {kTruck, 0.5F, {50, 50, 60, 60}}})});
    flip_ = run_.AddTask(TaskKind::kFlip, 0, 0, 2);
    run_.Commit(flip_, {Seen(0, {{kCar, 0.8F, {0, 0, 100, 80}},
                                 {kTruck, 0.35F, {400, 0, 500, 100}},
                                 {kCar, 0.16F, {200, 0, 300, 100}}}),
                        Seen(1, {{kCar, 0.6F, {20, 20, 30, 30}}})});
    run_.Commit(run_.AddTask(TaskKind::kColor, 0, 0, 2),
                {Seen(0, {{kCar, 0.9F, {0, 0, 100, 100}},
                          {kDog, 0.4F, {0, 200, 100, 300}},
                          {kCar, 0.1F, {200, 0, 300, 100}}}),
                 Unreadable(1, "cut")});
    run_.Commit(run_.AddTask(TaskKind::kSecondModel, 0, 0, 2),
                {Seen(0, {{1, 0.9F, {0, 0, 100, 100}},
                          {2, 0.9F, {0, 0, 100, 100}},
                          {0, 0.31F, {0, 200, 100, 300}}}),
                 Seen(1, {})});
  }

  std::optional<SecondOpinionResult> Collect(std::optional<ModelCard> second = OtherCard()) {
    return CollectSecondOpinion(run_.store, run_.dataset, run_.job, run_.Classes(), second).value();
  }

  TestRun run_;
  TaskId flip_;
};

TEST_F(SecondOpinionTest, CountsWhatIsFoundAgain) {
  const SecondOpinionResult result = Collect().value();
  EXPECT_THAT(result.views, ElementsAre(View::kFlip, View::kColor, View::kSecondModel));
  EXPECT_EQ(result.sampled, 2U);
  EXPECT_THAT(result.looked, ElementsAre(2, 1, 2));
  EXPECT_EQ(result.second_model, "other");
  EXPECT_THAT(result.damaged, IsEmpty());
  ASSERT_EQ(result.classes.size(), 3U);

  const ViewAgreement& car = result.classes[kCar].views[kFlip];
  EXPECT_THAT(Counts(car.again), ElementsAre(3, 2, 2));
  EXPECT_NEAR(car.MeanIou(), 0.9, 1e-6);            // 0.8 and 1
  EXPECT_NEAR(car.MeanScoreChange(), -0.22, 1e-6);  // 0.9 to 0.8, 0.5 to 0.16
  EXPECT_THAT(Counts(car.back), ElementsAre(2, 1, 2));
  EXPECT_THAT(Counts(result.classes[kDog].views[kFlip].again), ElementsAre(1, 0, 1));
  EXPECT_EQ(result.classes[kDog].views[kFlip].MeanIou(), 0);
  EXPECT_THAT(Counts(result.classes[kTruck].views[kFlip].again), ElementsAre(1, 0, 1));
  EXPECT_THAT(Counts(result.classes[kTruck].views[kFlip].back), ElementsAre(1, 1, 1));
  EXPECT_THAT(Counts(result.all.views[kFlip].again), ElementsAre(5, 2, 2));

  EXPECT_THAT(Counts(result.classes[kCar].views[kColor].again), ElementsAre(2, 1, 1));
  EXPECT_THAT(Counts(result.all.views[kColor].again), ElementsAre(3, 2, 1));
}

// Only the first picture was looked at in every change.
TEST_F(SecondOpinionTest, StableIsWhatEveryChangeFinds) {
  const SecondOpinionResult result = Collect().value();
  EXPECT_THAT(Counts(result.classes[kCar].stable), ElementsAre(2, 1, 1));
  EXPECT_THAT(Counts(result.classes[kDog].stable), ElementsAre(1, 0, 1));
  EXPECT_THAT(Counts(result.classes[kTruck].stable), ElementsAre(0, 0, 0));
  EXPECT_THAT(Counts(result.all.stable), ElementsAre(3, 1, 1));
}

TEST_F(SecondOpinionTest, ModelsAreComparedByNameWhereBothHaveAClass) {
  const SecondOpinionResult result = Collect().value();
  EXPECT_TRUE(result.classes[kCar].in_second_model);
  EXPECT_TRUE(result.classes[kDog].in_second_model);
  EXPECT_FALSE(result.classes[kTruck].in_second_model);
  EXPECT_THAT(Counts(result.classes[kCar].views[kOther].again), ElementsAre(3, 1, 2));
  EXPECT_THAT(Counts(result.classes[kDog].views[kOther].again), ElementsAre(1, 1, 1));
  EXPECT_THAT(Counts(result.classes[kTruck].views[kOther].again), ElementsAre(0, 0, 0));
  EXPECT_THAT(Counts(result.all.views[kOther].again), ElementsAre(4, 2, 2));
  EXPECT_THAT(Counts(result.all.views[kOther].back), ElementsAre(2, 2, 1));
}

TEST_F(SecondOpinionTest, FollowsTheRulesForClasses) {
  // Cars and trucks are one thing for the first model; the other one has no trucks.
  run_.job.labels.classes = {{"car", {"vehicle", 0.55F}}, {"truck", {"vehicle", std::nullopt}}};
  const SecondOpinionResult result = Collect().value();
  ASSERT_EQ(result.classes.size(), 1U);
  EXPECT_TRUE(result.classes[0].in_second_model);
  // 0.9 in the first picture; 0.6 and the truck in the second.
  EXPECT_THAT(Counts(result.classes[0].views[kOther].again), ElementsAre(3, 1, 2));
  EXPECT_THAT(Counts(result.classes[0].views[kOther].back), ElementsAre(1, 1, 1));
}

TEST_F(SecondOpinionTest, ResultsOfAnotherSecondModelSayNothing) {
  ModelCard third = OtherCard();
  third.sha256 = "cd";
  const SecondOpinionResult result = Collect(third).value();
  EXPECT_TRUE(result.second_model_changed);
  EXPECT_THAT(result.views, ElementsAre(View::kFlip, View::kColor));
  EXPECT_FALSE(Collect()->second_model_changed);
}

TEST_F(SecondOpinionTest, NothingUnlessTheJobAsks) {
  run_.job.report.second_opinion.reset();
  EXPECT_FALSE(Collect().has_value());
}

TEST_F(SecondOpinionTest, DamagedResultsAreLeftOutAndNamed) {
  run_.store.Damage(flip_);
  const SecondOpinionResult result = Collect().value();
  EXPECT_THAT(result.damaged, ElementsAre(flip_));
  EXPECT_THAT(result.looked, ElementsAre(0, 1, 2));
  EXPECT_EQ(result.all.views[kFlip].again.labels, 0U);
  EXPECT_EQ(result.all.stable.labels, 0U);  // no picture was seen in every change
}

TEST_F(SecondOpinionTest, OnlyTheJobsSampleIsJudged) {
  run_.job.report.second_opinion->images = 1;
  const std::uint64_t item = SampleItems(run_.dataset, 1).at(SourceId(0)).at(0);
  const SecondOpinionResult result = Collect().value();
  EXPECT_EQ(result.sampled, 1U);
  EXPECT_EQ(result.all.views[kFlip].again.labels, item == 0 ? 3U : 2U);
}

TEST_F(SecondOpinionTest, LabelsDoNotDependOnIt) {
  const auto items = run_.Merge();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].labels.size(), 3U);  // 0.9, 0.5 and 0.4, not the truck of 0.35 in the mirror
  EXPECT_EQ(items[1].labels.size(), 2U);
  EXPECT_TRUE(items[1].error.empty()) << "an image that a second look cannot read is labeled";
}

// Two people side by side must not both be found in one box.
TEST(FindAgain, EachBoxIsFoundOnce) {
  const std::vector<SeenBox> labels = {{0, 0.9F, {0, 0, 10, 10}}, {0, 0.8F, {1, 0, 11, 10}}};
  const std::vector<SeenBox> one = {{0, 0.5F, {0, 0, 10, 10}}};
  EXPECT_THAT(FindAgain(labels, one), ElementsAre(0, -1));
  const std::vector<SeenBox> two = {{0, 0.9F, {2, 0, 12, 10}}, {0, 0.5F, {0, 0, 10, 10}}};
  EXPECT_THAT(FindAgain(labels, two), ElementsAre(1, 0));
}

TEST(FindAgain, NeedsTheCategoryAndHalfTheArea) {
  const std::vector<SeenBox> label = {{1, 0.9F, {0, 0, 10, 10}}};
  EXPECT_THAT(FindAgain(label, std::vector<SeenBox>{{0, 0.9F, {0, 0, 10, 10}}}), ElementsAre(-1));
  EXPECT_THAT(FindAgain(label, std::vector<SeenBox>{{1, 0.9F, {0, 0, 10, 5}}}), ElementsAre(0));
  EXPECT_THAT(FindAgain(label, std::vector<SeenBox>{{1, 0.9F, {0, 0, 10, 4.9F}}}), ElementsAre(-1));
}

}  // namespace
}  // namespace prelabel
