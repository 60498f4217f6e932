#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/report/report_fixture.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ReportHtml, FetchesNothing) {
  Report report = SmallReport();
  report.model_source = "https://example.com/model";
  const std::string html = FormatReportHtml(report);
  for (const char* reference :
       {"<link", "href=\"http", "src=\"http", "url(", "@import", "fetch("}) {
    EXPECT_THAT(html, Not(HasSubstr(reference)));
  }
}

TEST(ReportHtml, EscapesTextsOfUsers) {
  const std::string html = FormatReportHtml(SmallReport());
  EXPECT_THAT(html, HasSubstr("<h1>small &lt;run&gt;</h1>"));
  EXPECT_THAT(html, HasSubstr("no picture &amp; no text"));
  EXPECT_THAT(html, Not(HasSubstr("small <run>")));
}

TEST(ReportHtml, ShowsWarningsWithTheirSource) {
  Report report = SmallReport();
  report.sources[1].warnings = {"road.avi: 12 < 13"};
  EXPECT_THAT(FormatReportHtml(report),
              HasSubstr("road<span class=\"from\">road.avi: 12 &lt; 13</span></td>"));
}

TEST(ReportHtml, ShowsCountsQuarantineAndSamples) {
  Report report = SmallReport();
  SamplePicture picture;
  picture.name = "road/frame_000001.jpg";
  picture.boxes = {{{1, 2, 30, 40}, 0, 0.5F, true, 7}};
  picture.jpeg = {'f', 'o', 'o'};
  report.samples = {picture};
  const std::string html = FormatReportHtml(report);
  EXPECT_THAT(html, HasSubstr("<b>4</b><span>labels</span>"));
  EXPECT_THAT(html, HasSubstr("motor car<span class=\"from\">from car</span>"));
  EXPECT_THAT(html, HasSubstr("tile warn"));
  EXPECT_THAT(html, HasSubstr("bad.jpg"));
  EXPECT_THAT(html, HasSubstr("<pre>prelabel run &#39;a &amp; b.yaml&#39; --retry-failed</pre>"));
  EXPECT_THAT(html, HasSubstr("data:image/jpeg;base64,Zm9v"));
  EXPECT_THAT(html, HasSubstr("1 label, 1 interpolated"));
  EXPECT_THAT(html, HasSubstr("not accuracy"));
}

std::size_t CountIn(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ReportHtml, EveryBoxIsDrawnAndOnlyTheStrongestOfOverlappingNamesIsWritten) {
  Report report = SmallReport();
  SamplePicture picture;
  picture.width = 640;
  picture.height = 480;
  picture.boxes = {{{100, 100, 140, 200}, 0, 0.5F, false, 1},
                   {{104, 102, 150, 210}, 0, 0.75F, false, 2},
                   {{400, 300, 440, 400}, 0, 0.25F, true, 3}};
  picture.jpeg = {'f'};
  report.samples = {picture};
  const std::string html = FormatReportHtml(report);
  EXPECT_EQ(CountIn(html, "<title>motor car"), 3U);
  EXPECT_THAT(html, HasSubstr("<title>motor car 0.25, track 3, interpolated</title>"));
  EXPECT_THAT(html, HasSubstr(">motor car 0.75</text>"));
  EXPECT_THAT(html, Not(HasSubstr(">motor car 0.50</text>")));
  EXPECT_THAT(html, HasSubstr(">motor car 0.25</text>"));
}

TEST(ReportHtml, SaysWhatInterpolationCostsAndWhichFramesToCorrect) {
  const std::string html = FormatReportHtml(BentReport());
  EXPECT_THAT(html, HasSubstr("<h2>Between the keyframes</h2>"));
  EXPECT_THAT(html, HasSubstr("missed by an IoU of 0.28 on average (6 measurements)"));
  EXPECT_THAT(html, HasSubstr("with an IoU of 0.95; 0.0 % of them with less than 0.5"));
  // Only gaps of twenty frames were measured.
  EXPECT_EQ(CountIn(html, "<td>0.28<span class=\"from\">of 6</span></td>"), 1U);
  EXPECT_THAT(html, HasSubstr("Frames where one keyframe would help most"));
  EXPECT_THAT(html, HasSubstr("<td class=\"wrap\">bend</td><td>15<span class=\"from\">in 10–20"
                              "</span></td><td>0:01.5</td>"));
  EXPECT_THAT(html, HasSubstr("car 1 <b>0.85</b>"));
  EXPECT_THAT(html, HasSubstr("<td>0.8<span"));
  EXPECT_THAT(html, HasSubstr("<summary>2 more frames</summary>"));
}

TEST(ReportHtml, WithoutInterpolationNothingIsSaidOfIt) {
  const std::string html = FormatReportHtml(BentReport(InterpolationMethod::kNone));
  EXPECT_THAT(html, Not(HasSubstr("Between the keyframes")));
  EXPECT_THAT(html, Not(HasSubstr("would help most")));
}

TEST(ReportHtml, WithoutAFrameThatIsWorthAKeyframeItSaysSo) {
  Report report = BentReport();
  report.wanted.clear();
  const std::string html = FormatReportHtml(report);
  EXPECT_THAT(html, HasSubstr("Between the keyframes"));
  EXPECT_THAT(html, HasSubstr("There is no frame where"));
}

TEST(ReportHtml, AnEmptyReportSaysThatThereAreNoLabels) {
  EXPECT_THAT(FormatReportHtml(Report{}), HasSubstr("there are no labels"));
}

}  // namespace
}  // namespace prelabel
