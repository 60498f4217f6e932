// Expected files: written by hand from the MOTChallenge format, as CVAT imports it.
#include <gtest/gtest.h>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

TEST(MotWriter, WritesAFolderAVideoWithOneBasedFramesAndClasses) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"}), VideoSource("road", 3, 2),
                         VideoSource("empty", 2, 1)};
  run.Commit(run.AddDetect(0, 0, 1), {Seen(0, {{kCar, 0.9F, {0, 0, 100, 50}}})});
  run.Commit(run.AddDetect(1, 0, 2, 2),
             {Seen(0, {{kDog, 0.9F, {200, 100, 220.5F, 120}}, {kCar, 0.8F, {0, 0, 100, 50}}}),
              Seen(2, {{kCar, 0.7F, {20, 0, 120, 50}}})});
  run.Commit(run.AddDetect(2, 0, 2), {Seen(0, {}), Seen(1, {})});

  const TemporaryFolder folder;
  const ClassMap classes = run.Classes();
  auto writer = OpenMotWriter(folder / "mot", run.dataset, classes).value();
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) { return writer->Add(item); }));
  ASSERT_TRUE(writer->Finish());

  // Tracks are numbered by first frame and then by the order of detections: the dog is 1.
  EXPECT_EQ(ReadText(folder / "mot/road/gt/gt.txt"),
            "1,1,200.00,100.00,20.50,20.00,1,3,1\n"
            "1,2,0.00,0.00,100.00,50.00,1,1,1\n"
            "2,2,10.00,0.00,100.00,50.00,1,1,1\n"
            "3,2,20.00,0.00,100.00,50.00,1,1,1\n");
  EXPECT_EQ(ReadText(folder / "mot/road/gt/labels.txt"), "car\ntruck\ndog\n");
  EXPECT_EQ(ReadText(folder / "mot/road/seqinfo.ini"),
            "[Sequence]\nname=road\nimDir=img1\nframeRate=10\nseqLength=3\nimWidth=320\n"
            "imHeight=240\nimExt=.jpg\n");
  EXPECT_TRUE(std::filesystem::exists(folder / "mot/empty/gt/gt.txt"));
  EXPECT_EQ(ReadText(folder / "mot/empty/gt/gt.txt"), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "mot/photos"));
}

TEST(MotWriter, WritesBoundsAndOcclusionOfWhatAPersonDrew) {
  TestRun run;
  ShapeKeyframe keyframe = DrawnBox(0, {});
  keyframe.shape.kind = ShapeKind::kPolygon;
  keyframe.shape.points = {{10, 5}, {30, 5}, {20, 25}};
  ShapeKeyframe hidden = keyframe;
  hidden.frame = 1;
  hidden.occluded = true;
  run.dataset.sources = {DrawnSource("road", 2, {{4, "dog", {keyframe, hidden}}})};
  const TemporaryFolder folder;
  const ClassMap classes = run.Classes();
  auto writer = OpenMotWriter(folder / "mot", run.dataset, classes).value();
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) { return writer->Add(item); }));
  ASSERT_TRUE(writer->Finish());
  EXPECT_EQ(ReadText(folder / "mot/road/gt/gt.txt"),
            "1,4,10.00,5.00,20.00,20.00,1,3,1\n"
            "2,4,10.00,5.00,20.00,20.00,1,3,0\n");
}

}  // namespace
}  // namespace prelabel
