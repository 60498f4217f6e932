// Expected values: hand calculation.
#include "coordinator/cli/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Cars and trucks are written as vehicles, cats are dropped.
ClassMap Vehicles() {
  ClassMap classes;
  classes.categories = {{1, "vehicle"}, {2, "person"}};
  classes.category_of_class = {0, 0, 1, -1};
  classes.threshold_of_class = {0.3F, 0.6F, 0.5F, 2};
  return classes;
}

ItemResult Street() {
  ItemResult item;
  item.predictions = {{2, 0.95F, {0, 0, 10, 10}},      // a person
                      {1, 0.8F, {100, 0, 200, 50}},    // a truck
                      {0, 0.75F, {101, 0, 200, 50}},   // the same as a car: one vehicle
                      {3, 0.7F, {0, 100, 50, 150}},    // a cat
                      {1, 0.55F, {300, 0, 400, 50}},   // under the trucks' threshold
                      {2, 0.3F, {500, 0, 510, 10}},    // under the people's threshold
                      {0, 0.25F, {600, 0, 610, 10}}};  // under the cars' threshold
  return item;
}

PlanSummary Summary() {
  PlanSummary plan;
  plan.job = "street";
  PlannedSource photos;
  photos.name = "photos";
  photos.items = 1200;
  photos.looked_at = 1200;
  PlannedSource clip;
  clip.kind = SourceKind::kVideo;
  clip.name = "clip";
  clip.items = 800;
  clip.looked_at = 160;
  clip.adaptive = true;
  plan.sources = {photos, clip};
  plan.detect_tasks = 170;
  plan.link_tasks = 1;
  plan.model = "detector";
  plan.model_classes = 4;
  plan.dropped = {"cat"};
  plan.categories.resize(2);
  plan.categories[0].name = "vehicle";
  plan.categories[0].model_classes = {"car", "truck"};
  plan.categories[0].thresholds = {0.3F, 0.6F};
  plan.categories[1].name = "person";
  plan.categories[1].model_classes = {"person"};
  plan.categories[1].thresholds = {0.5F};
  return plan;
}

TEST(CountKept, CountsLabelsFromEachThresholdUp) {
  PlanSummary plan = Summary();
  LabelOptions labels;
  CountKept(Street(), Vehicles(), labels, plan.categories);
  // 0.1, 0.3, 0.5, 0.7, 0.9
  EXPECT_THAT(plan.categories[0].kept, ElementsAre(3, 2, 2, 1, 0));
  EXPECT_EQ(plan.categories[0].kept_by_job, 1u);
  EXPECT_THAT(plan.categories[1].kept, ElementsAre(2, 2, 1, 1, 1));
  EXPECT_EQ(plan.categories[1].kept_by_job, 1u);
  CountKept(Street(), Vehicles(), labels, plan.categories);
  EXPECT_EQ(plan.categories[0].kept[0], 6u);
}

TEST(FormatPlan, WithoutASample) {
  const std::string text = FormatPlan(Summary());
  EXPECT_THAT(text, HasSubstr("street: 2,000 items in 2 sources; the model looks at at most 1,360, "
                              "in 170 tasks and 1 link task"));
  EXPECT_THAT(text, HasSubstr("model detector: 4 classes, of which labels are made of 3"));
  EXPECT_THAT(text, HasSubstr("car, truck"));
  EXPECT_THAT(text, HasSubstr("0.30-0.60"));
  EXPECT_THAT(text, HasSubstr("dropped: cat"));
  EXPECT_THAT(text, Not(HasSubstr("sample")));
  EXPECT_THAT(text, Not(HasSubstr("kept")));
}

TEST(FormatPlan, TimeGrowsWithTheDataset) {
  PlanSummary plan = Summary();
  plan.categories[0].kept = {30, 20, 10, 5, 1};
  plan.categories[0].kept_by_job = 18;
  plan.sample.emplace();
  plan.sample->items = 32;
  plan.sample->items_per_second = 0.5;
  plan.sample->model_seconds_per_item = 2;
  plan.sample->workers = 2;
  plan.sample->device = "cuda:Test";
  std::string text = FormatPlan(plan);
  // 1,360 items at 0.5 a second are 2,720 s; 2 s of a device for each are 0.756 hours.
  EXPECT_THAT(text, HasSubstr("sample: 32 items of 1,360, drawn by lot\n"));
  EXPECT_THAT(text, HasSubstr("about 45 minutes for 1,360 items at 0.5 items/s, with 2 workers"));
  EXPECT_THAT(text, HasSubstr("2000.0 ms an item on one cuda:Test device, 0.8 hours for all"));
  EXPECT_THAT(text, HasSubstr("    18      30      20      10       5       1\n"));
  EXPECT_THAT(text, HasSubstr("1 more has nothing in the sample"));  // people
  // What the store does not keep cannot be counted.
  plan.raw_threshold = 0.2F;
  EXPECT_THAT(FormatPlan(plan), HasSubstr("    18      20      10       5       1\n"));
}

TEST(FormatPlan, SaysWhatIsMissing) {
  PlanSummary plan = Summary();
  plan.sources[1].error = "clip.avi: no such file";
  plan.gaps = {{"forklift", {"fork"}}};
  plan.sample.emplace();
  plan.sample->items = 32;
  plan.sample->failed = 1;
  plan.sample->failures = {"a.jpg: is not a picture"};
  const std::string text = FormatPlan(plan);
  EXPECT_THAT(text, HasSubstr("cannot be read: clip.avi: no such file"));
  EXPECT_THAT(text, HasSubstr("wanted, but nothing gives it: forklift (nearest: fork)"));
  EXPECT_THAT(text, HasSubstr("1 could not be labeled:\n  a.jpg: is not a picture\n"));
  EXPECT_THAT(text, Not(HasSubstr("time:")));
}

}  // namespace
}  // namespace prelabel
