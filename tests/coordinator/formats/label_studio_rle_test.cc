// Expected bytes: what label-studio-converter's brush.mask2rle gives (it ends with a byte of zeros
// more where the bits fill the last one). Random masks are decoded by its description of the
// coding.
#include "coordinator/formats/label_studio_rle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>

namespace prelabel {
namespace {

class BitReader {
 public:
  explicit BitReader(const std::vector<int>& bytes) : bytes_(bytes) {}
  std::uint64_t Read(int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      value = value * 2 + static_cast<std::uint64_t>(bytes_.at(at_ / 8) >> (7 - at_ % 8) & 1);
    }
    return value;
  }

 private:
  const std::vector<int>& bytes_;
  std::size_t at_ = 0;
};

std::vector<int> Decode(const std::vector<int>& bytes) {
  BitReader bits(bytes);
  const std::uint64_t count = bits.Read(32);
  const int word = static_cast<int>(bits.Read(5)) + 1;
  int sizes[4];
  for (int& size : sizes) size = static_cast<int>(bits.Read(4)) + 1;
  std::vector<int> values;
  while (values.size() < count) {
    const bool repeats = bits.Read(1) == 1;
    const std::uint64_t length = bits.Read(sizes[bits.Read(2)]) + 1;
    for (std::uint64_t i = 0, value = 0; i < length; ++i) {
      if (i == 0 || !repeats) value = bits.Read(word);
      values.push_back(static_cast<int>(value));
    }
  }
  return values;
}

TEST(LabelStudioRle, IsThatOfTheConverter) {
  // Column 1 of 3 × 2 pixels.
  EXPECT_EQ(EncodeLabelStudioRle(Rle{2, 3, {2, 2, 2}}).value(),
            (std::vector<int>{0, 0, 0, 24, 57, 27, 252, 96, 17, 255, 206, 1, 31, 252, 96, 0}));
}

TEST(LabelStudioRle, DecodesToTheMask) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    Mask mask;
    mask.height = 1 + random() % 40;
    mask.width = 1 + random() % 200;
    const std::uint32_t block = 1 + random() % 97;
    bool set = false;
    for (std::uint32_t i = 0; i < mask.height * mask.width; ++i) {
      if (random() % block == 0) set = !set;
      mask.pixels.push_back(set ? 1 : 0);
    }
    const std::vector<int> values = Decode(EncodeLabelStudioRle(EncodeMask(mask)).value());
    ASSERT_EQ(values.size(), mask.pixels.size() * 4);
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(values[i], mask.pixels[i / 4] * 255) << "round " << round << ", byte " << i;
    }
  }
}

// More than 2^16 equal bytes are several blocks.
TEST(LabelStudioRle, LongRunsAreCut) {
  const std::vector<int> values = Decode(EncodeLabelStudioRle(Rle{300, 300, {0, 90000}}).value());
  EXPECT_EQ(values.size(), 360000U);
  EXPECT_EQ(std::count(values.begin(), values.end(), 255), 360000);
}

TEST(LabelStudioRle, RefusesWhatItsCountCannotHold) {
  EXPECT_FALSE(EncodeLabelStudioRle(Rle{1U << 15, 1U << 15, {1U << 30}}));
}

}  // namespace
}  // namespace prelabel
