// Expected values: counted by hand; the texts are what a reader must find.
#include "coordinator/report/duplicates_report.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "coordinator/profile/duplicates.h"
#include "coordinator/report/report.h"
#include "tests/coordinator/report/report_fixture.h"
#include "tests/support/example_report.h"

namespace prelabel {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Two folders with a picture `a.jpg` each, which names tell apart by the folder's.
Dataset TwoFolders() {
  Dataset dataset;
  dataset.sources = {ImageSource("day", {"a.jpg", "b.jpg"}), ImageSource("night", {"a.jpg"})};
  return dataset;
}

TEST(DuplicatesReport, NamesAreThoseOfTheLabels) {
  DuplicateImages found;
  found.images = 3;
  found.same.compared = 3;
  found.same.groups = {{{{SourceId(0), 0}, {SourceId(1), 0}}, 1.0F}};
  const DuplicatesReport report = NameDuplicates(found, TwoFolders());
  EXPECT_EQ(report.images, 3U);
  EXPECT_EQ(report.same.groups, 1U);
  EXPECT_EQ(report.same.extra, 1U);
  ASSERT_EQ(report.same.largest.size(), 1U);
  EXPECT_THAT(report.same.largest[0].names, ElementsAre("day/a.jpg", "night/a.jpg"));
  EXPECT_FALSE(report.near.has_value());
}

TEST(DuplicatesReport, CountsWhatItDoesNotName) {
  std::vector<std::string> files;
  DuplicateImages found;
  found.near = SimilarImages{};
  for (std::uint64_t group = 0; group < 60; ++group) {
    SimilarGroup& similar = found.near->groups.emplace_back();
    for (std::uint64_t i = 0; i < 12; ++i) {
      similar.images.push_back({SourceId(0), files.size()});
      files.push_back(std::to_string(1000 + files.size()) + ".jpg");
    }
  }
  Dataset dataset;
  dataset.sources = {ImageSource("photos", files)};
  const SimilarReport near = *NameDuplicates(found, dataset).near;
  EXPECT_EQ(near.groups, 60U);
  EXPECT_EQ(near.extra, 660U);
  EXPECT_EQ(near.largest.size(), 50U);
  EXPECT_EQ(near.largest[0].images, 12U);
  EXPECT_EQ(near.largest[0].names.size(), 10U);
  EXPECT_EQ(near.largest[0].names.back(), "1009.jpg");
}

TEST(DuplicatesReport, StandsInReportJson) {
  const json::value value = json::parse(FormatReportJson(ExampleReport()));
  const json::value& duplicates = value.at("duplicates");
  EXPECT_EQ(duplicates.at("images").as_int64(), 12'477);
  EXPECT_EQ(duplicates.at("same").at("group_count").as_int64(), 2);
  EXPECT_EQ(duplicates.at("same").at("extra").as_int64(), 14);
  EXPECT_EQ(duplicates.at("same").at("groups").at(1).at("items"),
            json::value({"rural/0003.jpg", "rural/0003 (1).jpg"}));
  EXPECT_EQ(duplicates.at("near").at("groups").at(1).at("least_cosine").as_double(), 0.989);
  Report report = ExampleReport();
  report.duplicates->near.reset();
  EXPECT_FALSE(json::parse(FormatReportJson(report)).at("duplicates").as_object().contains("near"));
  report.duplicates.reset();
  EXPECT_FALSE(json::parse(FormatReportJson(report)).as_object().contains("duplicates"));
}

TEST(DuplicatesReport, StandsOnThePage) {
  Report report = ExampleReport();
  std::string html = FormatReportHtml(report);
  EXPECT_THAT(html, HasSubstr("<a href=\"#duplicates\">"));
  EXPECT_THAT(html, HasSubstr("Copies: 2 groups, 14 images more than needed"));
  EXPECT_THAT(html, HasSubstr("city/day/0360.jpg … and 4 more"));
  EXPECT_THAT(html, HasSubstr("Nearly the same: 61 groups, 75 images more than needed"));
  EXPECT_THAT(html, HasSubstr("5 more groups"));
  EXPECT_THAT(html, HasSubstr("… and 46 more groups, no larger."));
  EXPECT_THAT(html, HasSubstr("12,477 images were compared; frames"));

  report.duplicates->near->compared = 10'000;
  EXPECT_THAT(
      FormatReportHtml(report),
      HasSubstr("were compared, for near ones only 10,000 of them, drawn at random; frames"));

  report.duplicates->near.reset();
  report.duplicates->same = {12'477, 0, 0, {}};
  html = FormatReportHtml(report);
  EXPECT_THAT(html, HasSubstr("None was found."));
  EXPECT_THAT(html, HasSubstr("The model has no feature map"));
  EXPECT_THAT(html, Not(HasSubstr("more than needed")));

  report.duplicates->images = 1;
  html = FormatReportHtml(report);
  EXPECT_THAT(html, Not(HasSubstr("id=\"duplicates\"")));
  EXPECT_THAT(html, Not(HasSubstr("#duplicates")));
}

TEST(DuplicatesReport, IsALineInTheTerminal) {
  Report report = ExampleReport();
  EXPECT_THAT(FormatSummary(report), HasSubstr("\nMore than once: 14 copies and 75 images nearly"));
  report.duplicates->near.reset();
  report.duplicates->same.extra = 1;
  EXPECT_THAT(FormatSummary(report),
              HasSubstr("\nMore than once: 1 copy; report.html names them.\n"));
  report.duplicates->same.extra = 0;
  EXPECT_THAT(FormatSummary(report), Not(HasSubstr("More than once")));
}

}  // namespace
}  // namespace prelabel
