#include "coordinator/profile/ground_truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class GroundTruthTest : public testing::Test {
 protected:
  std::filesystem::path Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / name;
    std::ofstream(path) << text;
    return path;
  }

  const std::vector<std::string> classes_{"cat", "dog"};
};

TEST_F(GroundTruthTest, ObjectsByTheNamesOfImagesAndClasses) {
  GroundTruth truth;
  ASSERT_TRUE(truth.Add(
      Write("truth.json",
            R"({"images": [{"id": 7, "file_name": "a/b.jpg"}, {"id": 8, "file_name": "c.jpg"}],
                "categories": [{"id": 3, "name": "dog"}, {"id": 4, "name": "pallet"}],
                "annotations": [
                  {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "iscrowd": 0},
                  {"id": 2, "image_id": 7, "category_id": 3, "bbox": [0, 0, 9, 9], "iscrowd": 1},
                  {"id": 3, "image_id": 7, "category_id": 4, "bbox": [0, 0, 5, 5]}]})"),
      classes_));
  ASSERT_NE(truth.Find("a/b.jpg"), nullptr);
  EXPECT_THAT(*truth.Find("a/b.jpg"),
              ElementsAre(TruthObject{1, {1, 2, 4, 6}, false}, TruthObject{1, {0, 0, 9, 9}, true}));
  ASSERT_NE(truth.Find("c.jpg"), nullptr);
  EXPECT_TRUE(truth.Find("c.jpg")->empty());
  EXPECT_EQ(truth.Find("d.jpg"), nullptr);
  EXPECT_EQ(truth.images(), 2u);
  EXPECT_EQ(truth.objects(), 1u);
  EXPECT_THAT(truth.unknown(), ElementsAre(Pair("pallet", 1)));
}

TEST_F(GroundTruthTest, WhatIsWrongIsSaid) {
  GroundTruth truth;
  const auto message = [&](const std::filesystem::path& path) {
    const Result<void> added = truth.Add(path, classes_);
    return added ? std::string() : added.error().ToString();
  };
  EXPECT_THAT(message("nowhere.json"), HasSubstr("nowhere.json: "));
  EXPECT_THAT(message(Write("results.json", R"([{"image_id": 1, "category_id": 1,
                                                  "bbox": [1, 2, 3, 4], "score": 1}])")),
              HasSubstr("no COCO instances file"));
  EXPECT_THAT(message(Write("lost.json", R"({"images": [], "categories": [], "annotations": [
                                {"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]}]})")),
              HasSubstr("image or category that it does not list"));
  EXPECT_THAT(message(Write("no_box.json", R"({"images": [], "categories": [], "annotations": [
                                {"id": 5, "image_id": 7, "category_id": 3}]})")),
              HasSubstr("annotations[0] (id 5): 'image_id', 'category_id' or 'bbox' is missing"));
  EXPECT_EQ(message(Write("one.json",
                          R"({"images": [{"id": 7, "file_name": "x.jpg"}], "annotations": []})")),
            "");
  EXPECT_THAT(message(Write("two.json",
                            R"({"images": [{"id": 1, "file_name": "x.jpg"}], "annotations": []})")),
              HasSubstr("x.jpg twice"));
}

}  // namespace
}  // namespace prelabel
