// Boxes by hand from the formats' definitions: YOLO's are parts of the sides, Pascal VOC's are
// whole pixels from 1, the last ones included.
#include "coordinator/profile/dataset_truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/coordinator/formats/temporary_folder.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::Pointee;

class DatasetTruthTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  void AddSource(DatasetLayout layout, const std::string& place, const std::string& root,
                 std::vector<std::string> files) {
    SourceItems source;
    source.root = folder_ / root;
    source.files = std::move(files);
    source.labeled = LabeledDataset{layout, folder_ / place, {}};
    dataset_.sources.push_back(std::move(source));
  }
  DatasetTruth Open() { return DatasetTruth::Open(dataset_, classes_).value(); }
  static std::string MessageOf(const Result<const std::vector<TruthObject>*>& result) {
    return result ? "no error" : result.error().ToString();
  }

  TemporaryFolder folder_;
  Dataset dataset_;
  const std::vector<std::string> classes_{"cat", "dog"};
};

TEST_F(DatasetTruthTest, Yolo) {
  Write("data.yaml", "names: {0: pallet, 1: dog}\ntrain: images\nval: images\n");
  // Only the last of two folders called images is another one.
  AddSource(
      DatasetLayout::kYolo, "data.yaml", "images",
      {"images/a.jpg", "images/bad.jpg", "images/empty.jpg", "images/new.jpg", "images/worse.jpg"});
  Write("images/labels/a.txt", "1 0.5 0.5 0.5 0.25\n0 0.5 0.5 1 1\n1 0 0 0.5 0 0.5 0.5 0.25 0.1\n");
  Write("images/labels/empty.txt", "");
  Write("images/labels/bad.txt", "2 0.5 0.5 1 1\n");
  Write("images/labels/worse.txt", "dog\n");
  DatasetTruth truth = Open();
  EXPECT_TRUE(truth.any());
  EXPECT_THAT(truth.NamesOf(SourceId(0)), Pointee(ElementsAre("dog", "pallet")));
  const std::vector<TruthObject>* objects = truth.Find(SourceId(0), 0, 200, 80).value();
  ASSERT_NE(objects, nullptr);
  EXPECT_THAT(*objects, ElementsAre(TruthObject{1, {50, 30, 150, 50}, false},
                                    TruthObject{1, {0, 0, 100, 40}, false}));
  EXPECT_THAT(truth.unknown(), ElementsAre(Pair("pallet", 1)));
  EXPECT_THAT(MessageOf(truth.Find(SourceId(0), 1, 9, 9)),
              HasSubstr("bad.txt: line 1: data.yaml has no class 2; it names 2"));
  EXPECT_THAT(*truth.Find(SourceId(0), 2, 9, 9).value(), IsEmpty());
  EXPECT_EQ(truth.Find(SourceId(0), 3, 9, 9).value(), nullptr);
  EXPECT_THAT(MessageOf(truth.Find(SourceId(0), 4, 9, 9)), HasSubstr("worse.txt: line 1: "));
}

TEST_F(DatasetTruthTest, PascalVoc) {
  const std::string box =
      "<bndbox><xmin>1</xmin><ymin>11</ymin><xmax>20</xmax><ymax>30.5</ymax></bndbox>";
  Write("Annotations/sub/a.xml", "<annotation><object><name>dog</name>" + box +
                                     "</object><object><name>cat</name><difficult>1</difficult>" +
                                     box + "</object><object><name>bird</name>" + box +
                                     "</object></annotation>");
  Write("Annotations/b.xml", "<annotation>\n<object><name>dog</name></object></annotation>");
  AddSource(DatasetLayout::kVoc, "", "JPEGImages", {"b.jpg", "c.jpg", "sub/a.png"});
  DatasetTruth truth = Open();
  EXPECT_THAT(truth.NamesOf(SourceId(0)), Pointee(IsEmpty()));
  const std::vector<TruthObject>* objects = truth.Find(SourceId(0), 2, 40, 40).value();
  ASSERT_NE(objects, nullptr);
  EXPECT_THAT(truth.NamesOf(SourceId(0)), Pointee(ElementsAre("bird", "cat", "dog")));
  EXPECT_THAT(*objects, ElementsAre(TruthObject{1, {0, 10, 20, 30.5F}, false},
                                    TruthObject{0, {0, 10, 20, 30.5F}, true}));
  EXPECT_THAT(truth.unknown(), ElementsAre(Pair("bird", 1)));
  EXPECT_EQ(truth.Find(SourceId(0), 1, 40, 40).value(), nullptr);
  EXPECT_THAT(MessageOf(truth.Find(SourceId(0), 0, 40, 40)),
              HasSubstr("b.xml: line 2, column 1: an object lacks its 'name', or 'bndbox'"));
}

TEST_F(DatasetTruthTest, CocoIsOfItsSourceAlone) {
  Write("a.json", R"({"images": [{"id": 7, "file_name": "x.jpg"}], "categories": [
      {"id": 3, "name": "dog"}, {"id": 4, "name": "cow"}], "annotations": [
      {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]}]})");
  Write("none.json", R"({"images": [{"id": 7, "file_name": "x.jpg"}], "categories": [],
                         "annotations": []})");
  AddSource(DatasetLayout::kCoco, "none.json", "n", {"x.jpg"});
  EXPECT_FALSE(Open().any());  // nobody has drawn anything yet
  AddSource(DatasetLayout::kCoco, "a.json", "a", {"x.jpg"});
  dataset_.sources.emplace_back();  // a folder
  dataset_.sources.back().files = {"x.jpg"};
  DatasetTruth truth = Open();
  EXPECT_TRUE(truth.any());
  EXPECT_EQ(truth.Find(SourceId(0), 0, 9, 9).value(), nullptr);
  EXPECT_THAT(*truth.Find(SourceId(1), 0, 9, 9).value(),
              ElementsAre(TruthObject{1, {1, 2, 4, 6}, false}));
  EXPECT_EQ(truth.Find(SourceId(2), 0, 9, 9).value(), nullptr);
  EXPECT_EQ(truth.NamesOf(SourceId(0)), nullptr);
  EXPECT_THAT(truth.NamesOf(SourceId(1)), Pointee(ElementsAre("cow", "dog")));
  EXPECT_EQ(truth.NamesOf(SourceId(2)), nullptr);
}

TEST_F(DatasetTruthTest, WhatCanBeReadIsReadWithoutTheRest) {
  Write("data.yaml", "names: [dog]\ntrain: images\n");
  AddSource(DatasetLayout::kCoco, "missing.json", "n", {"x.jpg"});
  AddSource(DatasetLayout::kYolo, "data.yaml", "y", {"x.jpg"});
  EXPECT_THAT(DatasetTruth::Open(dataset_, classes_).error().ToString(), HasSubstr("missing.json"));
  std::map<std::uint32_t, Error> problems;
  const DatasetTruth truth = DatasetTruth::OpenReadable(dataset_, classes_, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems.at(0).ToString(), HasSubstr("missing.json"));
  EXPECT_EQ(truth.NamesOf(SourceId(0)), nullptr);
  EXPECT_THAT(truth.NamesOf(SourceId(1)), Pointee(ElementsAre("dog")));
}

}  // namespace
}  // namespace prelabel
