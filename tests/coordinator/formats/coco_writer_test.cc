// Expected file: written by hand from the COCO data format (cocodataset.org).
#include <gtest/gtest.h>
#include <boost/json.hpp>
#include <memory>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

std::string WriteCoco(TestRun& run) {
  const TemporaryFolder folder;
  const ClassMap classes = run.Classes();
  auto writer =
      OpenCocoWriter(folder / "labels/coco.json", run.dataset, classes, {"a \"run\"", "0.1.0"})
          .value();
  EXPECT_TRUE(run.Visit([&](const LabeledItem& item) { return writer->Add(item); }));
  EXPECT_TRUE(writer->Finish());
  EXPECT_FALSE(std::filesystem::exists(folder / "labels/coco.json.annotations"));
  return ReadText(folder / "labels/coco.json");
}

TEST(CocoWriter, WritesImagesAndFrames) {
  TestRun run;
  run.job.labels.classes["car"] = {"car", {}};
  run.job.labels.classes["dog"] = {"dog", {}};
  run.dataset.sources = {ImageSource("photos", {"a.jpg", "bad.jpg", "c.jpg"}),
                         VideoSource("road", 3, 2)};
  run.Commit(run.AddDetect(0, 0, 3), {Seen(0, {{kDog, 0.75F, {1.5F, 2, 11.25F, 22}}}),
                                      Unreadable(1, "no picture"), Seen(2, {}, 800, 600)});
  run.Commit(run.AddDetect(1, 0, 2, 2),
             {Seen(0, {{kCar, 0.9F, {0, 0, 100, 50}}}), Seen(2, {{kCar, 0.7F, {20, 0, 120, 50}}})});
  // Scores of a track are means with weights 3 and 2: (3 · 0.9 + 2 · 0.7) / 5 = 0.82, and 0.78.
  // Between them the lower one, times what is guessed over a way of 20 pixels: 1 - 0.2 · 20 /
  // √5000.
  const std::string expected =
      R"({"info": {"description": "a \"run\"", "version": "0.1.0"},
"licenses": [],
"categories": [
{"id": 3, "name": "car", "supercategory": ""},
{"id": 18, "name": "dog", "supercategory": ""}],
"annotations": [
{"id": 1, "image_id": 1, "category_id": 18, "bbox": [1.50, 2.00, 9.75, 20.00], "area": 195.0000, "segmentation": [[1.50, 2.00, 11.25, 2.00, 11.25, 22.00, 1.50, 22.00]], "iscrowd": 0, "score": 0.7500, "source": "model"},
{"id": 2, "image_id": 4, "category_id": 3, "bbox": [0.00, 0.00, 100.00, 50.00], "area": 5000.0000, "segmentation": [[0.00, 0.00, 100.00, 0.00, 100.00, 50.00, 0.00, 50.00]], "iscrowd": 0, "score": 0.8200, "source": "model", "track_id": 1},
{"id": 3, "image_id": 5, "category_id": 3, "bbox": [10.00, 0.00, 100.00, 50.00], "area": 5000.0000, "segmentation": [[10.00, 0.00, 110.00, 0.00, 110.00, 50.00, 10.00, 50.00]], "iscrowd": 0, "score": 0.7359, "source": "interpolated", "track_id": 1},
{"id": 4, "image_id": 6, "category_id": 3, "bbox": [20.00, 0.00, 100.00, 50.00], "area": 5000.0000, "segmentation": [[20.00, 0.00, 120.00, 0.00, 120.00, 50.00, 20.00, 50.00]], "iscrowd": 0, "score": 0.7800, "source": "model", "track_id": 1}],
"images": [
{"id": 1, "file_name": "a.jpg", "width": 640, "height": 480},
{"id": 3, "file_name": "c.jpg", "width": 800, "height": 600},
{"id": 4, "file_name": "road/frame_000000.jpg", "width": 320, "height": 240, "video": "road", "frame_index": 0, "timestamp": 0.000000},
{"id": 5, "file_name": "road/frame_000001.jpg", "width": 320, "height": 240, "video": "road", "frame_index": 1, "timestamp": 0.100000},
{"id": 6, "file_name": "road/frame_000002.jpg", "width": 320, "height": 240, "video": "road", "frame_index": 2, "timestamp": 0.200000}]}
)";
  const std::string written = WriteCoco(run);
  EXPECT_EQ(written, expected);
  boost::json::error_code error;
  boost::json::parse(written, error);
  EXPECT_FALSE(error) << error.message();
}

TEST(CocoWriter, AMaskIsRunLengthsWithItsOwnArea) {
  const TemporaryFolder folder;
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  const ClassMap classes = run.Classes();
  LabeledItem item;
  item.width = 3;
  item.height = 2;
  item.labels = {{2, 0.5F, {0.5F, 0, 2.5F, 2}}};
  item.labels[0].mask = std::make_shared<const Rle>(Rle{2, 3, {2, 2, 2}});
  auto writer = OpenCocoWriter(folder / "coco.json", run.dataset, classes, {}).value();
  ASSERT_TRUE(writer->Add(item));
  ASSERT_TRUE(writer->Finish());
  EXPECT_NE(
      ReadText(folder / "coco.json")
          .find(
              R"("bbox": [0.50, 0.00, 2.00, 2.00], "area": 2.0000, "segmentation": {"size": [2, 3], "counts": "222"}, "iscrowd": 0)"),
      std::string::npos);
}

TEST(CocoWriter, AnEmptyDatasetIsValid) {
  TestRun run;
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(WriteCoco(run), error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_TRUE(value.at("images").as_array().empty());
  EXPECT_TRUE(value.at("annotations").as_array().empty());
  EXPECT_EQ(value.at("categories").as_array().size(), 3U);
}

TEST(CocoWriter, TheAreaIsThatOfTheWrittenSides) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  // 10.006 and 20.004 round to 10.01 and 20.00: 9.99 × 9.99 = 99.8001.
  run.Commit(run.AddDetect(0, 0, 1),
             {Seen(0, {{kCar, 0.9F, {10.006F, 10.006F, 20.004F, 20.004F}}})});
  const boost::json::value value = boost::json::parse(WriteCoco(run));
  const boost::json::object& label = value.at("annotations").at(0).as_object();
  EXPECT_DOUBLE_EQ(label.at("bbox").at(2).as_double(), 9.99);
  EXPECT_DOUBLE_EQ(label.at("area").as_double(), 99.8001);
}

TEST(CocoWriter, WithoutFinishThereIsNoFile) {
  const TemporaryFolder folder;
  TestRun run;
  const ClassMap classes = run.Classes();
  OpenCocoWriter(folder / "coco.json", run.dataset, classes, {}).value().reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(CocoWriter, WritesWhatAPersonDrew) {
  TestRun run;
  run.card = {};
  ShapeKeyframe box = DrawnBox(0, {0, 0, 20, 10});
  box.occluded = true;
  box.attributes = {{"color", "red"}, {"make", "\"x\""}};
  ShapeKeyframe turned = DrawnBox(0, {0, 0, 20, 10});
  turned.shape.rotation = 90;
  ShapeKeyframe skeleton = DrawnBox(0, {});
  skeleton.shape.kind = ShapeKind::kSkeleton;
  skeleton.shape.joints = {
      {"head", {5, 6}, false, false}, {"hand", {9, 8}, false, true}, {"foot", {1, 1}, true, false}};
  run.dataset.sources = {
      DrawnSource("road", 1, {{1, "car", {box}}, {2, "car", {turned}}, {3, "person", {skeleton}}})};
  const std::string written = WriteCoco(run);
  const std::size_t begin = written.find("\"annotations\"");
  const std::string labels = written.substr(begin, written.find("\"images\"") - begin);
  // Turned by 90° about (10, 5), the box spans 5 to 15 and -5 to 15; its first corner is top right.
  EXPECT_EQ(labels,
            R"("annotations": [
{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0.00, 0.00, 20.00, 10.00], "area": 200.0000, "segmentation": [[0.00, 0.00, 20.00, 0.00, 20.00, 10.00, 0.00, 10.00]], "iscrowd": 0, "score": 1.0000, "source": "human", "track_id": 1, "occluded": true, "attributes": {"color": "red", "make": "\"x\""}},
{"id": 2, "image_id": 1, "category_id": 1, "bbox": [5.00, -5.00, 10.00, 20.00], "area": 200.0000, "segmentation": [[15.00, -5.00, 15.00, 15.00, 5.00, 15.00, 5.00, -5.00]], "iscrowd": 0, "score": 1.0000, "source": "human", "track_id": 2, "occluded": false},
{"id": 3, "image_id": 1, "category_id": 2, "bbox": [5.00, 6.00, 4.00, 2.00], "area": 8.0000, "segmentation": [[5.00, 6.00, 9.00, 6.00, 9.00, 8.00, 5.00, 8.00]], "iscrowd": 0, "score": 1.0000, "source": "human", "track_id": 3, "occluded": false, "keypoints": [5.00, 6.00, 2, 9.00, 8.00, 1, 0, 0, 0], "num_keypoints": 2}],
)");
  EXPECT_NE(
      written.find(
          R"({"id": 2, "name": "person", "supercategory": "", "keypoints": ["head", "hand", "foot"], "skeleton": []})"),
      std::string::npos);
}

}  // namespace
}  // namespace prelabel
