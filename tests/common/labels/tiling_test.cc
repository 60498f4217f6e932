// Expected values: by hand, and as properties of what tiles are for.
#include "common/labels/tiling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/base/random.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;

Tiling Of(std::vector<int> sizes, float overlap, bool full_image = false) {
  Tiling tiling;
  tiling.sizes = std::move(sizes);
  tiling.overlap = overlap;
  tiling.full_image = full_image;
  return tiling;
}

TEST(CutTiles, RowByRowWithinTheImage) {
  // 250 wide: steps of at most 80, so three tiles in steps of 75; 150 high: two in a step of 50.
  EXPECT_THAT(CutTiles({250, 150}, Of({100}, 0.2F)),
              ElementsAre(Tile{0, 0, 100, 100}, Tile{75, 0, 100, 100}, Tile{150, 0, 100, 100},
                          Tile{0, 50, 100, 100}, Tile{75, 50, 100, 100}, Tile{150, 50, 100, 100}));
}

TEST(CutTiles, WithoutOverlapThatFits) {
  EXPECT_THAT(CutTiles({200, 100}, Of({100}, 0)),
              ElementsAre(Tile{0, 0, 100, 100}, Tile{100, 0, 100, 100}));
}

TEST(CutTiles, ASmallImageIsOneTile) {
  EXPECT_THAT(CutTiles({90, 100}, Of({100}, 0.5F, true)), ElementsAre(Tile{0, 0, 90, 100}));
}

TEST(CutTiles, ALowImageHasLowTiles) {
  EXPECT_THAT(CutTiles({150, 40}, Of({100}, 0.5F)),
              ElementsAre(Tile{0, 0, 100, 40}, Tile{50, 0, 100, 40}));
}

TEST(CutTiles, TheWholeImageComesLast) {
  const std::vector<Tile> tiles = CutTiles({150, 100}, Of({100}, 0.5F, true));
  EXPECT_EQ(tiles.size(), 3U);
  EXPECT_EQ(tiles.back(), (Tile{0, 0, 150, 100}));
}

TEST(CutTiles, TheFirstSizeThatHoldsTheImageIsTheLast) {
  EXPECT_THAT(CutTiles({150, 100}, Of({100, 200, 400}, 0.5F, true)),
              ElementsAre(Tile{0, 0, 100, 100}, Tile{50, 0, 100, 100}, Tile{0, 0, 150, 100}));
}

TEST(CutTiles, AnUnknownSizeIsOneTileOfNone) {
  EXPECT_THAT(CutTiles({0, 0}, Of({100}, 0.5F, true)), ElementsAre(Tile{0, 0, 0, 0}));
}

// Whatever is no larger than the overlap is whole in one tile of each size.
TEST(CutTiles, WhatIsSmallerThanTheOverlapIsWholeInSomeTile) {
  SplitMix64 random(3);
  for (int round = 0; round < 300; ++round) {
    const ImageSize image{static_cast<int>(1 + random.Below(2000)),
                          static_cast<int>(1 + random.Below(2000))};
    const int size = static_cast<int>(32 + random.Below(500));
    const auto overlap = static_cast<float>(0.9 * random.Uniform());
    const Tiling tiling = Of({size}, overlap, random.Below(2) == 0);
    const std::vector<Tile> tiles = CutTiles(image, tiling);
    ASSERT_EQ(tiles.size(), CountTiles(image, tiling));
    const int small =
        std::max(1, static_cast<int>(std::floor(overlap * static_cast<float>(size) - 0.01F)));
    const int width = std::min(small, image.width);
    const int height = std::min(small, image.height);
    for (int i = 0; i < 20; ++i) {
      const int x =
          static_cast<int>(random.Below(static_cast<std::uint64_t>(image.width - width + 1)));
      const int y =
          static_cast<int>(random.Below(static_cast<std::uint64_t>(image.height - height + 1)));
      EXPECT_TRUE(std::any_of(tiles.begin(), tiles.end(),
                              [&](const Tile& tile) {
                                return tile.width <= size && x >= tile.x && y >= tile.y &&
                                       x + width <= tile.x + tile.width &&
                                       y + height <= tile.y + tile.height;
                              }))
          << image.width << "x" << image.height << " tiles of " << size << ", overlap " << overlap
          << ", at " << x << "," << y;
    }
    for (const Tile& tile : tiles) {
      EXPECT_GE(tile.x, 0);
      EXPECT_GE(tile.y, 0);
      EXPECT_LE(tile.x + tile.width, image.width);
      EXPECT_LE(tile.y + tile.height, image.height);
    }
  }
}

TEST(CutTiles, AnImageOfFourHundredMegapixels) {
  // Steps of 819 at most: (20000 - 1024) / 819 = 23.2, so 25 a side.
  EXPECT_EQ(CountTiles({20000, 20000}, Of({1024}, 0.2F)), 625U);
}

}  // namespace
}  // namespace prelabel
