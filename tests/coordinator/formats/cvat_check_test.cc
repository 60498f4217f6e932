// What must be found: what CVAT's importer (cvat/apps/dataset_manager/formats/cvat.py, load_anno)
// stops on or takes otherwise than it was meant. Places are counted by hand.
#include "coordinator/formats/cvat_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Told(std::istream& in, CvatCounts* counts = nullptr) {
  ProblemList problems(1000);
  const Result<CvatCounts> checked = CheckCvat(in, problems);
  EXPECT_TRUE(checked.has_value());
  if (counts != nullptr) *counts = checked.value();
  std::vector<std::string> told;
  for (const LabelProblem& problem : problems.kept()) {
    const bool warning = problem.severity == LabelProblem::Severity::kWarning;
    told.push_back(problem.place + ": " + (warning ? "warning: " : "") + problem.message);
  }
  return told;
}

// Ten frames, 0 to 9; the tracks begin on line 2.
std::vector<std::string> Check(const std::string& tracks) {
  std::istringstream in(
      "<annotations><meta><task><size>10</size><labels><label><name>car</name><attributes>"
      "<attribute><name>view</name><mutable>True</mutable><input_type>select</input_type>"
      "<values>front&#10;rear</values></attribute></attributes></label></labels></task></meta>\n" +
      tracks + "</annotations>");
  return Told(in);
}

std::string Track(const std::string& shapes, const std::string& label = "car") {
  return "<track id=\"0\" label=\"" + label + "\">" + shapes + "</track>\n";
}

std::string BoxAt(int frame, const std::string& more = "", const std::string& within = "") {
  return "<box frame=\"" + std::to_string(frame) +
         "\" keyframe=\"1\" xtl=\"1\" ytl=\"2\" xbr=\"3\" ybr=\"4\" " + more + ">" + within +
         "</box>";
}

TEST(CvatCheck, CountsAValidFileAndWarnsOfWhatIsNotClosed) {
  std::ifstream in("tests/coordinator/formats/cvat_every_kind.xml");
  CvatCounts counts;
  const std::vector<std::string> told = Told(in, &counts);
  EXPECT_EQ(counts.labels, 2U);
  EXPECT_EQ(counts.tracks, 7U);
  EXPECT_EQ(counts.keyframes, 11U);
  EXPECT_EQ(told.size(), 5U);  // all but the car and the person, which leave at frame 25
  for (const std::string& line : told) {
    EXPECT_THAT(line, testing::HasSubstr("warning: the track is not closed"));
  }
  EXPECT_THAT(Check(Track(BoxAt(0) + BoxAt(9))), IsEmpty());
  EXPECT_THAT(Check(Track(BoxAt(0) + BoxAt(3, "outside=\"1\""))), IsEmpty());
}

TEST(CvatCheck, FindsWhatIsNotDeclared) {
  EXPECT_THAT(Check(Track(BoxAt(9), "dog")),
              ElementsAre("line 2, column 1: the label \"dog\" is not declared in <meta>; add it "
                          "there"));
  EXPECT_THAT(Check(Track(BoxAt(9, "", "<attribute name=\"score\">1</attribute>"))),
              ElementsAre("line 2, column 1: the attribute \"score\" of the label \"car\" is not "
                          "declared in <meta>; add it there, or it is lost"));
  EXPECT_THAT(
      Check(Track(BoxAt(8, "", "<attribute name=\"view\">top</attribute>") + BoxAt(9))),
      ElementsAre("line 2, column 1: warning: \"view\" is \"top\" in frame 8, which is none "
                  "of its values"));
  EXPECT_THAT(Check(Track(BoxAt(9, "", "<attribute name=\"view\">rear</attribute>"))), IsEmpty());
  std::istringstream bare("<annotations></annotations>");
  EXPECT_THAT(Told(bare), ElementsAre(": <meta> is missing; importers look for labels there"));
}

TEST(CvatCheck, FindsTracksThatCannotBe) {
  EXPECT_THAT(
      Check(Track(BoxAt(5) + "\n" + BoxAt(4) + BoxAt(12))),
      ElementsAre("line 3, column 1: frame 4 comes after frame 5; keyframes of a track must "
                  "ascend",
                  "line 2, column 1: the track has a keyframe at frame 12; the task's last "
                  "frame is 9"));
  EXPECT_THAT(Check(Track("")),
              ElementsAre("line 2, column 1: the track has no keyframe that can be read, on which "
                          "CVAT's importer stops; take it out"));
  EXPECT_THAT(Check(Track(BoxAt(2) + BoxAt(4))),
              ElementsAre("line 2, column 1: warning: the track is not closed: CVAT shows its last "
                          "shape, of frame 4, up to frame 9; where it leaves, add a keyframe with "
                          "outside=\"1\""));
  EXPECT_THAT(
      Check(Track("<box frame=\"9\" keyframe=\"1\" xtl=\"1\" ytl=\"2\" xbr=\"1\" ybr=\"4\"/>")),
      ElementsAre("line 2, column 1: warning: the box of frame 9 is empty"));
  const auto mask = [](int frame) {
    return "<mask frame=\"" + std::to_string(frame) +
           "\" keyframe=\"1\" rle=\"0, 1\" left=\"0\" top=\"0\" width=\"1\" height=\"1\"/>";
  };
  EXPECT_THAT(Check(Track(mask(8) + mask(9))),
              ElementsAre("line 2, column 1: warning: the track has several masks; CVAT's importer "
                          "keeps the first alone"));
}

TEST(CvatCheck, TellsWhereAFileBreaksOff) {
  std::istringstream in("<annotations>\n<track id=\"0\" label=\"car\">");
  const std::vector<std::string> told = Told(in);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], testing::StartsWith("line 2, column 27: "));
}

}  // namespace
}  // namespace prelabel
