// Expected values: by hand, pixel by pixel.
#include "common/geometry/rle_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;

// Two columns of three pixels: .#  ##  #.
const Rle kMask = EncodeMask({3, 2, {0, 1, 1, 1, 1, 0}});

TEST(PlaceRle, MovesWhatIsSet) {
  Mask expected{5, 4, std::vector<std::uint8_t>(20, 0)};
  for (const auto& [x, y] : {std::pair(1, 3), std::pair(1, 4), std::pair(2, 2), std::pair(2, 3)}) {
    expected.pixels[static_cast<std::size_t>(y * 4 + x)] = 1;
  }
  EXPECT_EQ(DecodeMask(PlaceRle(kMask, 1, 2, 5, 4)), expected);
}

TEST(PlaceRle, InItsOwnPlaceIsTheSame) { EXPECT_EQ(PlaceRle(kMask, 0, 0, 3, 2), kMask); }

TEST(PlaceRle, RunsThatMeetAtTheEdgeOfAColumnAreOne) {
  // Both columns full: six pixels of eight.
  EXPECT_THAT(PlaceRle(EncodeMask({3, 2, {1, 1, 1, 1, 1, 1}}), 0, 0, 3, 3).counts,
              ElementsAre(0, 6, 3));
}

TEST(PlaceRle, CutsOffWhatIsOutside) {
  EXPECT_EQ(DecodeMask(PlaceRle(kMask, -1, -1, 2, 2)), (Mask{2, 2, {1, 0, 0, 0}}));
  EXPECT_THAT(PlaceRle(kMask, 50, 0, 2, 2).counts, ElementsAre(4));
  EXPECT_THAT(PlaceRle(kMask, 0, -50, 2, 2).counts, ElementsAre(4));
}

}  // namespace
}  // namespace prelabel
