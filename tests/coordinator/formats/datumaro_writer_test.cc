// Expected file: written by hand from Datumaro's description of the format and what its reader
// takes (datumaro/plugins/data_formats/datumaro/base.py).
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "coordinator/formats/label_writer.h"
#include "tests/common/labels/make_shapes.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

class DatumaroWriter : public testing::Test {
 protected:
  std::string Write(const std::vector<LabeledItem>& items) {
    const ClassMap classes = run_.Classes();
    auto writer = OpenDatumaroWriter(folder_ / "datumaro", run_.dataset, classes).value();
    for (const LabeledItem& item : items) EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
    return ReadText(folder_ / "datumaro/annotations/train.json");
  }

  TestRun run_;
  TemporaryFolder folder_;
};

TEST_F(DatumaroWriter, WritesImagesAndFrames) {
  run_.dataset.sources = {ImageSource("photos", {"sub/a.jpg", "bad.jpg", "c.jpg"}),
                          VideoSource("road", 1, 1)};
  LabeledItem a = Labeled(0, 0, {{2, 0.75F, {1.5F, 2, 11.25F, 22}}}, 3, 2);
  a.labels[0].route = Route::kAuto;
  a.labels.push_back(MaskedLabel(0, 0.5F, {1, 0, 2, 2}, Rle{2, 3, {2, 2, 2}}));
  EXPECT_EQ(
      Write({a, UnreadableItem(0, 1), Labeled(0, 2, {}),
             Labeled(1, 0, {{0, 0.9F, {0, 0, 100, 50}, LabelSource::kInterpolated, 4}}, 320, 240)}),
      R"({"dm_format_version": "1.0", "media_type": 2,
"infos": {},
"categories": {"label": {"labels": [
{"name": "car", "parent": "", "attributes": []},
{"name": "truck", "parent": "", "attributes": []},
{"name": "dog", "parent": "", "attributes": []}], "label_groups": [], "attributes": []}},
"items": [
{"id": "sub/a", "annotations": [
 {"id": 0, "type": "bbox", "bbox": [1.50, 2.00, 9.75, 20.00], "label_id": 2, "group": 0, "z_order": 0, "attributes": {"score": 0.7500, "source": "model", "route": "auto", "occluded": false}},
 {"id": 1, "type": "mask", "rle": {"size": [2, 3], "counts": "222"}, "label_id": 0, "group": 0, "z_order": 0, "attributes": {"score": 0.5000, "source": "model", "occluded": false}}], "image": {"path": "sub/a.jpg", "size": [2, 3]}},
{"id": "c", "annotations": [], "image": {"path": "c.jpg", "size": [100, 200]}},
{"id": "road/frame_000000", "annotations": [
 {"id": 0, "type": "bbox", "bbox": [0.00, 0.00, 100.00, 50.00], "label_id": 0, "group": 0, "z_order": 0, "attributes": {"score": 0.9000, "source": "interpolated", "track_id": 4, "occluded": false}}], "attr": {"frame": 0}, "image": {"path": "road/frame_000000.jpg", "size": [240, 320]}}]}
)");
}

TEST_F(DatumaroWriter, WhatAPersonDrewKeepsItsKind) {
  run_.dataset.sources = {VideoSource("road", 1, 1)};
  Shape turned;
  turned.box = {0, 0, 4, 2};
  turned.rotation = 180;
  Label polygon = DrawnLabel(0, MakePolygon({{0, 0}, {10, 0}, {0, 6}}));
  auto point = std::make_shared<ShapePoint>(*polygon.drawn);
  point->attributes = {{"color", "red"}, {"score", "high"}};
  polygon.drawn = point;
  const boost::json::value file = boost::json::parse(
      Write({Labeled(0, 0,
                     {polygon, DrawnLabel(1, MakePoints(ShapeKind::kPolyline, {{0, 0}, {5, 5}})),
                      DrawnLabel(1, MakePoints(ShapeKind::kPoints, {{1, 2}})),
                      DrawnLabel(1, MakeEllipse({0, 0, 40, 20}, 0)), DrawnLabel(1, turned)})}));
  const boost::json::array& labels = file.at("items").at(0).at("annotations").as_array();
  ASSERT_EQ(labels.size(), 5U);
  EXPECT_EQ(labels[0].at("type"), "polygon");
  EXPECT_EQ(labels[0].at("points"), boost::json::parse("[0.0, 0.0, 10.0, 0.0, 0.0, 6.0]"));
  EXPECT_EQ(labels[0].at("attributes").at("color"), "red");
  EXPECT_EQ(labels[0].at("attributes").at("score"), 1.0);
  EXPECT_EQ(labels[1].at("type"), "polyline");
  EXPECT_EQ(labels[2].at("type"), "points");
  EXPECT_EQ(labels[2].at("visibility"), boost::json::parse("[2]"));
  EXPECT_EQ(labels[3].at("type"), "ellipse");
  EXPECT_EQ(labels[3].at("points"), boost::json::parse("[0.0, 0.0, 40.0, 20.0]"));
  EXPECT_EQ(labels[4].at("type"), "polygon");
}

TEST_F(DatumaroWriter, ADatasetWithoutItemsIsValid) {
  const boost::json::value file = boost::json::parse(Write({}));
  EXPECT_TRUE(file.at("items").as_array().empty());
}

}  // namespace
}  // namespace prelabel
