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
  EXPECT_NEAR(car.at("mean_score").as_double(), 0.8125, 1e-6);
  EXPECT_TRUE(value.at("classes").at(1).at("mean_score").is_null());
  EXPECT_EQ(value.at("sources").at(1).at("keyframe_every").as_int64(), 2);
  EXPECT_EQ(value.at("quarantined").at(0).at("item").as_string(), "bad.jpg");
  EXPECT_EQ(value.at("quarantined").at(0).at("reason").as_string(), "no picture & no text");
  EXPECT_EQ(value.at("run").at("retry").as_string(), "prelabel run 'a & b.yaml' --retry-failed");
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
