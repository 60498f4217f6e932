// Expected files: written by hand from Label Studio's guide ("Import pre-annotated data", "Video
// object tracking"). The brush's bytes: see label_studio_rle_test.cc.
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

class LabelStudioWriter : public testing::Test {
 protected:
  void Write(const std::vector<LabeledItem>& items) {
    const ClassMap classes = run_.Classes();
    auto writer = OpenLabelStudioWriter(folder_ / "ls", run_.dataset, classes, 0.9F).value();
    for (const LabeledItem& item : items) EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
  }
  std::string Text(const std::string& name) const { return ReadText(folder_ / ("ls/" + name)); }

  TestRun run_;
  TemporaryFolder folder_;
};

TEST_F(LabelStudioWriter, WritesImagesWithPredictions) {
  run_.dataset.sources = {ImageSource("photos", {"a & b.jpg", "bad.jpg", "c.jpg"})};
  Write({Labeled(0, 0, {{2, 0.75F, {20, 10, 120, 60}}, {0, 0.5F, {-20, 50, 100, 200}}}),
         UnreadableItem(0, 1), Labeled(0, 2, {})});
  EXPECT_EQ(Text("images.json"), R"([
  {"data": {"image": "/data/local-files/?d=a%20%26%20b.jpg"},
   "predictions": [{"model_version": "prelabel", "score": 0.5000, "result": [
      {"id": "label1", "type": "rectanglelabels", "from_name": "box", "to_name": "image", "original_width": 200, "original_height": 100, "image_rotation": 0, "score": 0.7500, "value": {"x": 10.000000, "y": 10.000000, "width": 50.000000, "height": 50.000000, "rotation": 0, "rectanglelabels": ["dog"]}},
      {"id": "label2", "type": "rectanglelabels", "from_name": "box", "to_name": "image", "original_width": 200, "original_height": 100, "image_rotation": 0, "score": 0.5000, "value": {"x": 0.000000, "y": 50.000000, "width": 50.000000, "height": 50.000000, "rotation": 0, "rectanglelabels": ["car"]}}]}]},
  {"data": {"image": "/data/local-files/?d=c.jpg"},
   "predictions": [{"model_version": "prelabel", "result": []}]}
]
)");
  EXPECT_EQ(Text("images.xml"), R"(<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="box" toName="image">
    <Label value="car"/>
    <Label value="truck"/>
    <Label value="dog"/>
  </RectangleLabels>
</View>
)");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ls/videos.json"));
}

TEST_F(LabelStudioWriter, MasksAreBrushes) {
  run_.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  Write({Labeled(0, 0, {MaskedLabel(0, 0.5F, {1, 0, 2, 2}, Rle{2, 3, {2, 2, 2}})}, 3, 2)});
  EXPECT_NE(
      Text("images.json")
          .find(
              R"({"id": "label1", "type": "brushlabels", "from_name": "brush", "to_name": "image", "original_width": 3, "original_height": 2, "image_rotation": 0, "score": 0.5000, "value": {"format": "rle", "rle": [0, 0, 0, 24, 57, 27, 252, 96, 17, 255, 206, 1, 31, 252, 96, 0], "brushlabels": ["car"]}})"),
      std::string::npos)
      << Text("images.json");
  EXPECT_NE(Text("images.xml").find("  <BrushLabels name=\"brush\" toName=\"image\">\n"),
            std::string::npos);
}

// A track that moves evenly in frames 0 to 2 of 5 and is there again in the last one.
TEST_F(LabelStudioWriter, VideosAreTracks) {
  run_.dataset.sources = {VideoSource("road", 5, 1)};
  const auto frame = [](std::uint64_t item, std::vector<Label> labels) {
    return Labeled(0, item, std::move(labels), 320, 240);
  };
  const auto car = [](float x, float score) {
    return Label{0, score, {x, 0, x + 160, 120}, LabelSource::kModel, 3};
  };
  Write({frame(0, {car(0, 0.9F)}), frame(1, {car(16, 0.8F)}), frame(2, {car(32, 0.7F)}),
         frame(3, {}), frame(4, {car(64, 0.6F)})});
  EXPECT_EQ(Text("videos.json"), R"([
  {"data": {"video": "/data/local-files/?d=road.avi", "fps": 10},
   "predictions": [{"model_version": "prelabel", "score": 0.6000, "result": [
      {"id": "track3", "type": "videorectangle", "from_name": "box", "to_name": "video", "original_width": 320, "original_height": 240, "score": 0.7500, "value": {"framesCount": 5, "duration": 0.500000, "labels": ["car"], "sequence": [
        {"frame": 1, "enabled": true, "rotation": 0, "x": 0.000000, "y": 0.000000, "width": 50.000000, "height": 50.000000, "time": 0.000000},
        {"frame": 3, "enabled": false, "rotation": 0, "x": 10.000000, "y": 0.000000, "width": 50.000000, "height": 50.000000, "time": 0.200000},
        {"frame": 5, "enabled": true, "rotation": 0, "x": 20.000000, "y": 0.000000, "width": 50.000000, "height": 50.000000, "time": 0.400000}]}}]}]}
]
)");
  EXPECT_EQ(Text("videos.xml"), R"(<View>
  <Labels name="class" toName="video">
    <Label value="car"/>
    <Label value="truck"/>
    <Label value="dog"/>
  </Labels>
  <Video name="video" value="$video" framerate="$fps"/>
  <VideoRectangle name="box" toName="video"/>
</View>
)");
}

TEST_F(LabelStudioWriter, WithoutItemsTheListIsEmpty) {
  run_.dataset.sources = {ImageSource("photos", {})};
  Write({});
  EXPECT_TRUE(boost::json::parse(Text("images.json")).as_array().empty());
}

}  // namespace
}  // namespace prelabel
