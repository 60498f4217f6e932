// Counts are worked out by hand from the boxes below; the interval is from a few lines of Python
// over the formulas in clustered_share.h.
#include "coordinator/confidence/own_labels.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

constexpr int kPerson = 0;
constexpr int kVehicle = 1;
// Positions in OwnLabelStats::names() below.
constexpr std::uint16_t kPersonName = 0;
constexpr std::uint16_t kVehicleName = 1;
constexpr std::uint16_t kTruckName = 3;

// A car and a truck are written as vehicles, a dog is not written.
std::vector<std::string> ModelClasses() { return {"person", "car", "truck", "dog"}; }
ClassMap Written() {
  ClassMap classes;
  classes.categories = {{1, "person"}, {3, "vehicle"}};
  classes.category_of_class = {0, 1, 1, -1};
  classes.threshold_of_class = {0.3F, 0.3F, 0.3F, 2};
  return classes;
}

Label LabelOf(int category, float score, const Box& box, Route route = Route::kReview) {
  Label label{category, score, box};
  label.route = route;
  return label;
}

LabeledItem ItemOf(std::uint32_t source, std::vector<Label> labels) {
  LabeledItem item;
  item.source = SourceId(source);
  item.width = 640;
  item.height = 480;
  item.labels = std::move(labels);
  return item;
}

// objects, labels, right
std::vector<std::uint64_t> Counts(const ClassAgreement& of) {
  EXPECT_EQ(of.precision.found, of.recall.found);
  return {of.recall.labels, of.precision.labels, of.precision.found};
}

class OwnLabelsTest : public ::testing::Test {
 protected:
  // Two people and a car, of whom one person is labeled twice, and a crowd.
  void AddStreet(OwnLabelStats& stats) {
    stats.Add(ItemOf(0, {LabelOf(kPerson, 0.9F, {0, 0, 100, 100}, Route::kAuto),
                         LabelOf(kPerson, 0.8F, {0, 0, 100, 90}, Route::kAuto),
                         LabelOf(kPerson, 0.5F, {420, 20, 480, 120}),
                         LabelOf(kVehicle, 0.7F, {0, 210, 100, 310}, Route::kAuto),
                         LabelOf(kVehicle, 0.4F, {300, 300, 400, 400})}),
              std::vector<TruthObject>{{kPersonName, {0, 0, 100, 100}},
                                       {kPersonName, {200, 0, 300, 100}},
                                       {kTruckName, {0, 200, 100, 300}},
                                       {kPersonName, {400, 0, 600, 200}, true}});
  }
  void AddNobody(OwnLabelStats& stats) {
    stats.Add(ItemOf(0, {LabelOf(kPerson, 0.6F, {0, 0, 9, 9})}), {});
  }
  void AddPair(OwnLabelStats& stats) {
    stats.Add(
        ItemOf(0, {LabelOf(kPerson, 0.6F, {0, 0, 50, 50}),
                   LabelOf(kPerson, 0.5F, {60, 0, 110, 50}, Route::kAuto)}),
        std::vector<TruthObject>{{kPersonName, {60, 0, 110, 50}}, {kPersonName, {0, 0, 50, 50}}});
  }
  OwnLabels Finish(const OwnLabelStats& stats) {
    return stats.Finish(
        [this](SourceId source) -> const std::set<std::string>& { return named_[source.value]; });
  }

  const ClassMap classes_ = Written();
  std::vector<std::set<std::string>> named_{{"person", "truck", "zebra"}, {"person"}};
};

TEST_F(OwnLabelsTest, NamesAreWhatIsWrittenAndWhatItIsWrittenFor) {
  EXPECT_THAT(OwnLabelStats(classes_, ModelClasses()).names(),
              ElementsAre("person", "vehicle", "car", "truck"));
}

TEST_F(OwnLabelsTest, CountsByClassAndTogether) {
  OwnLabelStats stats(classes_, ModelClasses());
  AddStreet(stats);
  AddNobody(stats);
  AddPair(stats);
  const OwnLabels own = Finish(stats);
  EXPECT_EQ(own.images, 3U);
  EXPECT_EQ(own.empty, 1U);
  const ClassAgreement& person = own.classes[kPerson];
  EXPECT_THAT(Counts(person), ElementsAre(4, 5, 3));
  EXPECT_EQ(person.ignored, 1U);
  EXPECT_EQ(person.automated.labels, 3U);
  EXPECT_EQ(person.automated.found, 2U);
  EXPECT_DOUBLE_EQ(person.precision.Share(), 0.6);
  EXPECT_DOUBLE_EQ(person.recall.Share(), 0.75);
  EXPECT_EQ(person.precision.images, 3U);
  EXPECT_EQ(person.recall.images, 2U);
  // The IoU of the truck and the box that is 10 lower is 90 / 110.
  EXPECT_THAT(Counts(own.classes[kVehicle]), ElementsAre(1, 2, 1));
  EXPECT_THAT(Counts(own.all), ElementsAre(5, 7, 4));
  EXPECT_EQ(own.all.ignored, 1U);
  EXPECT_EQ(own.all.automated.labels, 4U);
  EXPECT_EQ(own.all.automated.found, 3U);
  EXPECT_TRUE(own.all.named);
  // 2 of 4, 0 of 1 and 2 of 2 labels; 2 of 3 and 2 of 2 objects.
  EXPECT_NEAR(own.all.precision.Interval95().low, 0.2504583645276572, 1e-9);
  EXPECT_NEAR(own.all.precision.Interval95().high, 0.8417801447485302, 1e-9);
  EXPECT_NEAR(own.all.recall.Interval95().low, 0.3755346297625253, 1e-9);
  EXPECT_NEAR(own.all.recall.Interval95().high, 0.9637758913675698, 1e-9);
}

TEST_F(OwnLabelsTest, OrderDoesNotMatter) {
  OwnLabelStats forth(classes_, ModelClasses());
  AddStreet(forth);
  AddNobody(forth);
  AddPair(forth);
  OwnLabelStats back(classes_, ModelClasses());
  AddPair(back);
  AddNobody(back);
  AddStreet(back);
  EXPECT_EQ(Finish(forth).all, Finish(back).all);
  EXPECT_EQ(Finish(forth).classes, Finish(back).classes);
}

// Nobody drew vehicles in the second source, so that nothing is known about labels of them.
TEST_F(OwnLabelsTest, WhatASourceDoesNotNameIsNotWrong) {
  OwnLabelStats stats(classes_, ModelClasses());
  stats.Add(ItemOf(1, {LabelOf(kPerson, 0.9F, {0, 0, 100, 100}, Route::kAuto),
                       LabelOf(kVehicle, 0.9F, {0, 0, 100, 100}, Route::kAuto)}),
            std::vector<TruthObject>{{kPersonName, {0, 0, 100, 100}}});
  OwnLabels own = Finish(stats);
  EXPECT_TRUE(own.classes[kPerson].named);
  EXPECT_FALSE(own.classes[kVehicle].named);
  EXPECT_EQ(own.classes[kVehicle].unjudged, 1U);
  EXPECT_THAT(Counts(own.classes[kVehicle]), ElementsAre(0, 0, 0));
  EXPECT_THAT(Counts(own.all), ElementsAre(1, 1, 1));
  EXPECT_EQ(own.all.unjudged, 1U);
  EXPECT_EQ(own.all.automated.labels, 1U);

  // In the first source, which calls some of them trucks, a vehicle where none is, is wrong.
  stats.Add(ItemOf(0, {LabelOf(kVehicle, 0.9F, {0, 0, 100, 100})}), {});
  own = Finish(stats);
  EXPECT_TRUE(own.classes[kVehicle].named);
  EXPECT_EQ(own.classes[kVehicle].unjudged, 1U);
  EXPECT_THAT(Counts(own.classes[kVehicle]), ElementsAre(0, 1, 0));
}

TEST_F(OwnLabelsTest, WholePicturesShowWhatTheirObjectsAre) {
  ClassMap classes = classes_;
  classes.whole_pictures = true;
  OwnLabelStats stats(classes, ModelClasses());
  const Box all{0, 0, 640, 480};
  // A crowd of vehicles shows vehicles.
  const std::vector<TruthObject> objects{{kPersonName, {0, 0, 10, 10}},
                                         {kPersonName, {20, 0, 30, 10}},
                                         {kVehicleName, {100, 0, 300, 100}, true}};
  stats.Add(ItemOf(0, {LabelOf(kPerson, 0.9F, all)}), objects);
  stats.Add(ItemOf(0, {LabelOf(kVehicle, 0.9F, all)}),
            std::vector<TruthObject>{{kPersonName, {0, 0, 10, 10}}});
  const OwnLabels own = Finish(stats);
  EXPECT_TRUE(own.whole_pictures);
  EXPECT_THAT(Counts(own.classes[kPerson]), ElementsAre(2, 1, 1));
  EXPECT_THAT(Counts(own.classes[kVehicle]), ElementsAre(1, 1, 0));
  EXPECT_THAT(Counts(own.all), ElementsAre(3, 2, 1));
}

}  // namespace
}  // namespace prelabel
