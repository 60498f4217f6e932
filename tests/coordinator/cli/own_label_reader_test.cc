// What is right follows by hand from the boxes that are written here.
#include "coordinator/cli/own_label_reader.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/formats/temporary_folder.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OwnLabelReaderTest : public ::testing::Test {
 protected:
  OwnLabelReaderTest() {
    context_.card.classes = {"cat", "dog"};
    context_.classes.categories = {{1, "cat"}, {2, "dog"}};
    context_.classes.category_of_class = {0, 1};
    context_.classes.threshold_of_class = {0.3F, 0.3F};
  }
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
    context_.dataset.sources.push_back(std::move(source));
  }
  // Every image has one label of each class, all over it.
  std::optional<OwnLabels> Read() {
    OwnLabelReader reader(context_);
    const ItemResult raw;
    for (std::uint32_t s = 0; s < context_.dataset.sources.size(); ++s) {
      for (std::uint64_t i = 0; i < context_.dataset.sources[s].files.size(); ++i) {
        LabeledItem item;
        item.source = SourceId(s);
        item.item = i;
        item.width = 100;
        item.height = 100;
        item.raw = &raw;
        for (const int category : {0, 1}) {
          Label label;
          label.category = category;
          label.score = 0.9F;
          label.box = {0, 0, 100, 100};
          item.labels.push_back(label);
        }
        reader.Add(item);
      }
    }
    LabeledItem failed;
    failed.error = "cut off";
    reader.Add(failed);
    return reader.Finish();
  }

  TemporaryFolder folder_;
  JobContext context_;
};

TEST_F(OwnLabelReaderTest, FoldersAndWhatNobodyHasLabeledHaveNone) {
  context_.dataset.sources.emplace_back();
  context_.dataset.sources.back().files = {"a.jpg"};
  EXPECT_FALSE(Read().has_value());
  Write("new.json", R"({"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [],
                        "annotations": []})");
  Write("data.yaml", "names: [dog]\ntrain: images\n");
  AddSource(DatasetLayout::kCoco, "new.json", "n", {"a.jpg"});
  AddSource(DatasetLayout::kYolo, "data.yaml", "images", {"a.jpg"});
  EXPECT_FALSE(Read().has_value());
}

TEST_F(OwnLabelReaderTest, WhatIsBrokenIsSaidAndLeftOut) {
  Write("data.yaml", "names: [dog, dogs]\ntrain: images\n");
  Write("labels/a.txt", "0 0.5 0.5 1 1\n1 0.5 0.5 1 1\n");
  Write("labels/bad.txt", "7 0.5 0.5 1 1\n");
  Write("bad.json", R"({"images": [{"id": 1, "file_name": "x.jpg"}], "categories": [],
                        "annotations": [{"id": 1, "image_id": 1}]})");
  AddSource(DatasetLayout::kCoco, "bad.json", "n", {"x.jpg"});
  AddSource(DatasetLayout::kYolo, "data.yaml", "",
            {"images/a.jpg", "images/bad.jpg", "images/none.jpg"});
  const OwnLabels own = Read().value();
  EXPECT_EQ(own.images, 1U);
  EXPECT_EQ(own.without, 1U);
  EXPECT_EQ(own.unreadable, 2U);
  EXPECT_EQ(own.problem_count, 2U);
  EXPECT_THAT(own.problems,
              ElementsAre(HasSubstr("bad.json: annotations[0] (id 1): 'image_id', 'category_id'"),
                          HasSubstr("bad.txt: line 1: data.yaml has no class 7")));
  EXPECT_EQ(own.classes[1].precision.found, 1U);
  EXPECT_EQ(own.classes[0].unjudged, 1U);  // the dataset has no cats
  EXPECT_THAT(own.unwritten, ElementsAre(UnwrittenClass{"dogs", 1, {"dog"}}));
}

// The first image's cat is wrong since cats are drawn in the second one.
TEST_F(OwnLabelReaderTest, PascalVocHasTheClassesThatAreInAnyFile) {
  const std::string box =
      "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>100</xmax><ymax>100</ymax></bndbox>";
  Write("Annotations/a.xml", "<annotation></annotation>");
  Write("Annotations/b.xml",
        "<annotation><object><name>cat</name>" + box + "</object></annotation>");
  AddSource(DatasetLayout::kVoc, "", "JPEGImages", {"a.jpg", "b.jpg"});
  const OwnLabels own = Read().value();
  EXPECT_EQ(own.images, 2U);
  EXPECT_EQ(own.empty, 1U);
  EXPECT_EQ(own.classes[0].precision.labels, 2U);
  EXPECT_EQ(own.classes[0].precision.found, 1U);
  EXPECT_EQ(own.classes[0].recall.labels, 1U);
  EXPECT_EQ(own.classes[1].unjudged, 2U);
}

}  // namespace
}  // namespace prelabel
