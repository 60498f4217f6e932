// Expected values: counted by hand from report_fixture.h; the text is read by Boost.JSON.
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "tests/coordinator/report/report_fixture.h"

namespace prelabel {
namespace {

namespace json = boost::json;

TEST(ReportJson, HoldsTheCounts) {
  const json::value value = json::parse(FormatReportJson(SmallReport()));
  EXPECT_EQ(value.at("job").as_string(), "small <run>");
  EXPECT_EQ(value.at("totals").at("items").as_int64(), 5);
  EXPECT_EQ(value.at("totals").at("labels").as_int64(), 4);
  EXPECT_EQ(value.at("totals").at("quarantined").as_int64(), 1);
  const json::value& car = value.at("classes").at(0);
  EXPECT_EQ(car.at("id").as_int64(), 3);
  EXPECT_EQ(car.at("name").as_string(), "motor car");
  EXPECT_EQ(car.at("model_classes").at(0).as_string(), "car");
  EXPECT_EQ(car.at("labels").as_int64(), 4);
  EXPECT_EQ(car.at("label_scores").as_array().size(), 20U);
  EXPECT_NEAR(car.at("mean_score").as_double(), 0.810621, 2e-6);
  EXPECT_TRUE(value.at("classes").at(1).at("mean_score").is_null());
  EXPECT_EQ(value.at("sources").at(1).at("keyframe_every").as_int64(), 2);
  EXPECT_EQ(value.at("quarantined").at(0).at("item").as_string(), "bad.jpg");
  EXPECT_EQ(value.at("quarantined").at(0).at("reason").as_string(), "no picture & no text");
  EXPECT_EQ(value.at("run").at("retry").as_string(), "prelabel run 'a & b.yaml' --retry-failed");
}

TEST(ReportJson, WarningsStandWithTheirSource) {
  Report report = SmallReport();
  report.sources[1].warnings = {"road.avi: \"12\" frames", "odd"};
  const json::value value = json::parse(FormatReportJson(report));
  EXPECT_EQ(value.at("sources").at(1).at("warnings"),
            json::value({"road.avi: \"12\" frames", "odd"}));
  EXPECT_FALSE(value.at("sources").at(0).as_object().contains("warnings"));
}

TEST(ReportJson, SaysHowFarInterpolatedLabelsCanBeBelieved) {
  const json::value value = json::parse(FormatReportJson(BentReport()));
  const json::value& between = value.at("classes").at(0).at("between");
  EXPECT_EQ(between.at("boxes").as_int64(), 72);
  EXPECT_NEAR(between.at("mean_expected_iou").as_double(), 0.951082, 1e-6);  // 1 - 3.522115 / 72
  EXPECT_EQ(between.at("below_half").as_int64(), 0);
  EXPECT_EQ(between.at("left_out").at("count").as_int64(), 6);
  EXPECT_NEAR(between.at("left_out").at("mean_iou").as_double(), 0.721154, 1e-6);
  const json::array& by_gap = between.at("left_out").at("by_gap").as_array();
  ASSERT_EQ(by_gap.size(), 6U);
  EXPECT_EQ(by_gap[0].at("up_to").as_int64(), 2);
  EXPECT_TRUE(by_gap[0].at("mean_iou").is_null());
  EXPECT_EQ(by_gap[3].at("up_to").as_int64(), 20);
  EXPECT_EQ(by_gap[3].at("count").as_int64(), 6);
  EXPECT_TRUE(by_gap[5].at("up_to").is_null());
  EXPECT_FALSE(value.at("classes").at(1).as_object().contains("between"));

  EXPECT_EQ(value.at("wanted_keyframes").as_array().size(), 12U);
  const json::value& first = value.at("wanted_keyframes").at(0);
  EXPECT_EQ(first.at("video").as_string(), "bend");
  EXPECT_EQ(first.at("frame").as_int64(), 15);
  EXPECT_EQ(first.at("timestamp").as_double(), 1.5);  // ten frames a second
  EXPECT_EQ(first.at("worth").as_double(), 0.757);
  EXPECT_EQ(first.at("track_count").as_int64(), 1);
  const json::value& track = first.at("tracks").at(0);
  EXPECT_EQ(track.at("track_id").as_int64(), 1);
  EXPECT_EQ(track.at("class").as_string(), "car");
  EXPECT_EQ(track.at("from").as_int64(), 10);
  EXPECT_EQ(track.at("to").as_int64(), 20);
  EXPECT_EQ(track.at("expected_iou").as_double(), 0.849);  // 1 - 25 · .00605769
}

TEST(ReportJson, WithoutInterpolationNothingIsSaidOfIt) {
  const json::value value = json::parse(FormatReportJson(BentReport(InterpolationMethod::kNone)));
  EXPECT_FALSE(value.at("classes").at(0).as_object().contains("between"));
  EXPECT_TRUE(value.at("wanted_keyframes").as_array().empty());
}

TEST(ReportJson, OnlyTheKeyRunDiffersBetweenRuns) {
  RunInfo other;
  other.seconds = 99;
  other.resumed = true;
  other.workers = {"elsewhere"};
  json::value first = json::parse(FormatReportJson(SmallReport()));
  json::value second = json::parse(FormatReportJson(SmallReport(other)));
  EXPECT_NE(first, second);
  first.as_object().erase("run");
  second.as_object().erase("run");
  EXPECT_EQ(first, second);
}

TEST(ReportJson, AnEmptyDatasetIsValidJson) {
  json::error_code error;
  json::parse(FormatReportJson(Report{}), error);
  EXPECT_FALSE(error) << error.message();
}

TEST(ReportJson, NamesTheFileThatKeyframesAreFrom) {
  TestRun run;
  run.dataset.sources = {DrawnSource("road", 2, {{1, "car", {DrawnBox(0, {0, 0, 9, 9})}}})};
  const json::value value = json::parse(FormatReportJson(
      BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), {}, {})));
  EXPECT_EQ(value.at("sources").at(0).at("keyframes_from").as_string(), "drawn.xml");
  EXPECT_FALSE(value.at("sources").at(0).as_object().contains("keyframe_every"));
  EXPECT_EQ(value.at("totals").at("drawn").as_int64(), 2);
}

}  // namespace
}  // namespace prelabel
