// Expected values: by hand, and compressed texts from this Python, written from the description of
// the format ("deltas against the count two before from index 3 on; groups of 5 bits, low ones
// first; bit 5: more follow; plus 48 as a character"):
//
//   def compress(counts):
//       text = ""
//       for i, x in enumerate(counts):
//           if i > 2: x -= counts[i - 2]
//           while True:
//               bits, x = x & 31, x >> 5
//               last = x == (-1 if bits & 16 else 0)
//               text += chr(48 + bits + (0 if last else 32))
//               if last: break
//       return text
#include "common/geometry/rle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Counts = std::vector<std::int64_t>;

std::string MessageOf(const Result<Rle>& rle) {
  if (rle.has_value()) return "no error";
  EXPECT_EQ(rle.error().code, ErrorCode::kInvalidArgument);
  return rle.error().message;
}

TEST(Rle, RunsGoDownTheColumns) {
  // . 1 .
  // 1 1 .   → columns .1 11 .. → 1 zero, 3 ones, 2 zeros
  const Mask mask{2, 3, {0, 1, 0, 1, 1, 0}};
  const Rle rle = EncodeMask(mask);
  EXPECT_THAT(rle.counts, ElementsAre(1, 3, 2));
  EXPECT_EQ(Area(rle), 3U);
  EXPECT_EQ(CompressCounts(rle), "132");
  EXPECT_EQ(DecodeMask(rle), mask);
}

TEST(Rle, TheFirstRunCountsZeros) {
  EXPECT_THAT(EncodeMask({2, 2, {1, 1, 1, 1}}).counts, ElementsAre(0, 4));
  EXPECT_THAT(EncodeMask({2, 2, {0, 0, 0, 0}}).counts, ElementsAre(4));
  EXPECT_THAT(EncodeMask({1, 3, {1, 0, 1}}).counts, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(EncodeMask({3, 1, {0, 1, 0}}).counts, ElementsAre(1, 1, 1));
}

TEST(Rle, CompressedTextIsThatOfTheFormat) {
  const std::vector<std::pair<Counts, std::string>> known = {
      {{0, 6}, "06"},
      {{6}, "6"},
      {{16, 1, 15}, "`01?"},
      {{31, 1, 32}, "o01P1"},
      {{6, 1, 40, 4, 5, 4, 5, 4, 21}, "61X13mN000`0"},
      {{0, 1, 1000, 3, 996}, "01Xo02L"},
      {{100, 1000, 100, 10, 20}, "T3Xo0T3RQO`M"},
      {{0, 2147483648}, "0PPPPPP2"},
      {{1, 2147483646, 1}, "1nooooo11"},
  };
  for (const auto& [counts, text] : known) {
    const std::int64_t pixels = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    const std::int64_t height = pixels > (1 << 20) ? 1 << 20 : pixels;
    const Result<Rle> from_counts = MakeRle(height, pixels / height, counts);
    ASSERT_TRUE(from_counts.has_value()) << text << ": " << MessageOf(from_counts);
    EXPECT_EQ(CompressCounts(from_counts.value()), text);
    const Result<Rle> from_text = ParseRle(height, pixels / height, text);
    ASSERT_TRUE(from_text.has_value()) << text << ": " << MessageOf(from_text);
    EXPECT_EQ(from_text.value(), from_counts.value());
    EXPECT_EQ(Counts(from_text.value().counts.begin(), from_text.value().counts.end()), counts);
  }
}

TEST(Rle, EmptyRunsAreTakenOut) {
  EXPECT_THAT(MakeRle(2, 4, {5, 0, 3}).value().counts, ElementsAre(8));
  EXPECT_THAT(MakeRle(2, 4, {0, 0, 0, 3, 0, 5}).value().counts, ElementsAre(0, 8));
  EXPECT_THAT(MakeRle(2, 4, {2, 1, 0, 0, 0, 3, 2, 0}).value().counts, ElementsAre(2, 4, 2));
  EXPECT_EQ(Area(MakeRle(2, 4, {2, 1, 0, 0, 0, 3, 2, 0}).value()), 4U);
}

TEST(Rle, ALongerSpellingOfANumberIsTheSameNumber) {
  EXPECT_THAT(ParseRle(2, 3, "V00").value().counts, ElementsAre(6));  // 6 + "more", then 0
}

TEST(Rle, RandomMasksComeBack) {
  std::mt19937 generator(20);
  const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
  for (int round = 0; round < 300; ++round) {
    Mask mask{1 + random() % 40, 1 + random() % 40, {}};
    // Now sparse, now full, now noise, so that runs of all lengths occur.
    const std::uint32_t ones = random() % 101;
    for (std::size_t i = 0; i < std::size_t{mask.height} * mask.width; ++i) {
      mask.pixels.push_back(random() % 100 < ones ? 1 : 0);
    }
    const Rle rle = EncodeMask(mask);
    ASSERT_EQ(DecodeMask(rle), mask);
    ASSERT_EQ(Area(rle), std::accumulate(mask.pixels.begin(), mask.pixels.end(), std::uint64_t{0}));
    const Result<Rle> again = ParseRle(mask.height, mask.width, CompressCounts(rle));
    ASSERT_TRUE(again.has_value()) << MessageOf(again);
    ASSERT_EQ(again.value(), rle);
  }
}

// The Python above once more, and runs counted pixel by pixel in the order of the format: slow, and
// without a line of the code under test.
std::string ReferenceText(const Mask& mask) {
  Counts counts = {0};
  std::uint8_t now = 0;
  for (std::size_t x = 0; x < mask.width; ++x) {
    for (std::size_t y = 0; y < mask.height; ++y) {
      const std::uint8_t pixel = mask.pixels[y * mask.width + x];
      if (pixel != now) counts.push_back(0);
      ++counts.back();
      now = pixel;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::int64_t left = i > 2 ? counts[i] - counts[i - 2] : counts[i];
    for (bool last = false; !last;) {
      const std::int64_t bits = ((left % 32) + 32) % 32;
      left = (left - bits) / 32;  // rounds down, as Python's shift does
      last = left == (bits >= 16 ? -1 : 0);
      text += static_cast<char>(48 + bits + (last ? 0 : 32));
    }
  }
  return text;
}

// Rectangles in sizes from a pixel to the picture's, set and cleared again: counts from 1 to 10^5,
// and differences of both signs.
TEST(Rle, TextOfRandomMasksIsTheReferences) {
  std::mt19937 generator(9);
  const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
  for (int round = 0; round < 200; ++round) {
    Mask mask{1 + random() % 400, 1 + random() % 400, {}};
    mask.pixels.assign(std::size_t{mask.height} * mask.width, round % 5 == 0 ? 1 : 0);
    for (std::uint32_t i = random() % 60; i > 0; --i) {
      const std::uint32_t x = random() % mask.width;
      const std::uint32_t y = random() % mask.height;
      const std::uint32_t right = x + random() % (mask.width - x) / (1 + i % 7) + 1;
      const std::uint32_t bottom = y + random() % (mask.height - y) / (1 + i % 5) + 1;
      for (std::uint32_t row = y; row < bottom; ++row) {
        for (std::uint32_t column = x; column < right; ++column) {
          mask.pixels[std::size_t{row} * mask.width + column] = static_cast<std::uint8_t>(i % 2);
        }
      }
    }
    const std::string text = ReferenceText(mask);
    ASSERT_EQ(CompressCounts(EncodeMask(mask)), text);
    ASSERT_EQ(DecodeMask(ParseRle(mask.height, mask.width, text).value()), mask);
  }
}

TEST(Rle, CountsMustCoverTheImageExactly) {
  EXPECT_THAT(MessageOf(MakeRle(2, 3, {1, 3, 3})),
              HasSubstr("count 2 of the mask goes 1 pixels past the end of its 2 × 3"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "133")), HasSubstr("1 pixels past the end"));
  EXPECT_THAT(MessageOf(MakeRle(2, 3, {1, 3})), HasSubstr("end 2 pixels before its 2 × 3"));
  EXPECT_THAT(MessageOf(MakeRle(2, 3, {})), HasSubstr("end 6 pixels before"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "")), HasSubstr("end 6 pixels before"));
  EXPECT_THAT(MessageOf(MakeRle(2, 3, {1, -1, 6})), HasSubstr("count 1 of the mask is -1"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "1O6")), HasSubstr("count 1 of the mask is -1"));
  // 4 + 2^64 would be 4 to a sum that wraps.
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(MessageOf(MakeRle(2, 3, {kMost, kMost, 8})), HasSubstr("past the end"));
}

TEST(Rle, DamagedTextIsRefused) {
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "1P")), HasSubstr("end inside a number"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "1/2")), HasSubstr("character 2"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "13p")), HasSubstr("character 3"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, std::string_view("13\0", 3))), HasSubstr("character 3"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "1\xC3\xA9")), HasSubstr("character 2"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, "PPPPPPP0")), HasSubstr("more than 35 bits"));
  EXPECT_THAT(MessageOf(ParseRle(2, 3, std::string(100000, 'o'))), HasSubstr("more than 35 bits"));
}

TEST(Rle, SizesAreLimited) {
  EXPECT_THAT(MessageOf(MakeRle(0, 5, {})), HasSubstr("0 × 5"));
  EXPECT_THAT(MessageOf(MakeRle(5, -1, {})), HasSubstr("at least 1"));
  EXPECT_THAT(MessageOf(MakeRle((1 << 20) + 1, 1, {})), HasSubstr("at most 2^20"));
  EXPECT_THAT(MessageOf(ParseRle(1 << 16, 1 << 16, "0")), HasSubstr("2^31 pixels"));
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(MessageOf(ParseRle(kMost, kMost, "0")), HasSubstr("at most 2^20"));
  // The largest: nothing of its size is made.
  const Result<Rle> largest = MakeRle(1 << 20, 1 << 11, {std::int64_t{1} << 31});
  ASSERT_TRUE(largest.has_value()) << MessageOf(largest);
  EXPECT_EQ(Area(largest.value()), 0U);
}

}  // namespace
}  // namespace prelabel
