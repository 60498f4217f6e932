// Our own writers' files, which must be valid, and files with one thing wrong; the messages' places
// are counted by hand.
#include "coordinator/cli/validate_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

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
  const LabelFileInfo info{"a run", "1"};
  std::vector<std::unique_ptr<LabelWriter>> writers;
  for (auto* writer : {&coco, &results, &mot, &cvat}) writers.push_back(std::move(*writer));
  writers.push_back(OpenDatumaroWriter(labels / "datumaro", run.dataset, classes).value());
  writers.push_back(OpenJsonlWriter(labels / "labels.jsonl", run.dataset, classes).value());
  writers.push_back(OpenLabelStudioWriter(labels / "ls", run.dataset, classes, 0.9F).value());
  writers.push_back(OpenVocWriter(labels / "voc", run.dataset, classes, info).value());
  for (const auto& [name, task] :
       {std::pair("yolo", YoloTask::kDetect), std::pair("yolo-segment", YoloTask::kSegment)}) {
    writers.push_back(OpenYoloWriter(labels / name, run.dataset, classes, info, task).value());
  }
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) -> Result<void> {
    for (const auto& writer : writers) {
      PRELABEL_TRY(writer->Add(item));
    }
    return Ok();
  }));
  for (const auto& writer : writers) ASSERT_TRUE(writer->Finish());

  const std::string at = labels.string();
  EXPECT_EQ(Checked(folder.path()).out,
            at + "/coco-results.json: COCO results, 5 results\n" + at +
                "/coco.json: COCO instances, 7 images, 3 categories, 5 annotations\n" + at +
                "/cvat/empty.xml: CVAT for video, 3 labels, 0 tracks, 0 keyframes\n" + at +
                "/cvat/photos.xml: CVAT for images, 3 labels, 2 images, 1 shape\n" + at +
                "/cvat/road.xml: CVAT for video, 3 labels, 2 tracks, 4 keyframes\n" + at +
                "/datumaro/annotations/train.json: Datumaro, 7 items, 5 annotations\n" + at +
                "/labels.jsonl: JSON lines, 8 items, 5 labels\n" + at +
                "/ls/images.json: Label Studio, 2 tasks, 1 region\n" + at +
                "/ls/videos.json: Label Studio, 2 tasks, 2 regions\n" + at +
                "/mot/empty/gt/gt.txt: MOT, 0 boxes, 0 tracks\n" + at +
                "/mot/road/gt/gt.txt: MOT, 4 boxes, 2 tracks\n" + at +
                "/voc/labelmap.txt: Pascal VOC, 5 objects in 7 pictures\n" + at +
                "/yolo/data.yaml: YOLO, 5 boxes, 0 polygons, 3 classes in 7 pictures\n" + at +
                "/yolo-segment/data.yaml: YOLO, 0 boxes, 5 polygons, 3 classes in 7 pictures\n"
                "14 files checked: 0 problems, 0 warnings\n");
  EXPECT_EQ(Checked(folder.path()).status, 0);
}

// What Ultralytics' data/utils.py stops at or drops.
TEST(Validate, YoloFolders) {
  const TemporaryFolder folder;
  Write(folder / "data.yaml", "path: mine\ntrain: images/train\nnames: {0: car, 2: dog}\n");
  Write(folder / "labels/train/a.txt",
        "0 0.5 0.5 0.2 0.2 0.9\n1 0.5 1.5 0.2 0.2\n2 0.5 0.5 0.2 0.2\n0 .5 .5 .1 .1\n"
        "0 0.5 0.5 0.1 0.1\n");
  Write(folder / "labels/train/b.txt",
        "0 0.1 0.1 0.2 0.1 0.2 0.2\ncar 0.5 0.5 0.2 0.2\n"
        "0 0.5 0.5 0.2 0.2\n");
  const std::string out = Checked(folder.path()).out;
  EXPECT_THAT(out, HasSubstr("data.yaml: 'val' is missing"));
  EXPECT_THAT(out, HasSubstr("data.yaml: line 1: warning: a relative 'path' is looked for"));
  EXPECT_THAT(out, HasSubstr("data.yaml: line 3: the class \"2\" stands where 1 must"));
  EXPECT_THAT(out, HasSubstr("a.txt: line 1: has 6 columns"));
  EXPECT_THAT(out, HasSubstr("a.txt: line 2: 1.5 (column 3) is outside of 0 to 1"));
  EXPECT_THAT(out, HasSubstr("a.txt: line 3: class is 2; data.yaml names 2"));
  EXPECT_THAT(out, HasSubstr("a.txt: line 5: warning: is line 4 once more"));
  EXPECT_THAT(out, HasSubstr("b.txt: line 2: the class (column 1) must be an integer"));
  EXPECT_THAT(out, HasSubstr("b.txt: line 3: boxes (5 columns) and polygons stand in one file"));
  EXPECT_THAT(out, HasSubstr("1 file checked: 7 problems, 3 warnings"));
}

TEST(Validate, VocFolders) {
  const TemporaryFolder folder;
  const std::string head =
      "<annotation><filename>a.jpg</filename><size><width>20</width><height>10</height></size>\n";
  Write(folder / "Annotations/a.xml",
        head +
            "<object><name>cat</name><difficult>0</difficult><truncated>False</truncated><bndbox>"
            "<xmin>0</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object>\n"
            "<object><name>car</name><difficult>0</difficult><bndbox><xmin>1.5</xmin><ymin>1</ymin>"
            "<xmax>5</xmax><ymax>5</ymax></bndbox></object>\n"
            "<object><name>car</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>21</xmax>"
            "<ymax>5</ymax></bndbox></object></annotation>");
  EXPECT_THAT(Checked(folder.path()).out,
              HasSubstr("Annotations: warning: labelmap.txt is missing"));
  Write(folder / "labelmap.txt", "# label:color_rgb:parts:actions\ncar:128,0,0::\ndog\n");
  const std::string out = Checked(folder.path()).out;
  EXPECT_THAT(out, HasSubstr("labelmap.txt: line 3: has 0 ':', not 3"));
  EXPECT_THAT(out, HasSubstr("a.xml: line 2, column 1: the class \"cat\" is not in labelmap.txt"));
  EXPECT_THAT(out, HasSubstr("a.xml: line 2, column 1: <truncated> must be 0 or 1, not \"False\""));
  EXPECT_THAT(out, HasSubstr("a.xml: line 2, column 1: the box begins at (0, 1)"));
  EXPECT_THAT(out, HasSubstr("a.xml: line 3, column 1: <xmin> must be a whole number"));
  EXPECT_THAT(out, HasSubstr("a.xml: line 4, column 1: <difficult> is missing"));
  EXPECT_THAT(out, HasSubstr("a.xml: line 4, column 1: the box ends at (21, 5), outside"));
  EXPECT_THAT(out, HasSubstr("1 file checked: 7 problems, 0 warnings"));
}

TEST(Validate, LabelStudioTasks) {
  const TemporaryFolder folder;
  Write(folder / "tasks.json", R"([{"data": {"image": "a.jpg"}, "predictions": [{"result": [
    {"id": "1", "type": "rectanglelabels", "from_name": "box", "original_width": 4,
     "original_height": 4, "value": {"x": 0, "y": 0, "width": 120, "height": 1,
     "rectanglelabels": ["car"]}},
    {"id": "1", "type": "rectanglelabels", "from_name": "box", "to_name": "image",
     "value": {"x": 0, "y": 0, "width": 1, "height": 1}},
    {"id": "2", "type": "brushlabels", "from_name": "brush", "to_name": "image",
     "original_width": 4, "original_height": 4,
     "value": {"format": "rle", "rle": [256], "brushlabels": ["car"]}}]}]}, {}])");
  const std::string out = Checked(folder / "tasks.json").out;
  const std::string at = "tasks[0].predictions[0].result";
  EXPECT_THAT(out, HasSubstr(at + "[0]: 'to_name' is missing"));
  EXPECT_THAT(out, HasSubstr(at + "[0]: 'width' must be percent"));
  EXPECT_THAT(out, HasSubstr(at + "[1]: the id \"1\" stands twice"));
  EXPECT_THAT(out, HasSubstr(at + "[1]: 'original_width' must be the picture's"));
  EXPECT_THAT(out, HasSubstr(at + "[1]: 'value.rectanglelabels' must be a list"));
  EXPECT_THAT(out, HasSubstr(at + "[2]: a brush needs"));
  EXPECT_THAT(out, HasSubstr("tasks[1]: has no 'data'"));
  EXPECT_THAT(out, HasSubstr("Label Studio, 2 tasks, 3 regions"));
}

TEST(Validate, DatumaroFiles) {
  const TemporaryFolder folder;
  Write(folder / "default.json", R"({"dm_format_version": "2.0", "categories": {"label": {"labels":
    [{"name": "car"}]}}, "items": [{"id": "a", "annotations": [
    {"type": "bbox", "label_id": 1, "bbox": [0, 0, -1, 1]},
    {"type": "mask", "label_id": 0, "rle": {"size": [2, 3], "counts": "22"}},
    {"type": "box"}]}, {"id": "a", "image": {"path": "a.jpg", "size": [0, 4]}}]})");
  const std::string out = Checked(folder / "default.json").out;
  EXPECT_THAT(out, HasSubstr("'dm_format_version' must be \"1.0\""));
  EXPECT_THAT(out, HasSubstr("categories.label.labels[0]: must have 'name' and 'parent'"));
  EXPECT_THAT(out, HasSubstr("items[0].annotations[0]: 'label_id' is none of the 1 categories"));
  EXPECT_THAT(out, HasSubstr("items[0].annotations[0]: 'bbox' must be"));
  EXPECT_THAT(out, HasSubstr("items[0].annotations[1]: "));
  EXPECT_THAT(out, HasSubstr("items[0].annotations[2]: 'type' must be"));
  EXPECT_THAT(out, HasSubstr("items[1]: 'image.size' must be"));
  EXPECT_THAT(out, HasSubstr("items[1]: has no list 'annotations'"));
  EXPECT_THAT(out, HasSubstr("items[1]: items[0] has the same id"));
}

TEST(Validate, JsonLines) {
  const TemporaryFolder folder;
  Write(folder / "labels.jsonl",
        "{\"id\": 2, \"file_name\": \"a.jpg\", \"width\": 4, \"height\": 4, \"labels\": "
        "[{\"category\": \"car\", \"bbox\": [0, 0, 1], \"score\": 2}]}\n"
        "{\"id\": 1, \"file_name\": \"b.jpg\", \"labels\": []}\n[]\n");
  const std::string out = Checked(folder.path()).out;
  EXPECT_THAT(out, HasSubstr("line 1, labels[0]: 'bbox' must be"));
  EXPECT_THAT(out, HasSubstr("line 1, labels[0]: 'score' must be"));
  EXPECT_THAT(out, HasSubstr("line 2: 'id' must be"));
  EXPECT_THAT(out, HasSubstr("line 2: 'width' and 'height' are missing"));
  EXPECT_THAT(out, HasSubstr("line 3: must be an object with the list 'labels'"));
}

TEST(Validate, CvatForImages) {
  const TemporaryFolder folder;
  Write(folder / "a.xml",
        "<annotations><meta><task><labels><label><name>car</name></label></labels></task></meta>\n"
        "<image id=\"0\" name=\"a.jpg\" width=\"4\" height=\"2\">\n"
        "<box label=\"dog\" xtl=\"0\" ytl=\"0\" xbr=\"9\" ybr=\"1\"/>\n"
        "<mask label=\"car\" rle=\"1, 2\" left=\"0\" top=\"0\" width=\"2\" height=\"2\">\n"
        "<attribute name=\"score\">1</attribute></mask></image>\n"
        "<image id=\"0\" name=\"a.jpg\" width=\"4\" height=\"2\"/></annotations>");
  const std::string out = Checked(folder.path()).out;
  EXPECT_THAT(out, HasSubstr("line 3, column 1: the label \"dog\" is not declared"));
  EXPECT_THAT(out, HasSubstr("line 3, column 1: warning: the shape leaves the image of 4 × 2"));
  EXPECT_THAT(out, HasSubstr("line 4, column 1: the mask's runs do not add up"));
  EXPECT_THAT(out, HasSubstr("line 5, column 1: the attribute \"score\" of the label \"car\""));
  EXPECT_THAT(out, HasSubstr("line 6, column 1: the name \"a.jpg\" stands twice"));
  EXPECT_THAT(out, HasSubstr("line 6, column 1: the id 0 stands twice"));
  EXPECT_THAT(out, HasSubstr("CVAT for images, 1 label, 2 images, 2 shapes"));
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
  Write(folder / "annotations", "<html/>");
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
  EXPECT_THAT(empty.err, HasSubstr("no label file is below it (*.json, *.jsonl, gt.txt"));

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
