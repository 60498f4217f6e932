// Expected values: worked by hand from the formula in the header.
#include "coordinator/routing/work_time.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(BreakEven, IsWhereCheckingTakesAsLongAsDrawing) {
  // 10 labels of which 4 are right, with 6 s a box and 1.5 s a check: checked and six removed in
  // 15 + 9 = 24 s, drawn in 4 · 6 = 24 s.
  ReviewOptions times;
  times.seconds_per_box = 6;
  times.seconds_per_check = 1.5F;
  EXPECT_NEAR(BreakEven(times), 0.4, 1e-9);
  // By default 3.2 / 8.6.
  EXPECT_NEAR(BreakEven({}), 0.372093, 1e-6);
}

TEST(BreakEven, IsOutOfReachWhereCheckingIsSlowerThanDrawing) {
  ReviewOptions times;
  times.seconds_per_box = 2;
  times.seconds_per_check = 3;
  EXPECT_EQ(BreakEven(times), 1);
}

TEST(WorkCounts, CountImagesAndFramesApartAndNothingThatPeopleDrew) {
  WorkCounts work(2);
  LabeledItem item;
  item.labels = {{0, 0.9F, {}}, {0, 0.8F, {}}, {1, 0.7F, {}}};
  work.Add(item, SourceKind::kImages);
  work.Add(item, SourceKind::kVideo);
  item.drawn = true;
  work.Add(item, SourceKind::kVideo);
  LabeledItem failed;
  failed.error = "no picture";
  work.Add(failed, SourceKind::kImages);
  EXPECT_EQ(work.images, 2U);
  EXPECT_EQ(work.quarantined_images, 1U);
  EXPECT_EQ(work.frames, 1U);
  EXPECT_EQ(work.quarantined_frames, 0U);
  EXPECT_EQ(work.categories[0], (WorkCounts::OfCategory{2, 2, 1, 1}));
  EXPECT_EQ(work.categories[1], (WorkCounts::OfCategory{1, 1, 1, 1}));
}

}  // namespace
}  // namespace prelabel
