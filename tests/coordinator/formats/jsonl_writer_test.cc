// Expected lines: written by hand from the description in label_writer.h.
#include <gtest/gtest.h>

#include "coordinator/formats/label_writer.h"
#include "tests/common/labels/make_shapes.h"
#include "tests/coordinator/formats/labeled_items.h"
#include "tests/coordinator/formats/temporary_folder.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

TEST(JsonlWriter, WritesAnItemALine) {
  const TemporaryFolder folder;
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a \"b\".jpg", "bad.jpg", "c.jpg"}),
                         VideoSource("road", 2, 1)};
  const ClassMap classes = run.Classes();
  LabeledItem a = Labeled(0, 0, {{2, 0.75F, {1.5F, 2, 11.25F, 22}}}, 3, 2);
  a.labels[0].route = Route::kReview;
  a.labels.push_back(MaskedLabel(0, 0.5F, {1, 0, 2, 2}, Rle{2, 3, {2, 2, 2}}));
  LabeledItem frame =
      Labeled(1, 1, {DrawnLabel(0, MakePolygon({{0, 0}, {10, 0}, {0, 6}}), 7)}, 320, 240);
  frame.drawn = true;
  auto writer = OpenJsonlWriter(folder / "labels.jsonl", run.dataset, classes).value();
  for (const LabeledItem& item : {a, UnreadableItem(0, 1), Labeled(0, 2, {}), frame}) {
    ASSERT_TRUE(writer->Add(item));
  }
  ASSERT_TRUE(writer->Finish());
  EXPECT_EQ(
      ReadText(folder / "labels.jsonl"),
      R"({"id": 1, "file_name": "a \"b\".jpg", "width": 3, "height": 2, "labels": [{"category": "dog", "category_id": 18, "bbox": [1.50, 2.00, 9.75, 20.00], "score": 0.7500, "source": "model", "route": "review"}, {"category": "car", "category_id": 3, "bbox": [1.00, 0.00, 1.00, 2.00], "score": 0.5000, "source": "model", "segmentation": {"size": [2, 3], "counts": "222"}}]}
{"id": 2, "file_name": "bad.jpg", "error": "no picture", "labels": []}
{"id": 3, "file_name": "c.jpg", "width": 200, "height": 100, "labels": []}
{"id": 5, "file_name": "road/frame_000001.jpg", "width": 320, "height": 240, "video": "road", "frame_index": 1, "timestamp": 0.100000, "labels": [{"category": "car", "category_id": 3, "bbox": [0.00, 0.00, 10.00, 6.00], "score": 1.0000, "source": "human", "track_id": 7, "segmentation": [[0.00, 0.00, 10.00, 0.00, 0.00, 6.00]], "occluded": false}]}
)");
}

}  // namespace
}  // namespace prelabel
