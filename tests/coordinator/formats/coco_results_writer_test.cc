// Expected file: written by hand from the COCO results format (cocodataset.org).
#include <gtest/gtest.h>

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

TEST(CocoResultsWriter, NoResultsAreAnEmptyList) {
  TestRun run;
  EXPECT_EQ(WriteResults(run, CocoResultsKind::kRaw), "[]\n");
}

}  // namespace
}  // namespace prelabel
