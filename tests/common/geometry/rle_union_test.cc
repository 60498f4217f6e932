// Expected values: pixel by pixel.
#include "common/geometry/rle_union.h"

#include <gtest/gtest.h>

#include "common/base/random.h"

namespace prelabel {
namespace {

Mask RandomMask(SplitMix64& random, std::uint32_t height, std::uint32_t width) {
  Mask mask{height, width, std::vector<std::uint8_t>(std::size_t{height} * width)};
  // Runs of several pixels as well as single ones.
  const std::uint64_t change = 1 + random.Below(8);
  std::uint8_t value = random.Below(2) == 0;
  for (std::uint32_t x = 0; x < width; ++x) {
    for (std::uint32_t y = 0; y < height; ++y) {
      if (random.Below(change) == 0) value = random.Below(2) == 0;
      mask.pixels[std::size_t{y} * width + x] = value;
    }
  }
  return mask;
}

TEST(UnionRle, IsWhatIsSetInEither) {
  SplitMix64 random(1);
  for (int round = 0; round < 500; ++round) {
    const auto height = static_cast<std::uint32_t>(1 + random.Below(12));
    const auto width = static_cast<std::uint32_t>(1 + random.Below(12));
    const Mask a = RandomMask(random, height, width);
    const Mask b = RandomMask(random, height, width);
    Mask either = a;
    for (std::size_t i = 0; i < b.pixels.size(); ++i) either.pixels[i] |= b.pixels[i];
    EXPECT_EQ(UnionRle(EncodeMask(a), EncodeMask(b)), EncodeMask(either));
  }
}

TEST(ScaleRle, TakesThePixelUnderTheCenter) {
  SplitMix64 random(2);
  for (int round = 0; round < 500; ++round) {
    const auto height = static_cast<std::uint32_t>(1 + random.Below(12));
    const auto width = static_cast<std::uint32_t>(1 + random.Below(12));
    const Mask from = RandomMask(random, height, width);
    const auto to_height = static_cast<std::uint32_t>(1 + random.Below(30));
    const auto to_width = static_cast<std::uint32_t>(1 + random.Below(30));
    Mask to{to_height, to_width, std::vector<std::uint8_t>(std::size_t{to_height} * to_width)};
    for (std::uint32_t y = 0; y < to_height; ++y) {
      for (std::uint32_t x = 0; x < to_width; ++x) {
        const std::uint32_t from_y = (2 * y + 1) * height / (2 * to_height);
        const std::uint32_t from_x = (2 * x + 1) * width / (2 * to_width);
        to.pixels[std::size_t{y} * to_width + x] =
            from.pixels[std::size_t{from_y} * width + from_x];
      }
    }
    EXPECT_EQ(ScaleRle(EncodeMask(from), to_height, to_width), EncodeMask(to));
  }
}

}  // namespace
}  // namespace prelabel
