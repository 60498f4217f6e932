// Large images are looked at in tiles. Which ones: a function of the image's size alone, so that a
// plan, its workers and merge agree. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace prelabel {

// What becomes of an object that several tiles show.
enum class TileMerge : std::uint8_t {
  kNms,  // the strongest box stays
  kNmm   // boxes that a tile's edge has cut are joined (non-maximum merging)
};

// When a box that a tile's edge has cut, and one of another tile, are of one object.
enum class TileMetric : std::uint8_t {
  kIou,  // IoU of what both tiles show of the two
  kIos   // intersection over the smaller box
};

struct Tiling {
  // Sides of the square tiles in pixels, ascending, each once; never empty. Each is a pass of its
  // own over the image: large tiles show large objects whole, small ones show small objects well.
  std::vector<int> sizes;
  float overlap = 0.2F;     // of neighbors, at least: a share of their side, [0, 0.9]
  bool full_image = false;  // the whole image is one more tile
  TileMerge merge = TileMerge::kNmm;
  TileMetric metric = TileMetric::kIou;
  friend bool operator==(const Tiling&, const Tiling&) = default;
};

// Pixels of the upright image.
struct Tile {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  friend bool operator==(const Tile&, const Tile&) = default;
};

struct ImageSize {
  int width = 0;  // 0 with height: it could not be found out
  int height = 0;
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

// The tiles of an image, in the order of their tasks: size by size, each row by row, the whole
// image last. All of a size have the same sides, are inside the image and are spread evenly. One
// tile, the whole image, where it is no larger than the smallest size; the first larger size that
// holds the whole image ends the list. For an unknown size: one tile of no size.
std::vector<Tile> CutTiles(ImageSize image, const Tiling& tiling);

// CutTiles(…).size(), without the tiles.
std::uint64_t CountTiles(ImageSize image, const Tiling& tiling);

}  // namespace prelabel
