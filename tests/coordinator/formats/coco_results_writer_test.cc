// Expected file: written by hand from the COCO results format (cocodataset.org).
#include <gtest/gtest.h>

#include <memory>

#include "coordinator/formats/label_writer.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

std::string WriteResults(TestRun& run, CocoResultsKind kind) {
  const TemporaryFolder folder;
  const ClassMap classes = run.Classes();
  auto writer =
      OpenCocoResultsWriter(folder / "results.json", run.dataset, classes, run.card, kind).value();
  EXPECT_TRUE(run.Visit([&](const LabeledItem& item) { return writer->Add(item); }));
  EXPECT_TRUE(writer->Finish());
  return ReadText(folder / "results.json");
}

TEST(CocoResultsWriter, RawIsWhatTheModelSaidAndLabelsWhatTheJobWants) {
  TestRun run;
  run.job.labels.classes["truck"] = {"vehicle", {}};
  run.job.labels.classes["car"] = {"vehicle", {}};
  run.dataset.sources = {ImageSource("photos", {"bad.jpg", "b.jpg"})};
  run.Commit(run.AddDetect(0, 0, 2),
             {Unreadable(0, "no picture"),
              Seen(1, {{1, 0.5F, {1, 2, 4.5F, 8.125F}}, {2, 0.0625F, {0, 0, 1, 1}}})});
  EXPECT_EQ(
      WriteResults(run, CocoResultsKind::kRaw),
      R"([{"image_id": 2, "category_id": 8, "bbox": [1.000, 2.000, 3.500, 6.125], "score": 0.50000},
{"image_id": 2, "category_id": 18, "bbox": [0.000, 0.000, 1.000, 1.000], "score": 0.06250}]
)");
  EXPECT_EQ(
      WriteResults(run, CocoResultsKind::kLabels),
      R"([{"image_id": 2, "category_id": 3, "bbox": [1.000, 2.000, 3.500, 6.125], "score": 0.50000}]
)");
}

// pycocotools' loadRes keeps a segmentation that stands beside the bbox.
TEST(CocoResultsWriter, MasksAreCompressedRunLengths) {
  const TemporaryFolder folder;
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  const ClassMap classes = run.Classes();
  ItemResult raw = Seen(0, {{kDog, 0.5F, {1, 0, 2, 2}}, {kDog, 0.25F, {0, 0, 1, 2}}}, 3, 2);
  raw.masks = {Rle{2, 3, {2, 2, 2}}, Rle{2, 3, {0, 2, 4}}};
  LabeledItem item;
  item.width = 3;
  item.height = 2;
  item.raw = &raw;
  Label label{2, 0.5F, {1, 0, 2, 2}};
  label.mask = std::make_shared<const Rle>(raw.masks[0]);
  item.labels = {label, {2, 0.25F, {0, 0, 1, 2}}};
  const auto write = [&](CocoResultsKind kind) {
    auto writer =
        OpenCocoResultsWriter(folder / "results.json", run.dataset, classes, run.card, kind)
            .value();
    EXPECT_TRUE(writer->Add(item));
    EXPECT_TRUE(writer->Finish());
    return ReadText(folder / "results.json");
  };
  const std::string first =
      R"([{"image_id": 1, "category_id": 18, "bbox": [1.000, 0.000, 1.000, 2.000], "score": 0.50000, "segmentation": {"size": [2, 3], "counts": "222"}},
)";
  EXPECT_EQ(
      write(CocoResultsKind::kRaw),
      first +
          R"({"image_id": 1, "category_id": 18, "bbox": [0.000, 0.000, 1.000, 2.000], "score": 0.25000, "segmentation": {"size": [2, 3], "counts": "024"}}]
)");
  EXPECT_EQ(
      write(CocoResultsKind::kLabels),
      first +
          R"({"image_id": 1, "category_id": 18, "bbox": [0.000, 0.000, 1.000, 2.000], "score": 0.25000}]
)");
}

TEST(CocoResultsWriter, NoResultsAreAnEmptyList) {
  TestRun run;
  EXPECT_EQ(WriteResults(run, CocoResultsKind::kRaw), "[]\n");
}

}  // namespace
}  // namespace prelabel
