#include "common/labels/tiling.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

// Tiles along one axis.
int TilesAlong(int length, int size, float overlap) {
  if (length <= size) return 1;
  // 0.2 as a float is a little more: that shall not make the step of 100 pixels 79.
  constexpr double kRounding = 1e-3;
  const int step =
      std::max(1, static_cast<int>(std::floor(size * (1 - double{overlap}) + kRounding)));
  return (length - size + step - 1) / step + 1;
}

// Where the i-th of n tiles begins; the last one ends with the image.
int Begin(int i, int n, int length, int size) {
  if (n == 1) return 0;
  return static_cast<int>(std::int64_t{length - size} * i / (n - 1));
}

bool Holds(int size, ImageSize image) { return image.width <= size && image.height <= size; }

}  // namespace

std::vector<Tile> CutTiles(ImageSize image, const Tiling& tiling) {
  std::vector<Tile> tiles;
  bool whole = false;
  for (const int size : tiling.sizes) {
    if (whole) break;
    const int across = TilesAlong(image.width, size, tiling.overlap);
    const int down = TilesAlong(image.height, size, tiling.overlap);
    const int width = std::min(size, image.width);
    const int height = std::min(size, image.height);
    for (int row = 0; row < down; ++row) {
      for (int column = 0; column < across; ++column) {
        tiles.push_back({Begin(column, across, image.width, size),
                         Begin(row, down, image.height, size), width, height});
      }
    }
    whole = Holds(size, image);
  }
  if (tiling.full_image && !whole) tiles.push_back({0, 0, image.width, image.height});
  return tiles;
}

std::uint64_t CountTiles(ImageSize image, const Tiling& tiling) {
  std::uint64_t count = 0;
  for (const int size : tiling.sizes) {
    count += static_cast<std::uint64_t>(TilesAlong(image.width, size, tiling.overlap)) *
             static_cast<std::uint64_t>(TilesAlong(image.height, size, tiling.overlap));
    if (Holds(size, image)) return count;
  }
  return count + (tiling.full_image ? 1 : 0);
}

}  // namespace prelabel
