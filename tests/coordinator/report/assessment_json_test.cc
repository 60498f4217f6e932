// Expected values: set here, or read off tests/support/example_report.cc; Boost.JSON reads the
// text. tests/integration/report_schema_test.py holds the whole to its JSON Schema.
#include <limits>

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "coordinator/report/json_builder.h"
#include "tests/support/example_report.h"

namespace prelabel {
namespace {

namespace json = boost::json;

TEST(AssessmentJson, CarriesWhatThePageShows) {
  const json::value value = json::parse(FormatReportJson(ExampleReport()));
  EXPECT_EQ(value.at("format").as_int64(), 2);
  const json::value& assessment = value.at("assessment");
  EXPECT_EQ(assessment.at("verdict").as_string(), "review");
  EXPECT_EQ(assessment.at("routing").at("hours_saved").as_int64(), 213);
  EXPECT_EQ(assessment.at("routing").at("hours_saved_interval"), json::value({192, 227}));
  EXPECT_EQ(assessment.at("reference").at("objects").as_int64(), 36781);
  const json::value& car = assessment.at("classes").at(1);
  EXPECT_EQ(car.at("name").as_string(), "car");
  EXPECT_EQ(car.at("verdict").as_string(), "automate");
  EXPECT_TRUE(car.at("guaranteed").as_bool());
  EXPECT_DOUBLE_EQ(car.at("audit").at("guaranteed_threshold").as_double(), 0.46);
  EXPECT_FALSE(
      assessment.at("classes").at(2).at("audit").as_object().contains("guaranteed_threshold"));
  const json::value& shift = assessment.at("shift");
  EXPECT_EQ(shift.at("features").as_array().size(), 8U);
  EXPECT_EQ(shift.at("seed").as_int64(), 20240501);
  EXPECT_EQ(shift.at("run_scatter").as_array().size(), 600U);
  EXPECT_EQ(shift.at("unknown_images").at("excess").as_double(), 0.121);
}

TEST(AssessmentJson, WhatIsNotKnownIsNotThere) {
  const json::value value = json::parse(FormatReportJson(ExampleWithoutReference()));
  const json::object& assessment = value.at("assessment").as_object();
  EXPECT_TRUE(assessment.at("reference").is_null());
  EXPECT_EQ(assessment.at("no_reference").as_string(),
            "The job names no reference profile (report.reference).");
  EXPECT_FALSE(assessment.contains("shift"));
  EXPECT_FALSE(assessment.contains("audit"));
  const json::object& person = assessment.at("classes").at(0).as_object();
  EXPECT_FALSE(person.contains("auto_threshold"));
  EXPECT_FALSE(person.at("confidence").as_object().contains("expected_precision"));
  EXPECT_TRUE(person.at("confidence").at("curve").at(0).as_object().contains("kept"));
}

TEST(AssessmentJson, NumbersThatAreNoneAreNull) {
  EXPECT_EQ(JsonNumber(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(JsonNumber(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(JsonNumber(-0.0), "0");
  EXPECT_EQ(JsonNumber(1.0 / 3), "0.333333");
}

}  // namespace
}  // namespace prelabel
