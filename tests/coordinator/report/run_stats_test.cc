// Expected values: counted by hand from report_fixture.h.
#include "coordinator/report/run_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/report/report_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;

TEST(ScoreBin, SplitsTheUnitIntervalIntoTwenty) {
  EXPECT_EQ(ScoreBin(0.0F), 0U);
  EXPECT_EQ(ScoreBin(0.0625F), 1U);
  EXPECT_EQ(ScoreBin(0.5F), 10U);
  EXPECT_EQ(ScoreBin(0.999F), 19U);
  EXPECT_EQ(ScoreBin(1.0F), 19U);
}

TEST(RunStats, CountsAClass) {
  TestRun run;
  FillSmallRun(run);
  const RunTotals totals = Count(run);
  ASSERT_EQ(totals.classes.size(), 2U);
  const ClassStats& car = totals.classes[0];
  EXPECT_EQ(car.raw_predictions, 3U);
  EXPECT_EQ(car.labels, 4U);
  EXPECT_EQ(car.interpolated, 1U);
  EXPECT_EQ(car.images, 4U);
  EXPECT_EQ(car.tracks, 1U);
  EXPECT_NEAR(car.MeanScore(), 0.810621, 2e-6);
  EXPECT_EQ(car.raw_scores[15], 1U);
  EXPECT_EQ(car.raw_scores[16] + car.raw_scores[15] + car.raw_scores[18] + car.raw_scores[17], 3U);
  const ClassStats& dog = totals.classes[1];
  EXPECT_EQ(dog.raw_predictions, 1U);
  EXPECT_EQ(dog.raw_scores[1], 1U);
  EXPECT_EQ(dog.labels, 0U);
  EXPECT_EQ(dog.MeanScore(), 0);
}

TEST(RunStats, CountsItemsBySourceAndNamesTheQuarantined) {
  TestRun run;
  FillSmallRun(run);
  const RunTotals totals = Count(run);
  EXPECT_EQ(totals.all, (SourceStats{5, 3, 4, 4, 1, 1}));
  EXPECT_THAT(totals.sources,
              ElementsAre(SourceStats{2, 1, 1, 1, 0, 1}, SourceStats{3, 2, 3, 3, 1, 0}));
  EXPECT_EQ(totals.raw_predictions, 5U);
  EXPECT_EQ(totals.dropped_predictions, 1U);
  EXPECT_THAT(totals.quarantined,
              ElementsAre(QuarantinedItem{SourceId(0), 1, "no picture & no text"}));
}

TEST(RunStats, PartsAddUpToTheWholeInAnyOrder) {
  for (const auto fill : {FillSmallRun, FillBentRun}) {
    TestRun run;
    fill(run);
    const ClassMap classes = run.Classes();
    RunStats odd(2, classes);
    RunStats even(2, classes);
    int n = 0;
    ASSERT_TRUE(run.Visit([&](const LabeledItem& item) -> Result<void> {
      (n++ % 2 == 0 ? even : odd).Add(item);
      return Ok();
    }));
    const RunTotals whole = Count(run);
    RunStats one = odd;
    one.Merge(even);
    EXPECT_EQ(one.Finish(), whole);
    even.Merge(odd);
    EXPECT_EQ(even.Finish(), whole);
  }
}

TEST(RunStats, SaysWhatInterpolationCostsAndWhereAKeyframeHelps) {
  TestRun run;
  FillBentRun(run);
  const RunTotals totals = Count(run);
  const ClassTrust& car = totals.classes[0].trust;
  EXPECT_EQ(car.between, 72U);
  EXPECT_EQ(totals.classes[0].interpolated, 72U);
  EXPECT_NEAR(car.MeanExpectedIou(), 1 - 165 * (12.0 / 13 + 6.0 / 13 + 0.75) / 100 / 72, 1e-6);
  EXPECT_EQ(car.hold_outs[GapBucket(20)].count, 6U);
  EXPECT_NEAR(car.AllHoldOuts().MeanIou(), (3 + 14.0 / 13 + 0.25) / 6, 1e-6);
  EXPECT_EQ(totals.classes[1].trust, ClassTrust{});
  std::vector<std::int64_t> frames;
  for (const WantedKeyframe& wanted : totals.wanted) {
    EXPECT_EQ(wanted.source, SourceId(1));
    frames.push_back(wanted.help.frame);
  }
  EXPECT_THAT(frames, ElementsAre(15, 25, 5, 35, 12, 17, 22, 27, 2, 7, 32, 37));
  EXPECT_NEAR(totals.wanted[0].help.worth, 1.25 * (6.0 / 13 + 0.75) / 2, 1e-6);
}

TEST(RunStats, KeepsTheFramesOfMostWorthOfAllVideos) {
  RunStats stats(3, BuildClassMap({}, VehicleCard()).value());
  for (std::uint32_t s = 3; s-- > 0;) {
    VideoTrust trust;
    for (std::int64_t f = 0; f < 30; ++f) {
      trust.frames.push_back({f, s == 0 ? 1.0 : 2.0, 0, {}});
    }
    LabeledItem item;
    item.source = SourceId(s);
    item.trust = &trust;
    stats.Add(item);
  }
  const std::vector<WantedKeyframe> wanted = stats.Finish().wanted;
  ASSERT_EQ(wanted.size(), RunStats::kWantedKept);
  EXPECT_EQ(wanted[0].source, SourceId(1));
  EXPECT_EQ(wanted[29].help.frame, 29);
  EXPECT_EQ(wanted[30].source, SourceId(2));
  EXPECT_EQ(wanted[49].help.frame, 19);
}

TEST(RunStats, KeepsTheFirstOfManyQuarantinedItems) {
  const ClassMap classes = BuildClassMap({}, VehicleCard()).value();
  RunStats stats(1, classes);
  LabeledItem item;
  item.error = "bad";
  for (std::uint64_t i = 1000; i-- > 0;) {
    item.item = i;
    stats.Add(item);
  }
  const RunTotals totals = stats.Finish();
  EXPECT_EQ(totals.all.quarantined, 1000U);
  ASSERT_EQ(totals.quarantined.size(), RunStats::kQuarantinedKept);
  EXPECT_EQ(totals.quarantined.front().item, 0U);
  EXPECT_EQ(totals.quarantined.back().item, RunStats::kQuarantinedKept - 1);
}

TEST(RunStats, FramesThatAPersonDrewInAreNotLeftUnseen) {
  TestRun run;
  run.dataset.sources = {DrawnSource(
      "road", 5, {{1, "car", {DrawnBox(1, {0, 0, 9, 9}), DrawnBox(4, {3, 0, 12, 9})}}})};
  const RunTotals totals = Count(run);
  EXPECT_EQ(totals.all.items, 5U);
  EXPECT_EQ(totals.all.drawn, 5U);
  EXPECT_EQ(totals.all.looked_at, 0U);
  EXPECT_EQ(totals.all.labeled, 4U);
  EXPECT_EQ(totals.all.labels, 4U);
  EXPECT_EQ(totals.all.interpolated, 2U);
  EXPECT_EQ(totals.all.quarantined, 0U);
}

}  // namespace
}  // namespace prelabel
