// Expected values: worked by hand from link_input.h.
#include "coordinator/merge/link_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

LabelOptions Vehicles() {
  LabelOptions labels;
  labels.classes["car"] = {"vehicle", {}};
  labels.classes["truck"] = {"vehicle", 0.5F};
  return labels;
}

TEST(FilterPredictions, AppliesEachClassesThresholdAndDropsUnlistedClasses) {
  const LabelOptions labels = Vehicles();
  const ClassMap classes = BuildClassMap(labels, VehicleCard()).value();
  const Prediction dog{kDog, 0.9F, {0, 0, 10, 10}};
  const Prediction truck{kTruck, 0.49F, {100, 0, 110, 10}};
  const Prediction car{kCar, 0.3F, {200, 0, 210, 10}};
  const std::vector<Prediction> all = {dog, truck, car};
  EXPECT_THAT(FilterPredictions(all, classes.threshold_of_class, classes, labels),
              ElementsAre(car));
}

TEST(FilterPredictions, ClassesOfOneNameSuppressEachOther) {
  LabelOptions labels = Vehicles();
  const ClassMap classes = BuildClassMap(labels, VehicleCard()).value();
  const Prediction truck{kTruck, 0.8F, {0, 0, 10, 10}};
  const Prediction car{kCar, 0.7F, {0, 0, 10, 9}};  // IoU 0.9
  const std::vector<Prediction> all = {truck, car};
  EXPECT_THAT(FilterPredictions(all, classes.threshold_of_class, classes, labels),
              ElementsAre(truck));
  labels.nms = 0.95F;
  EXPECT_THAT(FilterPredictions(all, classes.threshold_of_class, classes, labels),
              ElementsAre(truck, car));
}

TEST(FilterPredictions, WhatPassedOncePassesAgainUnchanged) {
  LabelOptions labels;
  labels.max_per_image = 6;
  const ClassMap classes = BuildClassMap(labels, VehicleCard()).value();
  std::vector<Prediction> all;
  for (int i = 0; i < 40; ++i) {  // a row of boxes that overlap with their neighbours, scores tied
    const float x = static_cast<float>(i) * 1.5F;
    all.push_back({static_cast<std::uint16_t>(i % 3),
                   0.9F - 0.05F * static_cast<float>(i / 4),
                   {x, 0, x + 20, 20}});
  }
  const auto once = FilterPredictions(all, classes.threshold_of_class, classes, labels);
  EXPECT_EQ(once.size(), 6U);
  EXPECT_EQ(FilterPredictions(once, classes.threshold_of_class, classes, labels), once);
}

TEST(MakeLinkOptions, GivesOneThresholdANameAndNeverLinksLessThanIsWritten) {
  LabelOptions labels = Vehicles();
  const ClassMap classes = BuildClassMap(labels, VehicleCard()).value();
  // 10 frames a second (run_fixture.h), every 20th looked at.
  const LinkOptions options = MakeLinkOptions(labels, classes, VideoSource("v", 100, 20));
  EXPECT_THAT(options.class_thresholds, ElementsAre(0.3F, 2.0F, 2.0F));
  EXPECT_EQ(options.low_threshold, 0.1F);
  EXPECT_EQ(options.frame_rate, 10);
  EXPECT_EQ(options.follow_gap, 40);  // two looks, longer than a second
  EXPECT_EQ(options.max_gap, 80);     // four, longer than four seconds

  labels.classes["car"].threshold = 0.06F;
  const ClassMap lower = BuildClassMap(labels, VehicleCard()).value();
  const LinkOptions dense = MakeLinkOptions(labels, lower, VideoSource("v", 100, 1));
  EXPECT_EQ(dense.low_threshold, 0.06F);
  EXPECT_EQ(dense.follow_gap, 10);  // a second
  EXPECT_EQ(dense.max_gap, 40);     // four
}

TEST(FormatLinkOptions, ChangesWithEverythingThatLinksDependOn) {
  const LabelOptions labels = Vehicles();
  const auto format = [](const LabelOptions& options, std::int64_t every) {
    return FormatLinkOptions(options, BuildClassMap(options, VehicleCard()).value(),
                             VideoSource("v", 100, static_cast<int>(every)));
  };
  const std::string text = format(labels, 20);
  EXPECT_EQ(format(labels, 20), text);
  EXPECT_NE(format(labels, 40), text);
  LabelOptions changed = labels;
  changed.nms = 0.5F;
  EXPECT_NE(format(changed, 20), text);
  changed = labels;
  changed.max_per_image = 50;
  EXPECT_NE(format(changed, 20), text);
  changed = labels;
  changed.classes["truck"].threshold = 0.4F;
  EXPECT_NE(format(changed, 20), text);
  changed = labels;
  changed.classes.erase("truck");
  EXPECT_NE(format(changed, 20), text);
  changed = labels;
  changed.classes["truck"].to = "lorry";
  EXPECT_NE(format(changed, 20), text);
  changed = labels;  // a name alone moves no box
  changed.classes["car"].to = "motor";
  changed.classes["truck"].to = "motor";
  EXPECT_EQ(format(changed, 20), text);
}

TEST(CollectDetections, AscendsByFrameAndKeepsEmptyFrames) {
  TestRun run;
  run.dataset.sources = {VideoSource("road", 5, 1)};
  run.job.labels = Vehicles();
  const TaskId late = run.AddDetect(0, 3, 2);
  const TaskId early = run.AddDetect(0, 0, 2);
  run.AddDetect(0, 2, 1);  // no result
  const TaskId split = run.AddDetect(0, 2, 1);
  ASSERT_TRUE(run.store.CommitBatch({{}, {}, {}, {{split, {}}}}));
  const TaskId other_source = run.AddDetect(1, 0, 1);
  run.Commit(late, {Unreadable(3, "cut"), Seen(4, {})});
  run.Commit(early, {Seen(0, {{kCar, 0.9F, {0, 0, 10, 10}}, {kCar, 0.09F, {50, 0, 60, 10}}}),
                     Seen(1, {{kDog, 0.9F, {0, 0, 10, 10}}})});
  run.Commit(other_source, {Seen(0, {})});
  const auto frames =
      CollectDetections(run.store, SourceId(0), run.job.labels, run.Classes()).value();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].frame, 0);
  EXPECT_THAT(frames[0].predictions, ElementsAre(Prediction{kCar, 0.9F, {0, 0, 10, 10}}));
  EXPECT_EQ(frames[1].frame, 1);
  EXPECT_THAT(frames[1].predictions, IsEmpty());
  EXPECT_EQ(frames[2].frame, 4);
}

TEST(CollectDetections, ClassesOfOneNameAreLinkedAsOneAndNoneBelowItsOwnThreshold) {
  TestRun run;
  run.dataset.sources = {VideoSource("road", 1, 1)};
  run.job.labels = Vehicles();  // car 0.3, truck 0.5
  const Box a{0, 0, 10, 10};
  const Box b{50, 0, 60, 10};
  const Box c{100, 0, 110, 10};
  run.Commit(run.AddDetect(0, 0, 1),
             {Seen(0, {{kTruck, 0.6F, a}, {kTruck, 0.4F, b}, {kTruck, 0.2F, c}})});
  const auto frames =
      CollectDetections(run.store, SourceId(0), run.job.labels, run.Classes()).value();
  ASSERT_EQ(frames.size(), 1U);
  // 0.4 is below truck's 0.5 and would count as confident by the common 0.3.
  EXPECT_THAT(frames[0].predictions,
              ElementsAre(Prediction{kCar, 0.6F, a}, Prediction{kCar, 0.2F, c}));
}

}  // namespace
}  // namespace prelabel
