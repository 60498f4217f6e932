// Builds run lengths from stretches of columns, without a picture of bytes between. A value; pure.
#pragma once

#include <cstdint>
#include <utility>

#include "common/geometry/rle.h"

namespace prelabel {

// Collects runs of set pixels, which ascend and may touch; what is not added is not set.
class RunWriter {
 public:
  RunWriter(std::uint32_t height, std::uint32_t width) : rle_{height, width, {}} {}

  // Rows [y1, y2) of column x, behind all that was added before.
  void Add(std::uint32_t x, std::uint32_t y1, std::uint32_t y2) {
    const std::uint64_t column = std::uint64_t{x} * rle_.height;
    AddRun(column + y1, column + y2);
  }

  // Pixels [begin, end), counted down the columns; none where they do not ascend.
  void AddRun(std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    if (begin == at_ && !rle_.counts.empty()) {
      rle_.counts.back() += static_cast<std::uint32_t>(end - begin);
    } else {
      rle_.counts.push_back(static_cast<std::uint32_t>(begin - at_));
      rle_.counts.push_back(static_cast<std::uint32_t>(end - begin));
    }
    at_ = end;
  }

  Rle Finish() {
    const std::uint64_t pixels = std::uint64_t{rle_.height} * rle_.width;
    if (at_ < pixels) rle_.counts.push_back(static_cast<std::uint32_t>(pixels - at_));
    return std::move(rle_);
  }

 private:
  Rle rle_;
  std::uint64_t at_ = 0;  // the end of the last run
};

}  // namespace prelabel
