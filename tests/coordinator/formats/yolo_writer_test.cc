// Expected files: written by hand from Ultralytics' description (docs.ultralytics.com, "Object
// Detection Datasets Overview" and "Instance Segmentation Datasets Overview").
#include <gtest/gtest.h>

#include <memory>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

class YoloWriter : public testing::Test {
 protected:
  void Write(TestRun& run, const std::vector<LabeledItem>& items,
             YoloTask task = YoloTask::kDetect) {
    const ClassMap classes = run.Classes();
    auto writer =
        OpenYoloWriter(folder_ / "yolo", run.dataset, classes, {"a \"run\"", "0.1.0"}, task)
            .value();
    for (const LabeledItem& item : items) EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
  }
  std::string Text(const std::string& name) const { return ReadText(folder_ / ("yolo/" + name)); }
  static LabeledItem Item(std::uint64_t item, std::vector<Label> labels, int width = 200,
                          int height = 100) {
    LabeledItem labeled;
    labeled.item = item;
    labeled.width = width;
    labeled.height = height;
    labeled.labels = std::move(labels);
    return labeled;
  }

  TemporaryFolder folder_;
};

TEST_F(YoloWriter, WritesAFolderAsTrainersTakeIt) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"bad.jpg", "sub/b.x.jpg", "c.png"}),
                         VideoSource("road", 1, 1)};
  LabeledItem frame = Item(0, {{1, 0.5F, {0, 0, 160, 240}}}, 320, 240);
  frame.source = SourceId(1);
  // 20 … 120 of 200 and 10 … 60 of 100: centers 0.35 and 0.35, sides 0.5.
  Write(run, {Item(0, {}, 0, 0),
              Item(1, {{0, 0.9F, {20, 10, 120, 60}}, {2, 0.1234F, {100, 0, 200, 100}}}),
              Item(2, {}), frame});
  EXPECT_EQ(Text("labels/train/sub/b.x.txt"),
            "0 0.3500000 0.3500000 0.500000 0.500000\n"
            "2 0.7500000 0.5000000 0.500000 1.000000\n");
  EXPECT_EQ(Text("labels/train/road/frame_000000.txt"),
            "1 0.2500000 0.5000000 0.500000 1.000000\n");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "yolo/labels/train/c.txt"));
  EXPECT_EQ(Text("labels/train/c.txt"), "");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "yolo/labels/train/bad.txt"));
  EXPECT_EQ(Text("train.txt"),
            "./images/train/sub/b.x.jpg\n./images/train/c.png\n"
            "./images/train/road/frame_000000.jpg\n");
  EXPECT_EQ(Text("scores.jsonl"),
            "{\"file\": \"labels/train/sub/b.x.txt\", \"scores\": [0.9000, 0.1234]}\n"
            "{\"file\": \"labels/train/c.txt\", \"scores\": []}\n"
            "{\"file\": \"labels/train/road/frame_000000.txt\", \"scores\": [0.5000]}\n");
  EXPECT_EQ(Text("data.yaml"),
            "# prelabel 0.1.0: \"a \\\"run\\\"\"\n"
            "# Pictures belong here, under the names of train.txt.\n"
            "train: train.txt\n"
            "val: train.txt\n"
            "names:\n"
            "  0: \"car\"\n"
            "  1: \"truck\"\n"
            "  2: \"dog\"\n");
}

TEST_F(YoloWriter, BoxesEndAtTheImagesEdges) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  Write(run, {Item(0, {{0, 0.9F, {-20, -5, 50, 200}},
                       {1, 0.8F, {200, 10, 260, 60}},  // beside the image
                       {2, 0.7F, {10, 10, 10, 60}}})});
  EXPECT_EQ(Text("labels/train/a.txt"), "0 0.1250000 0.5000000 0.250000 1.000000\n");
  EXPECT_EQ(Text("scores.jsonl"), "{\"file\": \"labels/train/a.txt\", \"scores\": [0.9000]}\n");
}

// A third of a pixel and the like: center ± half a side must not leave the image.
TEST_F(YoloWriter, RoundingDoesNotLeaveTheImage) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  Write(run, {Item(0, {{0, 0.9F, {2.5F, 1.1F, 7, 3}}}, 7, 3)});
  // 2.5 / 7 = 0.357143, 1.1 / 3 = 0.366667.
  EXPECT_EQ(Text("labels/train/a.txt"), "0 0.6785715 0.6833335 0.642857 0.633333\n");
}

TEST_F(YoloWriter, SegmentsAreOutlines) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  // 4 × 2 pixels: the last column is set.
  Label masked{0, 0.9F, {3, 0, 4, 2}};
  masked.mask = std::make_shared<const Rle>(Rle{2, 4, {6, 2}});
  Label empty{0, 0.8F, {0, 0, 4, 2}};
  empty.mask = std::make_shared<const Rle>(Rle{2, 4, {8}});
  Label drawn{1, 1, {0, 0, 2, 2}};
  ShapePoint point;
  point.shape.kind = ShapeKind::kPolygon;
  point.shape.points = {{0, 0}, {2, 0}, {-1, 2}};
  drawn.drawn = std::make_shared<const ShapePoint>(point);
  Write(run, {Item(0, {masked, empty, drawn, {2, 0.5F, {1, 0, 3, 1}}}, 4, 2)}, YoloTask::kSegment);
  EXPECT_EQ(Text("labels/train/a.txt"),
            "0 0.750000 0.000000 1.000000 0.000000 1.000000 1.000000 0.750000 1.000000\n"
            "1 0.000000 0.000000 0.500000 0.000000 0.000000 1.000000\n"
            "2 0.250000 0.000000 0.750000 0.000000 0.750000 0.500000 0.250000 0.500000\n");
  EXPECT_EQ(Text("scores.jsonl"),
            "{\"file\": \"labels/train/a.txt\", \"scores\": [0.9000, 1.0000, 0.5000]}\n");
}

// img2label_paths of ultralytics/data/utils.py takes the last folder of this name.
TEST_F(YoloWriter, AFolderOfThePicturesCalledImagesIsTheOneThatTrainersExchange) {
  TestRun run;
  run.dataset.sources = {
      ImageSource("photos", {"images/a.jpg", "my-images/b.jpg", "x/images/c.jpg"})};
  Write(run, {Item(0, {{0, 0.9F, {20, 10, 120, 60}}}), Item(1, {}), Item(2, {})});
  EXPECT_EQ(Text("train.txt"),
            "./images/a.jpg\n./images/train/my-images/b.jpg\n./x/images/c.jpg\n");
  EXPECT_EQ(Text("labels/a.txt"), "0 0.3500000 0.3500000 0.500000 0.500000\n");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "yolo/labels/train/my-images/b.txt"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "yolo/x/labels/c.txt"));
}

TEST_F(YoloWriter, RefusesTwoPicturesWithOneLabelFile) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg", "a.png"})};
  const ClassMap classes = run.Classes();
  EXPECT_FALSE(OpenYoloWriter(folder_ / "yolo", run.dataset, classes, {}, YoloTask::kDetect));
}

}  // namespace
}  // namespace prelabel
