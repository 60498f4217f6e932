// Expected values: set here or worked by hand from tests/support/example_report.cc.
#include "coordinator/report/compare.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/example_report.h"

namespace prelabel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ClassFigures Class(std::string name, std::uint64_t labels, double precision, Interval interval,
                   Verdict verdict) {
  ClassFigures figures;
  figures.name = std::move(name);
  figures.labels = labels;
  figures.precision = precision;
  figures.interval = interval;
  figures.verdict = verdict;
  return figures;
}

ClassFigures NoLabels(std::string name) {
  ClassFigures figures;
  figures.name = std::move(name);
  return figures;
}

Comparison TwoRuns() {
  ReportFigures a;
  a.job = "street";
  a.model = "small";
  a.items = 10;
  a.labels = 30;
  a.verdict = Verdict::kReview;
  a.routing.hours_left = 10;
  a.drift = false;
  a.classes = {Class("car", 20, 0.8, {0.75, 0.85}, Verdict::kReview),
               Class("dog", 10, 0.7, {0.6, 0.8}, Verdict::kReview), NoLabels("cat")};
  ReportFigures b = a;
  b.model = "large";
  b.routing.hours_left = 4;
  b.drift = true;
  b.drifted = {"brightness"};
  b.classes = {Class("car", 25, 0.95, {0.9, 0.97}, Verdict::kAutomate),
               Class("dog", 8, 0.75, {0.65, 0.85}, Verdict::kReview),
               Class("bus", 40, 0.9, {0.8, 1}, Verdict::kReview), NoLabels("cat")};
  return CompareReports(a, b);
}

TEST(CompareReports, JoinsClassesByName) {
  const Comparison comparison = TwoRuns();
  EXPECT_EQ(comparison.name_a, "small");
  EXPECT_EQ(comparison.name_b, "large");
  ASSERT_EQ(comparison.classes.size(), 3U);  // nobody has labels of cats
  EXPECT_EQ(comparison.classes[0].name, "bus");
  EXPECT_FALSE(comparison.classes[0].a);
  const ClassComparison& car = comparison.classes[1];
  EXPECT_NEAR(*car.precision_gain, 0.15, 1e-12);
  EXPECT_TRUE(car.beyond_intervals);
  EXPECT_TRUE(car.verdict_changed);
  EXPECT_FALSE(comparison.classes[2].beyond_intervals);
  EXPECT_FALSE(comparison.classes[2].verdict_changed);
}

TEST(CompareReports, SaysWhatDiffers) {
  EXPECT_THAT(
      TwoRuns().differences,
      ElementsAre("B leaves 6.0 h less to people: 4.0 h instead of 10 h.",
                  "B drifted from its reference (brightness), A did not.",
                  "Verdicts that change: car (review to automate).",
                  "More precise in B than intervals explain: car.", "Classes of B alone: bus."));
  EXPECT_THAT(CompareReports({}, {}).differences,
              ElementsAre("Nothing that both reports say differs."));
}

TEST(FormatComparison, IsATableOfEightyColumns) {
  const std::string text = FormatComparison(TwoRuns());
  EXPECT_THAT(text,
              HasSubstr("car           20         25   0.80  0.95  +0.15*  review    automate"));
  EXPECT_THAT(text,
              HasSubstr("bus            -         40      -  0.90      -   no class  review"));
  EXPECT_THAT(text, HasSubstr("* the two 95 % intervals do not overlap"));
  const auto read = [](const Report& report) {
    return ParseReportFigures(FormatReportJson(report)).value();
  };
  std::istringstream lines(
      FormatComparison(CompareReports(read(ExampleReport()), read(ExampleOfAnotherModel()))));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(FormatComparisonHtml, FetchesNothingAndEscapesNames) {
  const auto figures = ParseReportFigures(FormatReportJson(ExampleReport()));
  ASSERT_TRUE(figures.has_value());
  const std::string html = FormatComparisonHtml(CompareReports(figures.value(), figures.value()));
  for (const char* reference : {"<script", "<link", "href=", "url(", "@import", "<img"}) {
    EXPECT_THAT(html, Not(HasSubstr(reference)));
  }
  EXPECT_THAT(html, HasSubstr("&lt;img"));
}

TEST(ParseReportFigures, ReadsWhatAReportSays) {
  const auto read = ParseReportFigures(FormatReportJson(ExampleReport()));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const ReportFigures& figures = read.value();
  EXPECT_EQ(figures.job, "street <scenes> & more");
  EXPECT_EQ(figures.items, 12'480U);
  EXPECT_EQ(figures.routing.hours_saved, 213);
  EXPECT_EQ(figures.routing.hours_saved_interval, (Interval{192, 227}));
  EXPECT_TRUE(*figures.drift);
  EXPECT_THAT(figures.drifted, Contains("brightness"));
  EXPECT_EQ(figures.classes.size(), 24U);
  EXPECT_EQ(figures.classes[1].name, "car");
  EXPECT_TRUE(figures.classes[1].checked);
  EXPECT_NEAR(*figures.classes[1].precision, 86.0 / 95, 1e-6);  // of 95 checked, 91 %
  EXPECT_FALSE(figures.classes[20].precision);
}

TEST(ParseReportFigures, RefusesWhatIsNone) {
  const std::string good = FormatReportJson(ExampleReport());
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "1:1: is no JSON"},
      {"{\n  \"format\": 2,\n  oops", "3:3: is no JSON"},
      {good + "x", "something follows"},
      {"[]", "is no report of prelabel"},
      {with("\"format\": 2", "\"format\": 1"), "is of format 1, not 2; write it again"},
      {with("\"hours_left\": 118", "\"hours_left\": -1"), "\"assessment.routing.hours_left\""},
      {with("\"name\": \"car\"", "\"name\": \"person\""),
       "\"assessment.classes[1].name\" is not that of classes[1]"},
      {R"({"format": 2, "model": {}, "run": {}, "totals": {}, "classes": [{"name": "a"}, {"name": "a"}]})",
       "\"classes[1].name\" is there twice"},
      {with("\"verdict\": \"review\"", "\"verdict\": \"maybe\""), "is no verdict"},
      {"{\"format\": 2}", "\"model\" is missing"},
      {std::string(100, '['), "is no JSON"}};
  for (const auto& [text, problem] : cases) {
    const auto read = ParseReportFigures(text);
    ASSERT_TRUE(read.has_error()) << problem;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(read.error().message, HasSubstr(problem));
  }
}

TEST(ReadReportFigures, TakesARunDirectoryOrAFile) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "prelabel_compare_test";
  std::filesystem::create_directories(folder / "report");
  std::ofstream(folder / "report" / "report.json") << FormatReportJson(ExampleReport());
  EXPECT_TRUE(ReadReportFigures(folder).has_value());
  EXPECT_TRUE(ReadReportFigures(folder / "report" / "report.json").has_value());
  const auto missing = ReadReportFigures(folder / "report");
  ASSERT_TRUE(missing.has_error());
  EXPECT_THAT(missing.error().ToString(), HasSubstr("give a run directory or its report.json"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace prelabel
