#include "worker/detect/postprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace prelabel {
namespace {

Fit Input100x50() { return {0, 0, 100, 50, 100, 50}; }

ItemResult Item400x100() {
  ItemResult item;
  item.item = 7;
  item.width = 400;
  item.height = 100;
  return item;
}

// By hand: 400 / 100 = 4 across, 100 / 50 = 2 down.
TEST(FillPredictions, StretchesBoxesToTheOriginalAndClips) {
  ModelOutput output;
  output.candidates = {{3, 0.9F, {10, 10, 20, 30}}, {5, 0.8F, {-5, 40, 101, 60}}};
  ItemResult item = Item400x100();
  FillPredictions(output, Input100x50(), {}, nullptr, item);
  ASSERT_EQ(item.predictions.size(), 2U);
  EXPECT_EQ(item.predictions[0], (Prediction{3, 0.9F, {40, 20, 80, 60}}));
  EXPECT_EQ(item.predictions[1], (Prediction{5, 0.8F, {0, 80, 400, 100}}));
  EXPECT_TRUE(item.embedding.empty());
  EXPECT_TRUE(item.box_embeddings.empty());
}

TEST(FillPredictions, SuppressesWithinAClassAndKeepsTheStrongest) {
  ModelOutput output;
  output.candidates = {{1, 0.3F, {0, 0, 10, 10}},
                       {1, 0.9F, {0, 0, 10, 11}},  // IoU 10/11 with the first
                       {2, 0.5F, {0, 0, 10, 10}},
                       {1, 0.4F, {50, 0, 60, 10}}};
  ItemResult item = Item400x100();
  FillPredictions(output, Input100x50(), {.threshold = 0.05F, .nms = 0.6F, .max_per_image = 2},
                  nullptr, item);
  ASSERT_EQ(item.predictions.size(), 2U);
  EXPECT_EQ(item.predictions[0].score, 0.9F);
  EXPECT_EQ(item.predictions[1].class_id, 2);
}

// The module's own detections: two of a class that NMS would merge, out of order.
TEST(FillPredictions, KeepsWhatTheModuleChoseWithItsMasks) {
  ModelOutput output;
  output.suppressed = true;
  output.candidates = {{1, 0.3F, {0, 0, 10, 10}},
                       {1, 0.9F, {0, 0, 10, 11}},
                       {2, 0.3F, {0, 0, 410, 10}},
                       {2, 0.2F, {0, 0, 10, 10}}};
  for (std::uint32_t i = 1; i <= 4; ++i) output.masks.push_back({100, 400, {i, 40000 - i}});
  ItemResult item = Item400x100();
  FillPredictions(output, {0, 0, 400, 100, 400, 100},
                  {.threshold = 0.05F, .nms = 0.6F, .max_per_image = 3}, nullptr, item);
  ASSERT_EQ(item.predictions.size(), 3U);
  EXPECT_EQ(item.predictions[0], output.candidates[1]);
  EXPECT_EQ(item.predictions[1], output.candidates[0]);  // before its equal, as the module has it
  EXPECT_EQ(item.predictions[2], (Prediction{2, 0.3F, {0, 0, 400, 10}}));
  ASSERT_EQ(item.masks.size(), 3U);
  EXPECT_EQ(item.masks[0], output.masks[1]);
  EXPECT_EQ(item.masks[1], output.masks[0]);
  EXPECT_EQ(item.masks[2], output.masks[2]);
}

// 400 × 100 in a square of 100: 100 × 25, 37 rows below the upper edge (round(37.5 - 0.1)).
TEST(FillPredictions, TakesBoxesBackFromALetterbox) {
  ModelOutput output;
  output.candidates = {{3, 0.9F, {10, 42, 20, 57}}, {5, 0.8F, {50, 0, 100, 45}}};
  ItemResult item = Item400x100();
  FillPredictions(output, {0, 37, 100, 25, 100, 100}, {}, nullptr, item);
  ASSERT_EQ(item.predictions.size(), 2U);
  EXPECT_EQ(item.predictions[0], (Prediction{3, 0.9F, {40, 20, 80, 80}}));
  EXPECT_EQ(item.predictions[1], (Prediction{5, 0.8F, {200, 0, 400, 32}}));
}

// By hand: outside of the picture (left of x = 0) the boxes differ, IoU 100/300; inside they are
// the same 10 x 10.
TEST(FillPredictions, OnlyWhatIsInThePictureCountsForSuppression) {
  ModelOutput output;
  output.candidates = {{1, 0.9F, {0, 0, 10, 10}}, {1, 0.8F, {-20, 0, 10, 10}}};
  ItemResult item = Item400x100();
  FillPredictions(output, Input100x50(), {}, nullptr, item);
  ASSERT_EQ(item.predictions.size(), 1U);
  EXPECT_EQ(item.predictions[0].score, 0.9F);
}

TEST(FillPredictions, EmbedsTheImageAndEachKeptBoxInOrder) {
  ModelOutput output;
  output.candidates = {{0, 0.2F, {0, 0, 50, 50}}, {0, 0.7F, {50, 0, 100, 50}}};
  output.feature_channels = 1;
  output.feature_height = 1;
  output.feature_width = 2;
  output.features = {2, 8};
  ItemResult item = Item400x100();
  const FeatureEmbedder embedder(1);
  FillPredictions(output, Input100x50(), {}, &embedder, item);
  EXPECT_THAT(item.embedding, ::testing::ElementsAre(FloatToHalf(5)));
  EXPECT_THAT(item.box_embeddings, ::testing::ElementsAre(FloatToHalf(8), FloatToHalf(2)));
}

TEST(FillPredictions, ABoxThatIsNoNumberFailsTheItem) {
  ModelOutput output;
  output.candidates = {{0, 0.9F, {0, 0, 1, 1}},
                       {0, 0.2F, {0, std::numeric_limits<float>::quiet_NaN(), 50, 50}}};
  ItemResult item = Item400x100();
  FillPredictions(output, Input100x50(), {}, nullptr, item);
  EXPECT_EQ(item.error, "the model gave a box whose corners are no numbers");
  EXPECT_EQ(item.item, 7U);
  EXPECT_TRUE(item.predictions.empty());
  EXPECT_EQ(item.width, 0);
}

// Three classes of a picture of 400 × 100, a column each: .5, .9 and .7.
TEST(FillPredictions, MasksOfClassesFromTheStrongestOn) {
  ModelOutput output;
  output.semantic = {3, 1, 4, -1, {.5F, 0, 0, .04F, 0, .9F, 0, .03F, 0, 0, .7F, .02F}};
  ItemResult item = Item400x100();
  FillPredictions(output, {0, 0, 4, 1, 4, 1}, {.threshold = .3F, .nms = .1F, .max_per_image = 2},
                  nullptr, item);
  ASSERT_EQ(item.predictions.size(), 2U);
  EXPECT_EQ(item.predictions[0].class_id, 1);
  EXPECT_EQ(item.predictions[1].class_id, 2);
  ASSERT_EQ(item.masks.size(), 2U);
  EXPECT_EQ(item.masks[0].height, 100U);
  EXPECT_EQ(item.masks[0].width, 400U);
  EXPECT_EQ(Area(item.masks[0]), static_cast<std::uint64_t>(item.predictions[0].box.Width()) * 100);
}

TEST(FillPredictions, ScoresOfClassesThatAreNoNumbersFailTheItem) {
  ModelOutput output;
  output.semantic = {1, 1, 2, -1, {.5F, std::numeric_limits<float>::quiet_NaN()}};
  ItemResult item = Item400x100();
  FillPredictions(output, {0, 0, 2, 1, 2, 1}, {}, nullptr, item);
  EXPECT_EQ(item.error, "the model gave scores that are no numbers");
  EXPECT_TRUE(item.predictions.empty());
  EXPECT_EQ(item.item, 7U);
}

}  // namespace
}  // namespace prelabel
