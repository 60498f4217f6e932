// Expected values: hand calculation.
#include "common/labels/appearance.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/labels/tracklet.h"

namespace prelabel {
namespace {

std::vector<std::uint8_t> AllIn(std::size_t bin) {
  std::vector<std::uint8_t> appearance(kAppearanceSize, 0);
  for (std::size_t i = bin; i < kAppearanceSize; i += kAppearanceBins) appearance[i] = 255;
  return appearance;
}

TEST(AppearanceSimilarity, OneForEqualZeroForDisjointHistograms) {
  EXPECT_DOUBLE_EQ(AppearanceSimilarity(AllIn(2), AllIn(2)), 1);
  EXPECT_DOUBLE_EQ(AppearanceSimilarity(AllIn(2), AllIn(3)), 0);
  EXPECT_DOUBLE_EQ(AppearanceSimilarity(AllIn(2), std::vector<std::uint8_t>(kAppearanceSize)), 0);
}

TEST(AppearanceSimilarity, HalfTheHistogramsShared) {
  // Of the first stripe's three histograms one differs: 8 of 9 coefficients are 1.
  std::vector<std::uint8_t> other = AllIn(2);
  other[2] = 0;
  other[3] = 255;
  EXPECT_DOUBLE_EQ(AppearanceSimilarity(AllIn(2), other), 8.0 / 9);
}

TEST(MeanAppearance, IsTheCosineToTheMean) {
  MeanAppearance mean;
  EXPECT_EQ(mean.Similarity(AllIn(2)), -1);  // unknown
  mean.Add(AllIn(2));
  mean.Add(AllIn(3));
  mean.Add({});  // nothing to learn from
  // (1, 1) / √2 against (1, 0) in each histogram.
  EXPECT_NEAR(mean.Similarity(AllIn(2)), 0.70711, 1e-5);
  EXPECT_EQ(mean.Similarity(AppearanceView()), -1);
}

}  // namespace
}  // namespace prelabel
