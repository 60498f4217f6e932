#include "common/geometry/rle.h"

#include <cstddef>
#include <utility>

namespace prelabel {
namespace {

// A delta of two counts needs 33 bits with its sign: 7 groups of 5.
constexpr int kMaxGroups = 7;
constexpr int kGroupBits = 5;
constexpr char kFirstCharacter = '0';
constexpr char kLastCharacter = '0' + 63;

std::string Size(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + " × " + std::to_string(width);
}

Result<void> CheckSize(std::int64_t height, std::int64_t width) {
  if (height < 1 || width < 1) {
    return InvalidArgument("the mask's size is " + Size(height, width) +
                           " (height × width); both must be at least 1");
  }
  if (height > kMaxMaskSide || width > kMaxMaskSide ||
      static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width) > kMaxMaskPixels) {
    return InvalidArgument("the mask's size is " + Size(height, width) +
                           " (height × width); at most 2^20 a side and 2^31 pixels are read");
  }
  return Ok();
}

// Checks one count after the other, so that an overflow is impossible, and takes out empty runs.
class RunCollector {
 public:
  RunCollector(std::int64_t height, std::int64_t width)
      : rle_{static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width), {}},
        left_(height * width) {}

  Result<void> Add(std::int64_t count, std::size_t index) {
    if (count < 0) {
      return InvalidArgument("count " + std::to_string(index) + " of the mask is " +
                             std::to_string(count) + "; counts cannot be negative");
    }
    if (count > left_) {
      return InvalidArgument("count " + std::to_string(index) + " of the mask goes " +
                             std::to_string(count - left_) + " pixels past the end of its " +
                             Size(rle_.height, rle_.width) + " (height × width) pixels");
    }
    left_ -= count;
    const bool ones = index % 2 == 1;
    const bool goes_on = !rle_.counts.empty() && (rle_.counts.size() % 2 == 0) == ones;
    if (goes_on) {
      rle_.counts.back() += static_cast<std::uint32_t>(count);
    } else if (count > 0) {
      if (rle_.counts.empty() && ones) rle_.counts.push_back(0);
      rle_.counts.push_back(static_cast<std::uint32_t>(count));
    }
    return Ok();
  }

  Result<Rle> Finish() {
    if (left_ > 0) {
      return InvalidArgument("the counts of the mask end " + std::to_string(left_) +
                             " pixels before its " + Size(rle_.height, rle_.width) +
                             " (height × width) pixels do");
    }
    return std::move(rle_);
  }

 private:
  Rle rle_;
  std::int64_t left_;
};

// Takes one number off the text.
Result<std::int64_t> ParseGroups(std::string_view compressed, std::size_t* at) {
  std::int64_t value = 0;
  for (int group = 0;; ++group) {
    if (*at == compressed.size()) {
      return InvalidArgument("the mask's counts end inside a number, after character " +
                             std::to_string(*at) + "; the text is cut off");
    }
    const char c = compressed[*at];
    if (c < kFirstCharacter || c > kLastCharacter) {
      return InvalidArgument("character " + std::to_string(*at + 1) +
                             " of the mask's counts is none that compressed counts have ('0' to "
                             "'o')");
    }
    if (group == kMaxGroups) {
      return InvalidArgument("character " + std::to_string(*at + 1) +
                             " of the mask's counts is part of a number with more than 35 bits");
    }
    ++*at;
    const int bits = c - kFirstCharacter;
    value |= static_cast<std::int64_t>(bits & 0x1F) << (kGroupBits * group);
    if ((bits & 0x20) != 0) continue;
    if ((bits & 0x10) != 0) value -= std::int64_t{1} << (kGroupBits * (group + 1));
    return value;
  }
}

}  // namespace

Result<Rle> MakeRle(std::int64_t height, std::int64_t width,
                    const std::vector<std::int64_t>& counts) {
  PRELABEL_TRY(CheckSize(height, width));
  RunCollector runs(height, width);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    PRELABEL_TRY(runs.Add(counts[i], i));
  }
  return runs.Finish();
}

Result<Rle> ParseRle(std::int64_t height, std::int64_t width, std::string_view compressed) {
  PRELABEL_TRY(CheckSize(height, width));
  RunCollector runs(height, width);
  std::int64_t previous = 0;
  std::int64_t before_previous = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; at < compressed.size(); ++i) {
    PRELABEL_TRY(std::int64_t count, ParseGroups(compressed, &at));
    // The first count and that of index 1 and 2 stand for themselves.
    if (i > 2) count += before_previous;
    PRELABEL_TRY(runs.Add(count, i));
    before_previous = std::exchange(previous, count);
  }
  return runs.Finish();
}

std::string CompressCounts(const Rle& rle) {
  std::string text;
  for (std::size_t i = 0; i < rle.counts.size(); ++i) {
    std::int64_t rest = rle.counts[i];
    if (i > 2) rest -= rle.counts[i - 2];
    bool more = true;
    while (more) {
      int bits = static_cast<int>(rest & 0x1F);
      rest >>= kGroupBits;  // keeps the sign
      more = (bits & 0x10) != 0 ? rest != -1 : rest != 0;
      if (more) bits |= 0x20;
      text += static_cast<char>(kFirstCharacter + bits);
    }
  }
  return text;
}

Rle EncodeMask(const Mask& mask) {
  Rle rle{mask.height, mask.width, {}};
  std::uint8_t value = 0;
  std::uint32_t run = 0;
  for (std::size_t x = 0; x < mask.width; ++x) {
    for (std::size_t y = 0; y < mask.height; ++y) {
      const std::uint8_t pixel = mask.pixels[y * mask.width + x] != 0 ? 1 : 0;
      if (pixel != value) {
        rle.counts.push_back(std::exchange(run, 0));
        value = pixel;
      }
      ++run;
    }
  }
  rle.counts.push_back(run);
  return rle;
}

Mask DecodeMask(const Rle& rle) {
  Mask mask{rle.height, rle.width, {}};
  mask.pixels.assign(std::size_t{rle.height} * rle.width, 0);
  std::size_t x = 0;
  std::size_t y = 0;
  bool ones = false;
  for (const std::uint32_t count : rle.counts) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (ones) mask.pixels[y * mask.width + x] = 1;
      if (++y == mask.height) {
        y = 0;
        ++x;
      }
    }
    ones = !ones;
  }
  return mask;
}

std::uint64_t Area(const Rle& rle) {
  std::uint64_t area = 0;
  for (std::size_t i = 1; i < rle.counts.size(); i += 2) area += rle.counts[i];
  return area;
}

}  // namespace prelabel
