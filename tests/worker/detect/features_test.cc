// Maps of at most 32 channels are not projected, so that averages can be worked by hand.
#include "worker/detect/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

// Two channels over 2 rows × 3 columns; the model's input is 30 × 20, a cell 10 × 10.
ModelOutput TwoChannels() {
  ModelOutput output;
  output.feature_channels = 2;
  output.feature_height = 2;
  output.feature_width = 3;
  output.features = {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
  return output;
}

std::vector<float> Floats(const std::vector<Float16>& halves) {
  std::vector<float> floats;
  for (const Float16 half : halves) floats.push_back(HalfToFloat(half));
  return floats;
}

std::vector<float> OneBox(const Box& box) {
  return Floats(FeatureEmbedder(2).Boxes(TwoChannels(), std::vector{box}, 30, 20));
}

TEST(FeatureEmbedder, AnImageIsTheAverageOfItsCells) {
  EXPECT_THAT(Floats(FeatureEmbedder(2).Image(TwoChannels())), ElementsAre(3.5F, 35));
}

TEST(FeatureEmbedder, ABoxIsTheAverageOfTheCellsWhoseCentresItHolds) {
  EXPECT_THAT(OneBox({0, 0, 30, 20}), ElementsAre(3.5F, 35));
  EXPECT_THAT(OneBox({4, 4, 16, 9}), ElementsAre(1.5F, 15));    // the first two of the top row
  EXPECT_THAT(OneBox({24, 1, 29, 19}), ElementsAre(4.5F, 45));  // the right column
}

TEST(FeatureEmbedder, ASmallBoxIsTheCellOfItsCentre) {
  EXPECT_THAT(OneBox({11, 11, 13, 13}), ElementsAre(5, 50));
  EXPECT_THAT(OneBox({16, 0, 19, 20}), ElementsAre(3.5F, 35));  // thin: both rows, middle column
  EXPECT_THAT(OneBox({30, 20, 30, 20}), ElementsAre(6, 60));    // on the far corner
  EXPECT_THAT(OneBox({-9, -9, -5, -5}), ElementsAre(1, 10));    // outside: the nearest cell
}

TEST(FeatureEmbedder, ARowPerBox) {
  const std::vector<Box> boxes{{0, 0, 10, 10}, {20, 10, 30, 20}};
  EXPECT_THAT(Floats(FeatureEmbedder(2).Boxes(TwoChannels(), boxes, 30, 20)),
              ElementsAre(1, 10, 6, 60));
  EXPECT_TRUE(FeatureEmbedder(2).Boxes(TwoChannels(), {}, 30, 20).empty());
}

TEST(FeatureEmbedder, LongFeaturesBecome64And32Values) {
  ModelOutput output;
  output.feature_channels = 512;
  output.feature_height = output.feature_width = 2;
  output.features.assign(512 * 4, 1.0F);
  const FeatureEmbedder embedder(512);
  const std::vector<Box> boxes{{0, 0, 10, 10}, {0, 0, 5, 5}};
  EXPECT_EQ(embedder.Image(output).size(), 64U);
  const std::vector<Float16> rows = embedder.Boxes(output, boxes, 10, 10);
  ASSERT_EQ(rows.size(), 64U);
  // All cells are equal, and so are the averages over any of them.
  EXPECT_TRUE(std::equal(rows.begin(), rows.begin() + 32, rows.begin() + 32));
}

}  // namespace
}  // namespace prelabel
