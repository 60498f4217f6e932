#include "coordinator/formats/cvat_mask.h"

#include <gtest/gtest.h>

#include <random>

namespace prelabel {
namespace {

TEST(CvatMask, TurnsRunsAlongRowsIntoRunsDownColumns) {
  // By hand:  0 1 1   columns: 00, 10, 11
  //           0 0 1
  const Rle rle = RleFromRows(2, 3, {1, 2, 2, 1}).value();
  EXPECT_EQ(rle, (Rle{2, 3, {2, 1, 1, 2}}));
  EXPECT_EQ(RleFromRows(2, 3, {6}).value(), (Rle{2, 3, {6}}));
  EXPECT_EQ(RleFromRows(2, 3, {0, 6}).value(), (Rle{2, 3, {0, 6}}));
  EXPECT_EQ(RleFromRows(2, 3, {0, 2, 0, 4}).value(), (Rle{2, 3, {0, 6}}));
}

// The expected runs are those of the encoder of COCO masks, which sees pixels.
TEST(CvatMask, IsTheSameMaskAsItsPixels) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    Mask mask;
    mask.height = 1 + random() % 9;
    mask.width = 1 + random() % 9;
    mask.pixels.resize(std::size_t{mask.height} * mask.width);
    std::vector<std::int64_t> runs{0};
    std::uint8_t now = 0;
    for (std::uint8_t& pixel : mask.pixels) {
      pixel = random() % 3 == 0 ? 1 - now : now;
      if (pixel != now) runs.push_back(0);
      now = pixel;
      ++runs.back();
    }
    const Result<Rle> rle = RleFromRows(mask.height, mask.width, runs);
    ASSERT_TRUE(rle) << rle.error().ToString();
    EXPECT_EQ(rle.value(), EncodeMask(mask)) << "round " << round;
  }
}

TEST(CvatMask, RefusesWhatIsNoMaskBeforeItTakesMemory) {
  EXPECT_NE(RleFromRows(2, 3, {1, 2, 2}).error().message.find("do not add up"), std::string::npos);
  EXPECT_FALSE(RleFromRows(2, 3, {1, 2, 2, 2}));
  EXPECT_FALSE(RleFromRows(2, 3, {}));
  EXPECT_FALSE(RleFromRows(2, 3, {7, -1}));
  EXPECT_FALSE(RleFromRows(2, 3, {INT64_MAX, INT64_MAX, 8}));
  EXPECT_FALSE(RleFromRows(0, 3, {0}));
  EXPECT_FALSE(RleFromRows(1, 1 << 17, {1 << 17}));
  // Every second of 65,536 rows set: short along the rows, 2^32 runs down the columns.
  std::vector<std::int64_t> stripes(kMaxCvatMaskSide, kMaxCvatMaskSide);
  EXPECT_NE(RleFromRows(kMaxCvatMaskSide, kMaxCvatMaskSide, stripes).error().message.find("runs"),
            std::string::npos);
}

}  // namespace
}  // namespace prelabel
