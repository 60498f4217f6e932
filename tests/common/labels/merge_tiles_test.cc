// Expected values: by hand, and objects that are known because the test has put them there.
#include "common/labels/merge_tiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/base/random.h"
#include "common/geometry/rle_place.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Tiling Of(std::vector<int> sizes, float overlap, TileMerge merge = TileMerge::kNmm,
          TileMetric metric = TileMetric::kIou) {
  Tiling tiling;
  tiling.sizes = std::move(sizes);
  tiling.overlap = overlap;
  tiling.merge = merge;
  tiling.metric = metric;
  return tiling;
}

// What a perfect model says about a tile: the part of each object that the tile shows.
ItemResult Look(const Tile& tile, const std::vector<Prediction>& objects, float least = 1) {
  ItemResult result;
  result.width = tile.width;
  result.height = tile.height;
  for (const Prediction& object : objects) {
    const Box seen = Clip(
        {object.box.x1 - static_cast<float>(tile.x), object.box.y1 - static_cast<float>(tile.y),
         object.box.x2 - static_cast<float>(tile.x), object.box.y2 - static_cast<float>(tile.y)},
        static_cast<float>(tile.width), static_cast<float>(tile.height));
    if (seen.Width() < least || seen.Height() < least) continue;
    // It is the less sure the less it sees.
    const float score = object.score * (0.5F + 0.5F * seen.Area() / object.box.Area());
    result.predictions.push_back({object.class_id, score, seen});
  }
  return result;
}

ItemResult Merge(ImageSize image, const Tiling& tiling, const std::vector<Tile>& tiles,
                 const std::vector<ItemResult>& results) {
  std::vector<const ItemResult*> pointers;
  for (const ItemResult& result : results) pointers.push_back(&result);
  return MergeTiles(image, tiling, tiles, pointers);
}

ItemResult LookAndMerge(ImageSize image, const Tiling& tiling,
                        const std::vector<Prediction>& objects, float least = 1) {
  const std::vector<Tile> tiles = CutTiles(image, tiling);
  std::vector<ItemResult> results;
  for (const Tile& tile : tiles) results.push_back(Look(tile, objects, least));
  return Merge(image, tiling, tiles, results);
}

TEST(MergeTiles, WhatTwoTilesShowWholeIsThereOnce) {
  const std::vector<Prediction> objects = {{2, 0.9F, {60, 20, 90, 80}}};
  const ItemResult merged = LookAndMerge({150, 100}, Of({100}, 0.5F), objects);
  EXPECT_THAT(merged.predictions, ElementsAre(objects.front()));
  EXPECT_EQ(merged.width, 150);
  EXPECT_EQ(merged.height, 100);
}

TEST(MergeTiles, TheWholeBoxStandsForOneThatIsCut) {
  // Whole in the right tile [50, 150), cut at 100 in the left one.
  const std::vector<Prediction> objects = {{0, 0.8F, {70, 20, 130, 80}}};
  for (const TileMerge merge : {TileMerge::kNms, TileMerge::kNmm}) {
    for (const TileMetric metric : {TileMetric::kIou, TileMetric::kIos}) {
      EXPECT_THAT(LookAndMerge({150, 100}, Of({100}, 0.5F, merge, metric), objects).predictions,
                  ElementsAre(objects.front()));
    }
  }
}

TEST(MergeTiles, WhatNoTileShowsWholeIsPutTogether) {
  const std::vector<Prediction> objects = {{0, 0.8F, {10, 20, 390, 80}}};
  const auto merged = LookAndMerge({400, 100}, Of({100}, 0.2F), objects).predictions;
  ASSERT_THAT(merged, SizeIs(1));
  EXPECT_EQ(merged[0].box, objects[0].box);
  // Five tiles in steps of 75; the first and the last show 90 of 380 columns, the others 100.
  EXPECT_FLOAT_EQ(merged[0].score, 0.8F * (0.5F + 0.5F * (90 + 100 + 100 + 100 + 90) / 5 / 380));
}

TEST(MergeTiles, NmsLeavesTheStrongestPiece) {
  const std::vector<Prediction> objects = {{0, 0.8F, {10, 20, 140, 80}}};
  const Tiling tiling = Of({100}, 0.5F, TileMerge::kNms);
  EXPECT_THAT(LookAndMerge({150, 100}, tiling, objects).predictions,
              ElementsAre(Prediction{0, 0.8F * (0.5F + 0.5F * 90 / 130), {10, 20, 100, 80}}));
}

TEST(MergeTiles, ASmallObjectBeforeALargeOneStays) {
  // Of one class, both whole in the left tile, the large one cut in the right one: as far as the
  // right tile shows them they are the same for the intersection over the smaller box.
  const std::vector<Prediction> objects = {{0, 0.9F, {10, 0, 95, 90}}, {0, 0.8F, {60, 40, 80, 90}}};
  for (const TileMetric metric : {TileMetric::kIou, TileMetric::kIos}) {
    EXPECT_THAT(
        LookAndMerge({150, 100}, Of({100}, 0.5F, TileMerge::kNmm, metric), objects).predictions,
        ElementsAre(objects[0], objects[1]));
  }
}

TEST(MergeTiles, TheScoreIsTheMeanOfTheLooksAtIt) {
  const std::vector<Tile> tiles = CutTiles({150, 100}, Of({100, 200}, 0.5F));
  ASSERT_EQ(tiles.size(), 3U);
  std::vector<ItemResult> results;
  for (const Tile& tile : tiles) results.push_back(Look(tile, {}));
  // Both small tiles show [60, 90) whole; the large one is not sure of it, and does not lower it.
  results[0].predictions = {{0, 0.9F, {60, 20, 90, 80}}};
  results[1].predictions = {{0, 0.5F, {10, 20, 40, 80}}};
  results[2].predictions = {{0, 0.2F, {60, 20, 90, 80}}};
  EXPECT_THAT(Merge({150, 100}, Of({100, 200}, 0.5F), tiles, results).predictions,
              ElementsAre(Prediction{0, 0.7F, {60, 20, 90, 80}}));
  // One of them has not found it.
  results[1].predictions.clear();
  EXPECT_THAT(Merge({150, 100}, Of({100, 200}, 0.5F), tiles, results).predictions,
              ElementsAre(Prediction{0, 0.45F, {60, 20, 90, 80}}));
  EXPECT_THAT(Merge({150, 100}, Of({100, 200}, 0.5F, TileMerge::kNms), tiles, results).predictions,
              ElementsAre(Prediction{0, 0.9F, {60, 20, 90, 80}}));
}

TEST(MergeTiles, ClassesStayApart) {
  const std::vector<Prediction> objects = {{0, 0.9F, {60, 20, 90, 80}},
                                           {1, 0.7F, {60, 20, 90, 80}}};
  EXPECT_THAT(LookAndMerge({150, 100}, Of({100}, 0.5F), objects).predictions,
              ElementsAre(objects[0], objects[1]));
}

TEST(MergeTiles, APieceThatABetterViewDoesNotConfirmIsDropped) {
  const std::vector<Tile> tiles = {{0, 0, 100, 100}, {50, 0, 100, 100}};
  std::vector<ItemResult> results = {Look(tiles[0], {}), Look(tiles[1], {})};
  // At the seam of the left tile; the right one shows it all, 30 pixels from its own edge.
  results[0].predictions = {{0, 0.9F, {80, 20, 100, 80}}};
  EXPECT_THAT(Merge({150, 100}, Of({100}, 0.5F), tiles, results).predictions, IsEmpty());
  // Nothing shows more of what reaches over the whole overlap.
  results[0].predictions = {{0, 0.9F, {20, 20, 100, 80}}};
  EXPECT_THAT(Merge({150, 100}, Of({100}, 0.5F), tiles, results).predictions, SizeIs(1));
}

TEST(MergeTiles, ABoxAtTheImagesOwnEdgeIsWhole) {
  const std::vector<Tile> tiles = {{0, 0, 100, 100}, {50, 0, 100, 100}};
  std::vector<ItemResult> results = {Look(tiles[0], {}), Look(tiles[1], {})};
  results[0].predictions = {{0, 0.9F, {0, 0, 30, 100}}};
  EXPECT_THAT(Merge({150, 100}, Of({100}, 0.5F), tiles, results).predictions,
              ElementsAre(Prediction{0, 0.9F, {0, 0, 30, 100}}));
}

TEST(MergeTiles, TheWholeImageMayHaveBeenShownSmaller) {
  Tiling tiling = Of({100}, 0.5F);
  tiling.full_image = true;
  const std::vector<Tile> tiles = CutTiles({400, 200}, tiling);
  std::vector<ItemResult> results;
  for (const Tile& tile : tiles) results.push_back(Look(tile, {}));
  ItemResult& whole = results.back();
  whole.width = 100;
  whole.height = 50;
  whole.predictions = {{0, 0.9F, {10, 5, 90, 45}}};
  whole.masks = {EncodeMask({50, 100, std::vector<std::uint8_t>(5000, 1)})};
  whole.embedding = {FloatToHalf(2)};
  whole.stats.brightness = 0.25F;
  const ItemResult merged = Merge({400, 200}, tiling, tiles, results);
  EXPECT_THAT(merged.predictions, ElementsAre(Prediction{0, 0.9F, {40, 20, 360, 180}}));
  EXPECT_THAT(merged.masks,
              ElementsAre(EncodeMask({200, 400, std::vector<std::uint8_t>(80000, 1)})));
  EXPECT_THAT(merged.embedding, ElementsAre(FloatToHalf(2)));
  EXPECT_EQ(merged.stats.brightness, 0.25F);
}

TEST(MergeTiles, StatisticsAndEmbeddingAreMeansOverTheTiles) {
  const std::vector<Tile> tiles = {{0, 0, 100, 100}, {50, 0, 100, 100}};
  std::vector<ItemResult> results = {Look(tiles[0], {{0, 0.5F, {10, 10, 40, 40}}}),
                                     Look(tiles[1], {{1, 0.6F, {110, 10, 140, 40}}})};
  results[0].stats.contrast = 0.2F;
  results[1].stats.contrast = 0.4F;
  results[0].embedding = {FloatToHalf(1), FloatToHalf(-2)};
  results[1].embedding = {FloatToHalf(3), FloatToHalf(-1)};
  results[0].votes = {1};
  results[1].votes = {2};
  results[0].box_embeddings = {11, 12};
  results[1].box_embeddings = {21, 22};
  const ItemResult merged = Merge({150, 100}, Of({100}, 0.5F), tiles, results);
  EXPECT_FLOAT_EQ(merged.stats.contrast, 0.3F);
  EXPECT_THAT(merged.embedding, ElementsAre(FloatToHalf(2), FloatToHalf(-1.5F)));
  EXPECT_THAT(merged.votes, ElementsAre(2, 1));
  EXPECT_THAT(merged.box_embeddings, ElementsAre(21, 22, 11, 12));  // in the order of the scores
}

TEST(MergeTiles, MasksOfPiecesAreOne) {
  const std::vector<Tile> tiles = {{0, 0, 100, 10}, {60, 0, 100, 10}};
  // A bar over columns 10 to 150, rows 2 to 5, of which each tile shows its part.
  const auto bar = [](std::uint32_t width, int from, int to) {
    Mask mask{10, width, std::vector<std::uint8_t>(std::size_t{10} * width)};
    for (int y = 2; y < 6; ++y) {
      for (int x = from; x < to; ++x) {
        mask.pixels[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)] = 1;
      }
    }
    return EncodeMask(mask);
  };
  std::vector<ItemResult> results = {Look(tiles[0], {{0, 0.5F, {10, 2, 150, 6}}}),
                                     Look(tiles[1], {{0, 0.5F, {10, 2, 150, 6}}})};
  results[0].masks = {bar(100, 10, 100)};
  results[1].masks = {bar(100, 0, 90)};
  const ItemResult merged = Merge({160, 10}, Of({100}, 0.2F), tiles, results);
  EXPECT_THAT(merged.masks, ElementsAre(bar(160, 10, 150)));
}

// Objects of two classes, of all sizes up to three tiles, that do not overlap: each is there once,
// with its own box.
TEST(MergeTiles, NoObjectIsCutOrThereTwice) {
  SplitMix64 random(7);
  for (int round = 0; round < 200; ++round) {
    const ImageSize image{static_cast<int>(200 + random.Below(800)),
                          static_cast<int>(200 + random.Below(800))};
    const Tiling tiling = Of({128}, static_cast<float>(0.25 + 0.5 * random.Uniform()));
    std::vector<Prediction> objects;
    for (int i = 0; i < 40; ++i) {
      const float width = 6 + 300 * static_cast<float>(random.Uniform() * random.Uniform());
      const float height = 6 + 300 * static_cast<float>(random.Uniform() * random.Uniform());
      if (width > static_cast<float>(image.width) || height > static_cast<float>(image.height)) {
        continue;
      }
      const float x = std::floor(static_cast<float>(random.Uniform()) *
                                 (static_cast<float>(image.width) - width));
      const float y = std::floor(static_cast<float>(random.Uniform()) *
                                 (static_cast<float>(image.height) - height));
      const Prediction object{static_cast<std::uint16_t>(random.Below(2)),
                              0.3F + 0.001F * static_cast<float>(objects.size()),
                              {x, y, x + std::floor(width), y + std::floor(height)}};
      const bool free = std::none_of(objects.begin(), objects.end(), [&](const Prediction& other) {
        return Iou(object.box, other.box) > 0;
      });
      if (free) objects.push_back(object);
    }
    std::vector<Box> expected;
    for (const Prediction& object : objects) expected.push_back(object.box);
    const ItemResult merged = LookAndMerge(image, tiling, objects);
    std::vector<Box> found;
    for (const Prediction& prediction : merged.predictions) found.push_back(prediction.box);
    const auto by_place = [](const Box& a, const Box& b) {
      return a.y1 != b.y1 ? a.y1 < b.y1 : a.x1 < b.x1;
    };
    std::sort(expected.begin(), expected.end(), by_place);
    std::sort(found.begin(), found.end(), by_place);
    EXPECT_EQ(found, expected) << "round " << round;
  }
}

}  // namespace
}  // namespace prelabel
