// Our own writers' files, which must be valid, and files with one thing wrong; the messages' places
// are counted by hand.
#include "coordinator/cli/validate_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

Outcome Checked(const std::filesystem::path& path, std::size_t max_problems = 100) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = Validate({path, max_problems}, out, err);
  return {status, out.str(), err.str()};
}

void Write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

TEST(Validate, WhatWeWriteIsValid) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a \"b\".jpg", "bad\xFF.jpg", "c.jpg"}),
                         VideoSource("road", 3, 2), VideoSource("empty", 2, 1)};
  run.Commit(run.AddDetect(0, 0, 3), {Seen(0, {{kDog, 0.75F, {1.5F, 2, 11.25F, 22}}}),
                                      Unreadable(1, "no picture"), Seen(2, {}, 800, 600)});
  run.Commit(run.AddDetect(1, 0, 2, 2),
             {Seen(0, {{kDog, 0.9F, {200, 100, 220.5F, 120}}, {kCar, 0.8F, {0, 0, 100, 50}}}),
              Seen(2, {{kCar, 0.7F, {20, 0, 120, 50}}})});
  run.Commit(run.AddDetect(2, 0, 2), {Seen(0, {}), Seen(1, {})});

  const TemporaryFolder folder;
  Write(folder / "job.yaml", "{}");
  Write(folder / "report/report.json", "{}");  // not labels
  const ClassMap classes = run.Classes();
  const std::filesystem::path labels = folder / "labels";
  auto coco = OpenCocoWriter(labels / "coco.json", run.dataset, classes, {"a run", "1"}).value();
  auto results = OpenCocoResultsWriter(labels / "coco-results.json", run.dataset, classes, run.card,
                                       CocoResultsKind::kLabels)
                     .value();
  auto mot = OpenMotWriter(labels / "mot", run.dataset, classes).value();
  auto cvat = OpenCvatWriter(labels / "cvat", run.dataset, classes, {"a run", "1"}, {}).value();
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) -> Result<void> {
    PRELABEL_TRY(coco->Add(item));
    PRELABEL_TRY(results->Add(item));
    PRELABEL_TRY(cvat->Add(item));
    return mot->Add(item);
  }));
  ASSERT_TRUE(coco->Finish());
  ASSERT_TRUE(results->Finish());
  ASSERT_TRUE(mot->Finish());
  ASSERT_TRUE(cvat->Finish());

  const std::string at = labels.string();
  EXPECT_EQ(Checked(folder.path()).out,
            at + "/coco-results.json: COCO results, 5 results\n" + at +
                "/coco.json: COCO instances, 7 images, 3 categories, 5 annotations\n" + at +
                "/cvat/empty.xml: CVAT for video, 3 labels, 0 tracks, 0 keyframes\n" + at +
                "/cvat/road.xml: CVAT for video, 3 labels, 2 tracks, 4 keyframes\n" + at +
                "/mot/empty/gt/gt.txt: MOT, 0 boxes, 0 tracks\n" + at +
                "/mot/road/gt/gt.txt: MOT, 4 boxes, 2 tracks\n"
                "6 files checked: 0 problems, 0 warnings\n");
  EXPECT_EQ(Checked(folder.path()).status, 0);
}

TEST(Validate, KnowsCvatFilesAmongOtherXml) {
  const TemporaryFolder folder;
  Write(folder / "a.xml", "<annotations>\n<track id=\"0\" label=\"car\"/></annotations>");
  Write(folder / "voc.xml", "<annotation><object/></annotation>");
  const std::string at = folder.path().string();
  const Outcome outcome = Checked(folder.path());
  EXPECT_THAT(outcome.out, HasSubstr(at + "/a.xml: line 2, column 1: the track has no keyframe"));
  EXPECT_THAT(outcome.out, HasSubstr("1 file checked: 2 problems, 0 warnings"));
  EXPECT_EQ(outcome.status, 1);
  Write(folder / "annotations", "<annotation/>");
  EXPECT_THAT(Checked(folder / "annotations").out, HasSubstr("export as \"CVAT for video 1.1\""));
}

TEST(Validate, TellsProblemsWithFileAndPlace) {
  const TemporaryFolder folder;
  Write(folder / "coco.json", R"({"images": [], "annotations": [], "categories": [{"id": 1}]})");
  Write(folder / "seq/gt/gt.txt", "3,1,0,0,5,5,1,2,1\n");
  Write(folder / "seq/gt/labels.txt", "car\n");
  Write(folder / "seq/seqinfo.ini", "[Sequence]\nframeRate=29.97\nseqLength=2\n");
  const Outcome outcome = Checked(folder.path());
  const std::string at = folder.path().string();
  EXPECT_EQ(outcome.out,
            at +
                "/coco.json: categories[0] (id 1): 'name' is missing; labels are "
                "known by it\n" +
                at + "/coco.json: COCO instances, 0 images, 1 category, 0 annotations\n" + at +
                "/seq/seqinfo.ini: 'frameRate' must be an integer from 1, not "
                "\"29.97\"\n" +
                at +
                "/seq/gt/gt.txt: line 1: frame is 3; seqinfo.ini says that there are "
                "2\n" +
                at + "/seq/gt/gt.txt: line 1: class is 2; labels.txt has 1\n" + at +
                "/seq/gt/gt.txt: MOT, 1 box, 1 track\n"
                "2 files checked: 4 problems, 0 warnings\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "");
}

TEST(Validate, WarningsAreNoFailure) {
  const TemporaryFolder folder;
  Write(folder / "gt.txt", "1,1,0,0,0,5,1,1,1\n");
  const Outcome outcome = Checked(folder / "gt.txt");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("gt.txt: line 1: warning: the box is empty\n"));
  EXPECT_THAT(outcome.out, EndsWith("1 file checked: 0 problems, 1 warning\n"));
}

TEST(Validate, PrintsNoMoreThanAsked) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 50; ++i) text += "0,1,0,0,5,5,1,1,1\n";
  Write(folder / "a/gt.txt", text);
  Write(folder / "b/gt.txt", "0,1,0,0,5,5,1,1,1\n");
  const Outcome outcome = Checked(folder.path(), 3);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("a/gt.txt: line 3: frame is 0"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("line 4")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("b/gt.txt: line")));
  // 50 frames and 49 repeated boxes in one file, 1 frame in the other.
  EXPECT_THAT(outcome.out, EndsWith("… and 97 more; these were the first 3 (--max-problems)\n"
                                    "2 files checked: 100 problems, 0 warnings\n"));
}

TEST(Validate, TheContentTellsWhatTheNameDoesNot) {
  const TemporaryFolder folder;
  Write(folder / "labels",
        "\n [{\"image_id\": 1, \"category_id\": 1, \"score\": 1, "
        "\"bbox\": [0, 0, 1, 1]}]");
  Write(folder / "boxes", "1,1,0,0,5,5,1,1,1\n");
  EXPECT_THAT(Checked(folder / "labels").out, HasSubstr("COCO results, 1 result\n"));
  EXPECT_THAT(Checked(folder / "boxes").out, HasSubstr("MOT, 1 box, 1 track\n"));
}

TEST(Validate, WhatCannotBeReadIsStatus2) {
  const TemporaryFolder folder;
  const Outcome missing = Checked(folder / "none.json");
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, EndsWith("none.json: cannot be read: No such file or directory\n"));
  EXPECT_EQ(missing.out, "");

  std::filesystem::create_directory(folder / "empty");
  const Outcome empty = Checked(folder / "empty");
  EXPECT_EQ(empty.status, 2);
  EXPECT_THAT(empty.err,
              HasSubstr("no label file is below it (*.json, gt.txt, det.txt, CVAT's *.xml)"));

  ASSERT_EQ(::mkfifo((folder / "pipe.json").c_str(), 0600), 0);  // reading it would never end
  EXPECT_THAT(Checked(folder / "pipe.json").err, EndsWith("pipe.json: is no file\n"));
}

TEST(Validate, NamesCannotControlTheTerminal) {
  const TemporaryFolder folder;
  Write(folder / "a\x1B[2J.txt", "1,\x1B[31m,0,0,5,5,1,1,1\n");
  const Outcome outcome = Checked(folder / "a\x1B[2J.txt");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, StartsWith("\"/"));
  EXPECT_THAT(outcome.out, HasSubstr("not \"\\u001b[31m\""));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1B")));
}

}  // namespace
}  // namespace prelabel
