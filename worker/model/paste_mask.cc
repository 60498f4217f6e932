#include "worker/model/paste_mask.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

constexpr float kSet = 0.5F;

// Collects runs down the columns, left to right; what is not added is not set.
class RunWriter {
 public:
  RunWriter(std::uint32_t height, std::uint32_t width) : rle_{height, width, {}} {}

  // Rows [y1, y2) of column x, behind all that was added before.
  void Add(std::uint32_t x, std::uint32_t y1, std::uint32_t y2) {
    if (y1 >= y2) return;
    const std::uint64_t begin = std::uint64_t{x} * rle_.height + y1;
    const std::uint64_t end = std::uint64_t{x} * rle_.height + y2;
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

// One axis of bilinear interpolation without aligned corners, as ATen has it: a pixel's place among
// the samples, from whose first one on it is `weight` of the way to the next.
struct Place {
  int sample = 0;
  float weight = 0;
};

Place PlaceOf(std::int64_t pixel, float scale) {
  const float at = std::max(0.0F, scale * (static_cast<float>(pixel) + 0.5F) - 0.5F);
  const int sample = static_cast<int>(at);
  return {sample, at - static_cast<float>(sample)};
}

float Between(float from, float to, float weight) { return (1.0F - weight) * from + weight * to; }

// Where the pasted mask is along one axis: pixels [begin, end) of the image, of which the first is
// pixel `skipped` of the mask, whose own length is `length`.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t skipped = 0;
  std::int64_t length = 1;
};

// The box around its middle, larger by one sample on each side of `side`, its corners cut to whole
// pixels, the last one included.
Span Expanded(float low, float high, int side, std::int64_t size) {
  const float scale = static_cast<float>(static_cast<double>(side + 2) / side);
  const float half = (high - low) * 0.5F * scale;
  const float middle = (high + low) * 0.5F;
  // Far outside of any image is as good as anywhere outside.
  constexpr float kFar = 1 << 24;
  const auto from = static_cast<std::int64_t>(std::clamp(middle - half, -kFar, kFar));
  const auto to = static_cast<std::int64_t>(std::clamp(middle + half, -kFar, kFar));
  Span span;
  span.length = std::max<std::int64_t>(to - from + 1, 1);
  span.begin = std::max<std::int64_t>(from, 0);
  span.end = std::min({to + 1, size, from + span.length});
  span.skipped = span.begin - from;
  return span;
}

}  // namespace

Rle PasteMask(std::span<const float> probabilities, int side, const Box& box, std::uint32_t height,
              std::uint32_t width) {
  RunWriter runs(height, width);
  const int padded = side + 2;  // a frame of zeros
  const Span across = Expanded(box.x1, box.x2, side, width);
  const Span down = Expanded(box.y1, box.y2, side, height);
  if (across.begin >= across.end || down.begin >= down.end) return runs.Finish();
  const float scale_x = static_cast<float>(padded) / static_cast<float>(across.length);
  const float scale_y = static_cast<float>(padded) / static_cast<float>(down.length);

  // For each row its place; rows between the same two samples are a stretch [first, next one's).
  std::vector<Place> rows;
  std::vector<std::size_t> stretches;
  rows.reserve(static_cast<std::size_t>(down.end - down.begin));
  for (std::int64_t y = down.begin; y < down.end; ++y) {
    rows.push_back(PlaceOf(y - down.begin + down.skipped, scale_y));
    if (rows.size() == 1 || rows.back().sample != rows[rows.size() - 2].sample) {
      stretches.push_back(rows.size() - 1);
    }
  }
  stretches.push_back(rows.size());

  const auto sample_at = [&](int row, int column) {
    if (row < 1 || row > side || column < 1 || column > side) return 0.0F;
    return probabilities[static_cast<std::size_t>(row - 1) * side + (column - 1)];
  };
  std::vector<float> column(static_cast<std::size_t>(padded) + 1);
  for (std::int64_t x = across.begin; x < across.end; ++x) {
    const Place place = PlaceOf(x - across.begin + across.skipped, scale_x);
    const int next = std::min(place.sample + 1, padded - 1);
    for (int row = 0; row < padded; ++row) {
      column[static_cast<std::size_t>(row)] =
          Between(sample_at(row, place.sample), sample_at(row, next), place.weight);
    }
    column.back() = column[static_cast<std::size_t>(padded) - 1];
    const auto is_set = [&](std::size_t row) {
      const auto sample = static_cast<std::size_t>(rows[row].sample);
      return Between(column[sample], column[sample + 1], rows[row].weight) >= kSet;
    };
    for (std::size_t s = 0; s + 1 < stretches.size(); ++s) {
      // Between two samples values only rise or only fall: the set rows are at one end.
      const std::size_t first = stretches[s];
      const std::size_t last = stretches[s + 1] - 1;
      const bool first_set = is_set(first);
      const bool last_set = is_set(last);
      std::size_t from = first;
      std::size_t to = last + 1;
      if (!first_set && !last_set) continue;
      if (first_set != last_set) {
        std::size_t low = first;
        std::size_t high = last;
        while (high - low > 1) {
          const std::size_t middle = low + (high - low) / 2;
          (is_set(middle) == first_set ? low : high) = middle;
        }
        (first_set ? to : from) = high;
      }
      runs.Add(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(down.begin + from),
               static_cast<std::uint32_t>(down.begin + to));
    }
  }
  return runs.Finish();
}

Rle EncodeProbabilities(std::span<const float> probabilities, std::uint32_t height,
                        std::uint32_t width) {
  std::vector<std::uint8_t> set(probabilities.size());
  std::transform(probabilities.begin(), probabilities.end(), set.begin(),
                 [](float p) { return p >= kSet ? 1 : 0; });
  return EncodeMask({height, width, std::move(set)});
}

}  // namespace prelabel
