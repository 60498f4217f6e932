#include "worker/model/paste_mask.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "common/geometry/run_writer.h"

namespace prelabel {
namespace {

constexpr float kSet = 0.5F;

// One axis of bilinear interpolation without aligned corners, as ATen's CPU kernel has it to the
// last bit (scale in single, places in double precision): a pixel's place among the samples, from
// whose first one on it is `weight` of the way to the next.
struct Place {
  int sample = 0;
  float weight = 0;
};

Place PlaceOf(std::int64_t pixel, float scale) {
  const double at = std::max(0.0, double{scale} * (static_cast<double>(pixel) + 0.5) - 0.5);
  const int sample = static_cast<int>(at);
  return {sample, static_cast<float>(at - sample)};
}

// Values that may fall on either side of a half by rounding alone.
constexpr float kTie = 1e-5F;

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

// The first of [begin, end) for which the condition holds, which it then does for all behind it;
// `end` where there is none.
template <class Condition>
std::size_t FirstWhere(std::size_t begin, std::size_t end, const Condition& condition) {
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (condition(middle)) {
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return end;
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
  // Samples of the columns left and right of a pixel, and what lies between them at the pixel; the
  // last row once more below itself.
  std::vector<float> left(static_cast<std::size_t>(padded) + 1);
  std::vector<float> right(left.size());
  std::vector<float> here(left.size());
  for (std::int64_t x = across.begin; x < across.end; ++x) {
    const Place place = PlaceOf(x - across.begin + across.skipped, scale_x);
    const int next = std::min(place.sample + 1, padded - 1);
    const float w1 = place.weight;
    const float w0 = 1.0F - w1;
    for (int row = 0; row <= padded; ++row) {
      const auto at = static_cast<std::size_t>(row);
      left[at] = sample_at(std::min(row, padded - 1), place.sample);
      right[at] = sample_at(std::min(row, padded - 1), next);
      here[at] = w0 * left[at] + w1 * right[at];
    }
    // Weights are multiplied in single precision, and the four products summed in double.
    const auto value = [&](std::size_t row) {
      const auto sample = static_cast<std::size_t>(rows[row].sample);
      const float h1 = rows[row].weight;
      const float h0 = 1.0F - h1;
      return static_cast<float>(double{h0 * w0} * left[sample] + double{h0 * w1} * right[sample] +
                                double{h1 * w0} * left[sample + 1] +
                                double{h1 * w1} * right[sample + 1]);
    };
    const auto add = [&](std::size_t from, std::size_t to) {
      runs.Add(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(down.begin + from),
               static_cast<std::uint32_t>(down.begin + to));
    };
    for (std::size_t s = 0; s + 1 < stretches.size(); ++s) {
      // All values of the stretch lie between these two, but for rounding, and only rise or fall.
      const std::size_t first = stretches[s];
      const std::size_t end = stretches[s + 1];
      const auto sample = static_cast<std::size_t>(rows[first].sample);
      const float above = here[sample];
      const float below = here[sample + 1];
      if (std::max(above, below) < kSet - kTie) continue;
      if (std::min(above, below) >= kSet + kTie) {
        add(first, end);
        continue;
      }
      // Rows before `low` are clearly on one side, those from `high` on on the other.
      const bool falls = above > below;
      const auto is_above = [&](float v) { return falls ? v >= kSet + kTie : v < kSet - kTie; };
      const auto is_below = [&](float v) { return falls ? v < kSet - kTie : v >= kSet + kTie; };
      const std::size_t low = FirstWhere(first, end, [&](auto r) { return !is_above(value(r)); });
      const std::size_t high = FirstWhere(low, end, [&](auto r) { return is_below(value(r)); });
      if (falls) add(first, low);
      for (std::size_t row = low; row < high; ++row) {
        if (value(row) >= kSet) add(row, row + 1);
      }
      if (!falls) add(high, end);
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
