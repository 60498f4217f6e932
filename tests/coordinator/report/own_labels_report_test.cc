// Expected values: counted by hand. The share 3/4 of four images with a label each has the variance
// 4/3 · 0.75 / 16, which three independent labels would have; Wilson's interval for these is
// 0.60962 ± 0.35354, worked out from its formula.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "coordinator/report/report.h"
#include "tests/support/example_report.h"

namespace prelabel {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

// Persons: three of four labels are right, and there are six objects. Cars were not drawn.
OwnLabels Small(std::size_t classes) {
  OwnLabels own;
  own.images = 4;
  own.classes.resize(classes);
  ClassAgreement& person = own.classes[0];
  person.named = true;
  for (const std::uint64_t right : {1, 1, 1, 0}) {
    person.precision.Add(1, right);
    person.recall.Add(right == 1 ? 1 : 3, right);
  }
  own.all = person;
  own.classes[1].unjudged = 1'234;
  own.all.unjudged = 1'234;
  return own;
}

Report SmallReport() {
  Report report = ExampleReport();
  report.own_labels = Small(report.classes.size());
  return report;
}

TEST(OwnLabelsReport, StandsInReportJson) {
  Report report = SmallReport();
  report.own_labels->unwritten = {{"pedestrians", 7, {"person"}}};
  report.own_labels->problems = {"a.txt: line 2: what?"};
  report.own_labels->problem_count = 30;
  const json::value value = json::parse(FormatReportJson(report));
  const json::value& own = value.at("own_labels");
  EXPECT_EQ(own.at("images").as_int64(), 4);
  const json::value& person = own.at("classes").at(0);
  EXPECT_EQ(person.at("name").as_string(), "person");
  EXPECT_TRUE(person.at("named").as_bool());
  const json::value& measured = person.at("measured");
  EXPECT_EQ(measured.at("labels").as_int64(), 4);
  EXPECT_EQ(measured.at("right").as_int64(), 3);
  EXPECT_EQ(measured.at("objects").as_int64(), 6);
  EXPECT_EQ(measured.at("precision").as_double(), 0.75);
  EXPECT_EQ(measured.at("recall").as_double(), 0.5);
  EXPECT_NEAR(measured.at("precision_interval").at(0).as_double(), 0.25609, 2e-5);
  EXPECT_NEAR(measured.at("precision_interval").at(1).as_double(), 0.96316, 2e-5);
  const json::object& car = own.at("classes").at(1).at("measured").as_object();
  EXPECT_FALSE(own.at("classes").at(1).at("named").as_bool());
  EXPECT_FALSE(car.contains("precision"));
  EXPECT_FALSE(car.contains("recall_interval"));
  EXPECT_EQ(car.at("unjudged").as_int64(), 1'234);
  EXPECT_EQ(json::serialize(own.at("unwritten").at(0).at("nearest")), R"(["person"])");
  EXPECT_EQ(own.at("problem_count").as_int64(), 30);
  EXPECT_EQ(json::serialize(own.at("problems")), R"(["a.txt: line 2: what?"])");
}

TEST(OwnLabelsReport, StandsOnThePage) {
  Report report = SmallReport();
  std::string html = FormatReportHtml(report);
  EXPECT_THAT(html, HasSubstr("<a href=\"#own-labels\">"));
  EXPECT_THAT(html, HasSubstr("4 of 12,477 items that the model looked at came with labels"));
  EXPECT_THAT(html, HasSubstr("75\u00A0% <span class=\"soft\">26–96\u00A0%</span>"));
  EXPECT_THAT(html, HasSubstr("do not rest on them"));
  EXPECT_THAT(html, HasSubstr("do not have, and count as neither right nor wrong: car (1,234)."));
  // No label is routed auto, none is in a crowd, all could be read, all their classes are written.
  for (const char* absent :
       {"<th>routed auto", "<th>left out", "could not be read", "not written here"}) {
    EXPECT_THAT(html, Not(HasSubstr(absent))) << absent;
  }

  report.own_labels->whole_pictures = true;
  EXPECT_THAT(FormatReportHtml(report), HasSubstr("names a class of which the picture has an"));

  html = FormatReportHtml(ExampleReport());
  for (const char* there : {"<th>routed auto", "<th>left out</th>", "more classes</summary>",
                            "(12 without an object", "3 of the same sources had none",
                            "2 files of labels could not be read; 2 images are", "motor cycle"}) {
    EXPECT_THAT(html, HasSubstr(there)) << there;
  }
}

TEST(OwnLabelsReport, ReportsWithoutThemSayNothing) {
  Report report = ExampleReport();
  report.own_labels.reset();
  EXPECT_FALSE(json::parse(FormatReportJson(report)).as_object().contains("own_labels"));
  EXPECT_THAT(FormatReportHtml(report), Not(HasSubstr("own-labels")));
  EXPECT_THAT(FormatSummary(report), Not(HasSubstr("own labels")));
}

TEST(OwnLabelsReport, IsALineInTheTerminal) {
  Report report = SmallReport();
  EXPECT_THAT(
      FormatSummary(report),
      HasSubstr("\nAgainst the sources' own labels of 4 images: 75 % (95 %: 26 to 96 %) of 4 "
                "labels\nright, 50 % (95 %: "));
  report.own_labels = OwnLabels{};
  report.own_labels->classes.resize(report.classes.size());
  report.own_labels->problems = {"instances.json: is no COCO instances file"};
  report.own_labels->problem_count = 1;
  EXPECT_THAT(FormatSummary(report),
              HasSubstr("\n1 file of the sources' own labels could not be read: instances.json: is "
                        "no COCO\ninstances file\n"));
  EXPECT_THAT(FormatSummary(report), Not(HasSubstr("Against")));
}

}  // namespace
}  // namespace prelabel
