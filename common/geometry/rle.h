// Run-length encoded masks as COCO has them (cocodataset.org, "Data format"; the compressed text is
// that of its API): runs down the columns, left to right, the first counting zeros. Pure;
// thread-safe. What comes from a file is not trusted: see MakeRle and ParseRle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace prelabel {

// Sides and pixels of the largest mask.
inline constexpr std::uint32_t kMaxMaskSide = 1U << 20;
inline constexpr std::uint64_t kMaxMaskPixels = std::uint64_t{1} << 31;

// One byte a pixel, 0 or 1, row by row: pixels[y * width + x].
struct Mask {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::vector<std::uint8_t> pixels;
  friend bool operator==(const Mask&, const Mask&) = default;
};

// Equal masks have equal counts: those from these functions add up to height × width, and none but
// the first is 0.
struct Rle {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::vector<std::uint32_t> counts;
  friend bool operator==(const Rle&, const Rle&) = default;
};

// From a size and a list of counts (`"counts": [6, 3, …]`). Runs of no length are taken out.
// InvalidArgument where a side is not in 1 … kMaxMaskSide, the image has more than kMaxMaskPixels,
// a count is negative, or the counts do not add up to height × width.
Result<Rle> MakeRle(std::int64_t height, std::int64_t width,
                    const std::vector<std::int64_t>& counts);

// From a size and compressed counts (`"counts": "PPYo1…"`). InvalidArgument as MakeRle, and where
// the text has other characters than '0' … 'o', ends inside a number, or a number is out of range.
// Takes no more memory than a few bytes a character.
Result<Rle> ParseRle(std::int64_t height, std::int64_t width, std::string_view compressed);

// The compressed counts of an RLE that these functions made.
std::string CompressCounts(const Rle& rle);

// mask.pixels has height × width bytes, and the sides are within the limits.
Rle EncodeMask(const Mask& mask);

// Takes height × width bytes, up to kMaxMaskPixels: callers that do not know the image's size from
// elsewhere look at it first.
Mask DecodeMask(const Rle& rle);

// Pixels that are set.
std::uint64_t Area(const Rle& rle);

}  // namespace prelabel
