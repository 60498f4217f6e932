// What must be found: what stops TrackEval or CVAT's datumaro (int(), a list's end), or makes them
// wrong in silence; after their sources.
#include "coordinator/formats/mot_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Told(const ProblemList& problems) {
  std::vector<std::string> told;
  for (const LabelProblem& problem : problems.kept()) {
    const bool warning = problem.severity == LabelProblem::Severity::kWarning;
    told.push_back(problem.place + ": " + (warning ? "warning: " : "") + problem.message);
  }
  return told;
}

std::vector<std::string> Check(const std::string& text, const MotContext& context = {},
                               MotCounts* counts = nullptr) {
  std::istringstream in(text);
  ProblemList problems(1000);
  const Result<MotCounts> checked = CheckMot(in, context, problems);
  EXPECT_TRUE(checked.has_value());
  if (counts != nullptr) *counts = checked.value();
  return Told(problems);
}

TEST(MotCheck, ValidFilesAreValid) {
  MotCounts counts;
  EXPECT_THAT(Check("1,2,0,0,5,5,1,1,1\n2,1,-3,0,5,5,0,3,0.25\n2,2,0,0,5,5,1,1,1\n",
                    {.frames = 2, .classes = 3}, &counts),
              IsEmpty());
  EXPECT_EQ(counts.boxes, 3U);
  EXPECT_EQ(counts.tracks, 2U);
  EXPECT_THAT(Check("1,-1,0,0,5,5,67.5,-1,-1,-1\n1,-1,9,0,5,5,30,-1,-1,-1\n", {}, &counts),
              IsEmpty());
  EXPECT_EQ(counts.tracks, 0U);
  EXPECT_THAT(Check(""), IsEmpty());  // a video in which nothing was found
}

TEST(MotCheck, FindsBadLines) {
  EXPECT_THAT(
      Check("0,1,0,0,5,5,1,1,1\n"
            "4,0,0,0,5,5,1,1,1\n"
            "1,1,0,0,-5,5,1,0,1\n"
            "1,3,0,0,5,0,1,4,2\n"
            "x,3,0,0,5,0,1,4,2\n"
            "2,3,0,0,5,5,1,1,1\n"
            "1,3,9,9,5,5,1,1,1\n",
            {.frames = 3, .classes = 3}),
      ElementsAre("line 1: frame is 0; frames start at 1",
                  "line 2: frame is 4; seqinfo.ini says that there are 3",
                  "line 2: id is 0; tracks are numbered from 1",
                  "line 3: the box is -5 wide and 5 high; columns 5 and 6 are width and height",
                  "line 3: class is 0; classes are numbered from 1",
                  "line 4: warning: the box is empty", "line 4: class is 4; labels.txt has 3",
                  "line 4: warning: visibility is 2, outside of 0 to 1",
                  "line 5: frame (column 1) must be an integer, not \"x\"",
                  "line 7: frame 1 has track 3 on line 4 already; a track has one box a frame"));
  EXPECT_THAT(Check("1,-1,0,0,5,5,1\n1,3,0,0,5,5,1\n"),
              ElementsAre("line 2: id is 3, but the first line has -1 (a detection without a "
                          "track); give all boxes a track or none"));
  EXPECT_THAT(Check("1,1,0,0,5,5,1\n" + std::string(5000, ' ')),
              ElementsAre("line 2: the line has more than 4096 bytes; is this a text file?"));
}

TEST(MotCheck, ChecksTheSequence) {
  const auto check = [](const std::string& text, std::optional<std::int64_t> frames) {
    std::istringstream in(text);
    ProblemList problems(10);
    EXPECT_EQ(CheckSeqInfo(in, problems).value(), frames);
    return Told(problems);
  };
  EXPECT_THAT(check("[Sequence]\nname=a\nframeRate=25\nseqLength=9\nimWidth=8\nimHeight=6\n", 9),
              IsEmpty());
  EXPECT_THAT(check("[Sequence]\nframeRate=29.97\nseqLength=9\n", 9),
              ElementsAre(": 'frameRate' must be an integer from 1, not \"29.97\""));
  EXPECT_THAT(check("[Sequence]\nframeRate=0\nimHeight=\n", std::nullopt),
              ElementsAre(": 'frameRate' must be an integer from 1, not \"0\"",
                          ": 'seqLength' is missing; evaluators need it",
                          ": 'imHeight' must be an integer from 1, not \"\""));
  EXPECT_THAT(check("name=a\n", std::nullopt),
              ElementsAre("line 1: stands before the section; write [Sequence] first"));
}

TEST(MotCheck, ChecksTheClassNames) {
  std::istringstream in("car\r\ndog\n\ncar\n");
  ProblemList problems(10);
  EXPECT_EQ(CheckMotLabels(in, problems).value(), 4);
  EXPECT_THAT(Told(problems), ElementsAre("line 3: a class without a name; write one name a line",
                                          "line 4: the name \"car\" stands twice"));
}

}  // namespace
}  // namespace prelabel
