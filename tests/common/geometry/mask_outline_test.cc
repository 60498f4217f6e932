// Expected rings: drawn by hand. Random masks are judged by filling the rings again, pixel by
// pixel, with the even-odd rule (a pixel is inside where a ray to its left crosses lines an odd
// number of times), which shares nothing with how they were found.
#include "common/geometry/mask_outline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace prelabel {
namespace {

// Rows of '#' and '.'.
Mask Drawn(const std::vector<std::string>& rows) {
  Mask mask;
  mask.height = static_cast<std::uint32_t>(rows.size());
  mask.width = static_cast<std::uint32_t>(rows.front().size());
  for (const std::string& row : rows) {
    for (const char c : row) mask.pixels.push_back(c == '#' ? 1 : 0);
  }
  return mask;
}

std::vector<MaskRing> OutlineOf(const std::vector<std::string>& rows) {
  return MaskOutline(EncodeMask(Drawn(rows)));
}

Mask Fill(const std::vector<MaskRing>& rings, std::uint32_t height, std::uint32_t width) {
  Mask mask{height, width, std::vector<std::uint8_t>(std::size_t{height} * width, 0)};
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      bool inside = false;
      for (const MaskRing& ring : rings) {
        for (std::size_t i = 0; i < ring.corners.size(); ++i) {
          const PixelCorner& a = ring.corners[i];
          const PixelCorner& b = ring.corners[(i + 1) % ring.corners.size()];
          const bool crossed =
              a.x == b.x && a.x <= x && std::min(a.y, b.y) <= y && y < std::max(a.y, b.y);
          if (crossed) inside = !inside;
        }
      }
      mask.pixels[std::size_t{y} * width + x] = inside ? 1 : 0;
    }
  }
  return mask;
}

TEST(MaskOutline, RunsClockwiseAroundAPixel) {
  const std::vector<MaskRing> expected = {{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}, false}};
  EXPECT_EQ(OutlineOf({"...", ".#.", "..."}), expected);
}

TEST(MaskOutline, HasNoCornerWhereTheLineGoesStraightOn) {
  const std::vector<MaskRing> expected = {
      {{{0, 0}, {3, 0}, {3, 1}, {1, 1}, {1, 3}, {0, 3}}, false}};
  EXPECT_EQ(OutlineOf({"###", "#..", "#.."}), expected);
}

TEST(MaskOutline, SaysWhatIsAHole) {
  const std::vector<MaskRing> expected = {{{{0, 0}, {3, 0}, {3, 3}, {0, 3}}, false},
                                          {{{1, 1}, {1, 2}, {2, 2}, {2, 1}}, true}};
  EXPECT_EQ(OutlineOf({"###", "#.#", "###"}), expected);
}

TEST(MaskOutline, PixelsThatTouchAtACornerArePartsOfTheirOwn) {
  const std::vector<MaskRing> expected = {{{{0, 1}, {1, 1}, {1, 2}, {0, 2}}, false},
                                          {{{1, 0}, {2, 0}, {2, 1}, {1, 1}}, false}};
  EXPECT_EQ(OutlineOf({".#", "#."}), expected);
}

TEST(MaskOutline, AnEmptyMaskHasNone) { EXPECT_TRUE(OutlineOf({"..", ".."}).empty()); }

TEST(MaskOutline, FilledAgainIsTheMask) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Mask mask;
    mask.height = 1 + random() % 12;
    mask.width = 1 + random() % 12;
    const unsigned sparse = 1 + random() % 4;
    for (std::uint32_t i = 0; i < mask.height * mask.width; ++i) {
      mask.pixels.push_back(random() % 5 < sparse ? 1 : 0);
    }
    const std::vector<MaskRing> rings = MaskOutline(EncodeMask(mask));
    ASSERT_EQ(Fill(rings, mask.height, mask.width), mask) << "round " << round;
    // By area, too: holes are those that take away.
    std::int64_t area = 0;
    for (const MaskRing& ring : rings) {
      const Mask one = Fill({ring}, mask.height, mask.width);
      std::int64_t pixels = 0;
      for (const std::uint8_t pixel : one.pixels) pixels += pixel;
      area += ring.hole ? -pixels : pixels;
      ASSERT_GE(ring.corners.size(), 4U);
    }
    std::int64_t set = 0;
    for (const std::uint8_t pixel : mask.pixels) set += pixel;
    ASSERT_EQ(area, set) << "round " << round;
  }
}

}  // namespace
}  // namespace prelabel
