// Expected text: written by hand from report_fixture.h.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/report/report_fixture.h"
#include "tests/support/example_report.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Summary, IsATableOfClasses) {
  EXPECT_EQ(FormatSummary(SmallReport()),
            R"(3 of 5 items looked at, 4 labels (1 interpolated), 1 quarantined

class         labels interpolated    images   tracks  mean score
motor car          4            1         4        1       0.811
interpolated boxes: expected IoU 0.943, 0.0 % below 0.5

quarantined, without labels:
  bad.jpg: no picture & no text
to try them again:
  prelabel run 'a & b.yaml' --retry-failed

2.0 s, 2.0 items/s on 2 workers
)");
}

TEST(Summary, FitsEightyColumns) {
  Report report = SmallReport();
  report.classes[0].category.name = std::string(60, 'x');
  report.classes[0].stats.labels = 123'456'789;
  report.classes[0].stats.interpolated = 23'456'789;
  report.quarantined[0].reason = std::string(200, 'y');
  report.run.compute_classes = {"a", "b"};
  std::istringstream lines(FormatSummary(report));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Summary, OfAJudgedRunEndsWithTheAnswer) {
  const std::string text = FormatSummary(ExampleReport());
  EXPECT_THAT(text,
              HasSubstr("class                    labels        precision auto from  verdict\n"
                        "person                   48,203 0.97 (0.93-1.00)      "));
  EXPECT_THAT(text, HasSubstr("  automate (audited)\n"));
  EXPECT_THAT(text, HasSubstr("\nIn part, for 58 % of the labels"));
  EXPECT_THAT(text, HasSubstr("213 h of 331 h of work by hand saved (95 %: 192 h to 227 h), 118 h "
                              "left.\n"));
  EXPECT_THAT(FormatSummary(ExampleWithoutReference()),
              HasSubstr("No reference: The job names no reference profile (report.reference).\n"));
  Report wide = ExampleReport();
  wide.classes[0].stats.labels = 1'234'567'890'123;
  for (const Report& report : {wide, ExampleWithoutReference()}) {
    std::istringstream lines(FormatSummary(report));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Summary, SaysHowToRetryOnlyWhereThereIsSomething) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  run.Commit(run.AddDetect(0, 0, 1), {Seen(0, {})});
  const Report report =
      BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), SmallRunInfo(), {});
  EXPECT_EQ(FormatSummary(report).find("--retry-failed"), std::string::npos);
  EXPECT_EQ(FormatReportJson(report).find("--retry-failed"), std::string::npos);
  EXPECT_EQ(FormatReportHtml(report).find("--retry-failed"), std::string::npos);
}

TEST(Summary, NamesASourceOfWhichNothingCouldBeRead) {
  TestRun run;
  run.dataset.sources = {VideoSource("good", 1, 1), VideoSource("zeros", 2, 1)};
  run.Commit(run.AddDetect(0, 0, 1), {Seen(0, {})});
  run.Commit(run.AddDetect(1, 0, 2), {Unreadable(0, "damaged"), Unreadable(1, "damaged")});
  const std::string text = FormatSummary(
      BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), SmallRunInfo(), {}));
  EXPECT_THAT(text, HasSubstr("\nsource zeros: all that was tried, 2 items, is quarantined\n"));
  EXPECT_THAT(text, Not(HasSubstr("source good")));
}

TEST(Summary, SaysThatThereAreNoLabels) {
  EXPECT_THAT(FormatSummary(Report{}), HasSubstr("No labels"));
}

TEST(Summary, SaysWhatPeopleDrew) {
  TestRun run;
  run.card = {};
  run.dataset.sources = {
      DrawnSource("road", 5, {{1, "car", {DrawnBox(1, {0, 0, 9, 9}), DrawnBox(4, {0, 0, 9, 9})}}})};
  const auto summary = [&run] {
    return FormatSummary(
        BuildReport(run.job, run.card, run.dataset, run.Classes(), Count(run), {}, {}));
  };
  EXPECT_THAT(
      summary(),
      HasSubstr("5 frames labeled from keyframes that people drew, 4 labels (2 interpolated), "
                "0 quarantined\n"));
  run.card = VehicleCard();
  run.dataset.sources.push_back(ImageSource("photos", {"a.jpg", "b.jpg"}));
  run.Commit(run.AddDetect(1, 0, 2), {Seen(0, {}), Seen(1, {})});
  EXPECT_THAT(summary(), HasSubstr("2 of 2 items looked at, 5 frames labeled from keyframes"));
}

}  // namespace
}  // namespace prelabel
