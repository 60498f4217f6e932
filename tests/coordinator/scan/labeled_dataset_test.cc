// Datasets as their own descriptions lay them out, written by hand.
#include "coordinator/scan/labeled_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "coordinator/scan/scanner.h"
#include "tests/coordinator/scan/temp_tree.h"

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void Write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

template <class T>
std::string Message(const Result<T>& result) {
  if (result) return "no error";
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  return result.error().ToString();
}

// By item: its note, or "-".
std::vector<std::string> Notes(const ListedItems& items) {
  std::vector<std::string> notes;
  for (const auto& of_item : items.item_notes) {
    notes.push_back(of_item.empty() ? "-" : items.notes.at(of_item.front()));
  }
  return notes;
}

Result<DatasetImages> Coco(const std::string& text) {
  std::istringstream in(text);
  return ListCoco(in, "/set/instances.json", "/set/val");
}

TEST(ListCoco, ImagesByNameBelowTheirFolder) {
  const DatasetImages dataset = Coco(R"({"annotations": [{"id": 1, "image_id": 9}], "images": [
            {"id": 9, "file_name": "b.jpg", "width": "odd"}, {"id": 3, "file_name": "a/é.png"}]})")
                                    .value();
  EXPECT_EQ(dataset.root, "/set/val");
  EXPECT_THAT(dataset.items.names, ElementsAre("a/é.png", "b.jpg"));
  EXPECT_THAT(dataset.items.locations, ElementsAre("/set/val/a/é.png", "/set/val/b.jpg"));
  EXPECT_TRUE(dataset.has_labels);
  EXPECT_FALSE(Coco(R"({"images": [{"file_name": "b.jpg"}]})").value().has_labels);
}

TEST(ListCoco, MistakesAreNamedTogether) {
  EXPECT_EQ(Message(Coco(R"({"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2},
                                        {"id": 3, "file_name": "../a.jpg"},
                                        {"id": 4, "file_name": "a.jpg"}]})")),
            "/set/instances.json: images[1] (id 2): lacks 'file_name', or it is no text\n"
            "/set/instances.json: images[2] (id 3): 'file_name' has a part '..'; it must be a path "
            "below 'images' (a manifest takes other paths and URLs)\n"
            "/set/instances.json: images[3] (id 4): 'file_name' is that of images[0], too: "
            "'a.jpg'");
  EXPECT_THAT(Message(Coco(R"({"images": [{"file_name": "http://h/a.jpg"}]})")),
              HasSubstr("has an empty part"));
  EXPECT_THAT(Message(Coco(R"({"images": [{"file_name": "/a.jpg"}]})")),
              HasSubstr("has an empty part, or begins"));
  EXPECT_THAT(Message(Coco("[]")), HasSubstr("is a list of results"));
  EXPECT_THAT(Message(Coco("{}")), HasSubstr("has no list 'images'"));
  EXPECT_THAT(Message(Coco("{\"images\": [\n{]}")), HasSubstr("/set/instances.json: line 2"));
}

TEST(ListYolo, FoldersAndListsOfEverySplit) {
  const TempTree tree;
  tree.Make({"y/images/train/b.jpg", "y/images/train/sub/a.png", "y/images/train/notes.txt",
             "y/more/images/c.jpg", "y/images/val/d.jpg"});
  Write(tree.Root() / "y/val.txt", "./images/val/d.jpg\r\n\nimages/val/gone.jpg\n");
  Write(tree.Root() / "y/data.yaml",
        "train: [images/train, more/images]\nval: val.txt\ntest: images/test\nnames: [a]\n");
  const DatasetImages dataset = ListYolo(tree.Path("y/data.yaml")).value();
  EXPECT_EQ(dataset.root, tree.Root() / "y");
  EXPECT_THAT(dataset.items.names,
              ElementsAre("images/train/b.jpg", "images/train/sub/a.png", "images/val/d.jpg",
                          "images/val/gone.jpg", "more/images/c.jpg"));
  EXPECT_EQ(dataset.items.locations[3], tree.Path("y/images/val/gone.jpg"));
  EXPECT_THAT(Notes(dataset.items), ElementsAre("split: train", "split: train", "split: val",
                                                "split: val", "split: train"));
  EXPECT_THAT(dataset.items.warnings, ElementsAre(HasSubstr("y/images/test: 'test': ")));
}

// As prelabel writes it: train and val are one list, which is no reason to tell splits apart.
TEST(ListYolo, APictureIsOneItem) {
  const TempTree tree;
  Write(tree.Root() / "train.txt", "./images/a.jpg\n./images/a.jpg\n");
  Write(tree.Root() / "data.yaml", "train: train.txt\nval: train.txt\nnames: [a]\n");
  const DatasetImages dataset = ListYolo(tree.Path("data.yaml")).value();
  EXPECT_THAT(dataset.items.names, ElementsAre("images/a.jpg"));
  EXPECT_THAT(dataset.items.notes, IsEmpty());
}

// What Roboflow exports: paths from a folder beside data.yaml, which is not there.
TEST(ListYolo, PathsThatLeadOutAreLookedForWithoutIt) {
  const TempTree tree;
  tree.Make({"set/train/images/a.jpg"});
  Write(tree.Root() / "set/data.yaml", "train: ../train/images\nval: x\nnames: [a]\n");
  EXPECT_THAT(ListYolo(tree.Path("set/data.yaml")).value().items.names,
              ElementsAre("train/images/a.jpg"));
}

TEST(ListYolo, MistakesHaveTheirPlace) {
  const TempTree tree;
  const auto message = [&](const std::string& text) {
    Write(tree.Root() / "data.yaml", text);
    return Message(ListYolo(tree.Path("data.yaml")));
  };
  EXPECT_THAT(message("names: [a]\n"), HasSubstr("data.yaml: names no pictures: "));
  EXPECT_THAT(message("train: [a\n"), HasSubstr("data.yaml:2:1: "));
  EXPECT_THAT(message("path: nowhere\ntrain: a\n"), HasSubstr("nowhere, which is no folder"));
  EXPECT_THAT(message("train: http://h/a\n"), HasSubstr("'train' is no path: \"http://h/a\""));
  Write(tree.Root() / "l.txt", "a.jpg\nb\x01.jpg\n");
  EXPECT_THAT(message("train: l.txt\n"), HasSubstr("l.txt:2: the picture's name has a control"));
  Write(tree.Root() / "l.txt", std::string(5000, 'a'));
  EXPECT_THAT(message("train: l.txt\n"), HasSubstr("l.txt: line 1: "));
}

TEST(ListVoc, ListsNameThePictures) {
  const TempTree tree;
  tree.Make({"JPEGImages/a.jpg", "JPEGImages/b c.png", "JPEGImages/d.jpg", "JPEGImages/x.jpg"});
  Write(tree.Root() / "ImageSets/Main/train.txt", "a\n\"b c\"\n");
  Write(tree.Root() / "ImageSets/Main/trainval.txt", "a\nb c\r\nd\ngone\n");
  Write(tree.Root() / "ImageSets/Main/dog_train.txt", "a -1\n");
  const DatasetImages dataset = ListVoc(tree.Root()).value();
  EXPECT_EQ(dataset.root, tree.Root() / "JPEGImages");
  EXPECT_THAT(dataset.items.names, ElementsAre("a.jpg", "b c.png", "d.jpg", "gone.jpg"));
  EXPECT_EQ(dataset.items.locations[1], tree.Path("JPEGImages/b c.png"));
  EXPECT_THAT(Notes(dataset.items),
              ElementsAre("split: train", "split: train", "split: trainval", "split: trainval"));
  Write(tree.Root() / "ImageSets/Main/val.txt", "d\n../x\n");
  EXPECT_THAT(Message(ListVoc(tree.Root())), HasSubstr("val.txt:2: the picture's name has a part"));
}

TEST(ListVoc, WithoutListsAllPicturesCount) {
  const TempTree tree;
  tree.Make({"JPEGImages/b.jpg", "JPEGImages/a/c.PNG", "JPEGImages/notes.md"});
  EXPECT_THAT(ListVoc(tree.Root()).value().items.names, ElementsAre("a/c.PNG", "b.jpg"));
}

DataSource Labeled(DatasetLayout layout, const std::string& place, const std::string& images = "") {
  DataSource data;
  data.labeled = LabeledDataset{layout, place, images};
  return data;
}

Result<Dataset> Scan(std::vector<DataSource> data) {
  JobSpec job;
  job.data = std::move(data);
  return ScanDataset(
      job, [](const std::filesystem::path&) -> Result<VideoIndex> { return VideoIndex(); },
      [](const std::filesystem::path&, const SourceItems&) -> Result<KeyframeFile> {
        return KeyframeFile();
      });
}

TEST(ScanLabeledDatasets, AreSourcesOfImages) {
  const TempTree tree;
  tree.Make({"voc/JPEGImages/a.jpg", "y/images/b.jpg"});
  Write(tree.Root() / "c.json", R"({"images": [{"file_name": "c.jpg"}], "annotations": []})");
  Write(tree.Root() / "info.json", R"({"images": [{"file_name": "d.jpg"}]})");
  Write(tree.Root() / "y/data.yaml", "train: images\nnames: [a]\n");
  const auto dataset = Scan({Labeled(DatasetLayout::kCoco, tree.Path("c.json"), tree.Path("val/")),
                             Labeled(DatasetLayout::kCoco, tree.Path("info.json"), tree.Path("v")),
                             Labeled(DatasetLayout::kYolo, tree.Path("y/")),
                             Labeled(DatasetLayout::kVoc, tree.Path("voc")),
                             Labeled(DatasetLayout::kVoc, tree.Path("y"))});
  ASSERT_TRUE(dataset) << dataset.error().ToString();
  const auto& sources = dataset.value().sources;
  EXPECT_EQ(sources[0].name, "val");  // as a source of that folder
  EXPECT_EQ(sources[0].root, tree.Root() / "val");
  EXPECT_EQ(sources[0].labeled->place, tree.Path("c.json"));
  EXPECT_FALSE(sources[1].labeled);  // a list of images is no truth about them
  EXPECT_EQ(sources[2].name, "y");
  EXPECT_EQ(sources[2].labeled->place, tree.Path("y/data.yaml"));
  EXPECT_EQ(sources[2].Location(0), tree.Path("y/images/b.jpg"));
  EXPECT_EQ(sources[3].name, "voc");
  EXPECT_THAT(sources[4].error, HasSubstr("no folder that has a folder JPEGImages"));
}

TEST(ScanLabeledDatasets, WhatIsNotThereIsLeftOutAndAMistakeEndsTheJob) {
  const TempTree tree;
  tree.Make({"ok.jpg"});
  Write(tree.Root() / "none.json", R"({"images": []})");
  Write(tree.Root() / "bad.json", R"({"images": [{}]})");
  DataSource ok;
  ok.patterns = {tree.Path("ok.jpg")};
  const auto dataset = Scan({ok, Labeled(DatasetLayout::kCoco, tree.Path("none.json")),
                             Labeled(DatasetLayout::kCoco, tree.Path("gone.json")),
                             Labeled(DatasetLayout::kYolo, tree.Path("gone"))});
  ASSERT_TRUE(dataset) << dataset.error().ToString();
  EXPECT_THAT(dataset.value().sources[1].error, HasSubstr("lists no pictures"));
  EXPECT_THAT(dataset.value().sources[2].error, HasSubstr("gone.json: "));
  EXPECT_THAT(dataset.value().sources[3].error, HasSubstr("'yolo' takes a data.yaml"));
  EXPECT_THAT(Message(Scan({ok, Labeled(DatasetLayout::kCoco, tree.Path("bad.json"))})),
              HasSubstr("bad.json: images[0]: lacks 'file_name'"));
}

}  // namespace
}  // namespace prelabel
