// The judging half of report.html. Expected values: read off tests/support/example_report.cc or off
// values set here; Wilson's interval from its formula, worked by hand.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/report/html_curve.h"
#include "coordinator/report/html_page.h"
#include "coordinator/report/shift_words.h"
#include "tests/support/example_report.h"

namespace prelabel {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t At(const std::string& html, const std::string& part) {
  const std::size_t at = html.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return at;
}

TEST(AssessmentHtml, AnswersFirst) {
  const std::string html = FormatReportHtml(ExampleReport());
  std::size_t last = 0;
  for (const char* section :
       {"id=\"answer\"", "id=\"classes\"", "id=\"own-labels\"", "id=\"shift\"", "id=\"slices\"",
        "id=\"quarantined\"", "id=\"gaps\"", "id=\"assumptions\"", "id=\"labels\"",
        "id=\"sources\"", "id=\"run\""}) {
    const std::size_t at = At(html, section);
    EXPECT_GT(at, last) << section;
    last = at;
  }
  EXPECT_THAT(html, HasSubstr("In part, for 58 % of the labels"));
  EXPECT_THAT(html, HasSubstr("<b>213 h</b><span>of work saved</span><small>95 %: 192 h to 227 h"));
  EXPECT_THAT(html, HasSubstr("0d5c9a41e8b7463f9f0e2b7c11d3a865"));
}

TEST(AssessmentHtml, NoNameBecomesMarkup) {
  SamplePicture picture;
  picture.name = kHostileName;
  picture.width = 8;
  picture.height = 8;
  picture.jpeg = {'f'};
  Report report = ExampleReport({picture});
  report.job = kHostileName;
  report.model = kHostileName;
  Assessment& assessment = *report.assessment;
  assessment.reference->job = kHostileName;
  assessment.verdicts.sentence = kHostileName;
  assessment.verdicts.classes[0].reasons = {kHostileName, kHostileName};
  assessment.verdicts.classes[0].next = kHostileName;
  assessment.verdicts.assumptions = {kHostileName};
  assessment.shift->slices[0].name = kHostileName;
  assessment.shift->predictions[0].name = kHostileName;
  assessment.shift->classes[4].tests[0].name = kHostileName;
  report.odd[0].note = kHostileName;
  report.gallery[0].title = kHostileName;
  Report bare = ExampleWithoutReference();
  bare.assessment->no_reference = kHostileName;
  for (const Report& hostile : {report, bare}) {
    const std::string html = FormatReportHtml(hostile);
    EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
    EXPECT_THAT(html, Not(HasSubstr("<!-- ")));
    // The page's own script, and what ends it, are the only ones.
    EXPECT_EQ(html.find("</script>"), html.rfind("</script>"));
    EXPECT_EQ(html.find("<script>"), html.rfind("<script>"));
    EXPECT_THAT(html,
                HasSubstr("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;&lt;/script&gt;"));
  }
}

TEST(AssessmentHtml, EqualReportsGiveEqualBytes) {
  EXPECT_EQ(FormatReportHtml(ExampleReport()), FormatReportHtml(ExampleReport()));
  EXPECT_EQ(FormatReportJson(ExampleReport()), FormatReportJson(ExampleReport()));
}

TEST(AssessmentHtml, WithoutReferenceItSaysSoAndWhatToDo) {
  const std::string html = FormatReportHtml(ExampleWithoutReference());
  EXPECT_THAT(html, HasSubstr("There is no reference to compare with."));
  EXPECT_THAT(html, HasSubstr("The job names no reference profile (report.reference)."));
  EXPECT_THAT(html, HasSubstr("prelabel profile runs/known --ground-truth known.json"));
  EXPECT_THAT(html, HasSubstr("prelabel audit sample RUN"));
  EXPECT_THAT(html, HasSubstr("What a threshold keeps"));
  EXPECT_THAT(html, Not(HasSubstr("Precision and coverage")));
  EXPECT_THAT(html, Not(HasSubstr("expected right")));
}

TEST(AssessmentHtml, VectorsThatAreTooShortAreNoTrouble) {
  Report report = ExampleReport();
  report.assessment->confidence.clear();
  report.assessment->verdicts.classes.resize(2);
  report.assessment->audit->classes.clear();
  report.assessment->shift->features.clear();
  EXPECT_THAT(FormatReportHtml(report), HasSubstr("id=\"answer\""));
  EXPECT_THAT(FormatReportJson(report), HasSubstr("\"assessment\""));
  EXPECT_THAT(FormatSummary(report), HasSubstr("person"));
}

TEST(Cuts, ComeFromTheHistogramWhereThereIsNoCurve) {
  ClassStats stats;
  stats.label_scores[6] = 3;   // 0.30 to 0.35
  stats.label_scores[10] = 2;  // 0.50 to 0.55
  stats.label_scores[19] = 5;
  const std::vector<Cut> cuts = CutsOf(nullptr, stats);
  ASSERT_EQ(cuts.size(), 14U);  // 0.30, 0.35 … 0.95
  EXPECT_FLOAT_EQ(cuts[0].threshold, 0.3F);
  EXPECT_EQ(cuts[0].kept, 10U);
  EXPECT_EQ(cuts[CutAt(cuts, 0.4F)].kept, 7U);
  EXPECT_EQ(cuts[CutAt(cuts, 0.5F)].kept, 7U);
  EXPECT_EQ(cuts[CutAt(cuts, 0.55F)].kept, 5U);
  EXPECT_EQ(CutAt(cuts, 0.1F), 0U);
}

TEST(Reliability, ShowsWilsonsIntervalAndWhereThereIsLittleEvidence) {
  ClassConfidence confidence;
  confidence.reliability = {{0.5F, 0.55F, 10, 8, 4}, {0.9F, 0.95F, 400, 380, 9}};
  const std::string svg = ReliabilitySvg(confidence, 0.6F);
  EXPECT_THAT(svg, HasSubstr("score 0.50 to 0.55: 8 of 10 right in the reference"));
  EXPECT_THAT(svg, HasSubstr("class=\"bin thin\""));
  EXPECT_THAT(svg, HasSubstr("class=\"lab dropped\" data-high=\"0.55\""));
  EXPECT_THAT(svg, HasSubstr("class=\"lab\" data-high=\"0.95\""));
  // 8 of 10: from 0.490 to 0.943 (Wilson 1927 with z = 1.96), on an axis of 208 - 182 y.
  const std::size_t end = svg.find("\"/><circle");
  ASSERT_NE(end, std::string::npos);
  const std::size_t y1 = svg.rfind("y1=\"", end);
  const std::size_t y2 = svg.rfind("y2=\"", end);
  ASSERT_LT(y1, y2);
  EXPECT_NEAR(std::stod(svg.substr(y1 + 4)), 208 - 182 * 0.490, 0.2);
  EXPECT_NEAR(std::stod(svg.substr(y2 + 4)), 208 - 182 * 0.943, 0.2);
}

TEST(ShiftSentences, SayWhatDriftedInWords) {
  const Report report = ExampleReport();
  const std::vector<std::string> sentences = ShiftSentences(report, *report.assessment->shift);
  EXPECT_THAT(sentences, Contains("Pictures are darker: brightness is 0.31 on average, 0.47 in the "
                                  "reference."));
  EXPECT_THAT(sentences, Contains("Predictions differ in boxes per image: 8.9 on average, 5.1 in "
                                  "the reference."));
  EXPECT_THAT(sentences, Contains("Classes whose predictions differ: truck."));
  EXPECT_THAT(sentences, Not(Contains(HasSubstr("contrast is"))));  // significant, but small
}

TEST(ShiftSentences, SayThatNothingDid) {
  EXPECT_THAT(ShiftSentences(Report{}, DomainShift{}),
              ElementsAre(HasSubstr("Nothing that was compared differs")));
}

TEST(HoursText, SuitsTheSize) {
  EXPECT_EQ(HoursText(0.2), "12 min");
  EXPECT_EQ(HoursText(3.44), "3.4 h");
  EXPECT_EQ(HoursText(1180.4), "1,180 h");
  EXPECT_EQ(HoursText(-2), "-2.0 h");
}

TEST(ShareText, HasATenthNearTheTop) {
  EXPECT_EQ(ShareText(0.974), "97\u00A0%");
  EXPECT_EQ(ShareText(0.9872), "98.7\u00A0%");
  EXPECT_EQ(ShareText(1), "100\u00A0%");
  EXPECT_EQ(IntervalText({0.9, 0.991}), "90–99.1\u00A0%");
}

}  // namespace
}  // namespace prelabel
