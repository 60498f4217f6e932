#include "coordinator/confidence/label_scores.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

TEST(LabelScores, CountsByClassAndGroup) {
  LabelScores scores(2);
  LabeledItem item;
  item.labels = {{0, 0.9F, {}, LabelSource::kModel, 0, 1},
                 {0, 0.31F, {}, LabelSource::kModel, 0, 1},
                 {1, 1, {}, LabelSource::kHuman, 1, kDrawnClass}};
  scores.Add(item, 5);
  const ClassScores& counted = scores.classes()[1];
  EXPECT_EQ(counted.labels, 2u);
  EXPECT_EQ(counted.fine[90], 1u);
  EXPECT_EQ(counted.fine[31], 1u);
  EXPECT_EQ(counted.bins[5][18], 1u);
  EXPECT_EQ(counted.bins[5][6], 1u);
  EXPECT_EQ(counted.score_sums[5], 1210000u);
  EXPECT_EQ(scores.classes()[0], ClassScores{});
}

}  // namespace
}  // namespace prelabel
