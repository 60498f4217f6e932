#include "common/geometry/distance_transform.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace prelabel {
namespace {

constexpr float kFar = std::numeric_limits<float>::infinity();

// A column's distance to the nearest pixel of value `target` in it; a side has at most 2^20 pixels,
// so that floats hold it exactly.
void MeasureColumns(const Mask& mask, std::uint8_t target, std::vector<float>& distance) {
  const std::size_t width = mask.width;
  const std::size_t height = mask.height;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t i = y * width + x;
      const float above = y > 0 ? distance[i - width] + 1 : kFar;
      distance[i] = mask.pixels[i] == target ? 0 : above;
    }
  }
  for (std::size_t y = height - 1; y-- > 0;) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t i = y * width + x;
      distance[i] = std::min(distance[i], distance[i + width] + 1);
    }
  }
}

// The lower envelope of the parabolas (x - place)² + height over one row.
class Envelope {
 public:
  explicit Envelope(std::size_t width) : parabolas_(width) {}

  // Turns the distances along columns into Euclidean ones.
  void Measure(float* row) {
    Build(row);
    if (count_ == 0) return;
    std::size_t at = 0;
    for (std::size_t x = 0; x < parabolas_.size(); ++x) {
      const auto place = static_cast<double>(x);
      while (at + 1 < count_ && parabolas_[at + 1].from < place) ++at;
      const double aside = place - parabolas_[at].place;
      row[x] = static_cast<float>(std::sqrt(aside * aside + parabolas_[at].height));
    }
  }

 private:
  struct Parabola {
    double place = 0;
    double height = 0;
    double from = 0;  // it is the lowest from here on
  };

  void Build(const float* row) {
    count_ = 0;
    for (std::size_t x = 0; x < parabolas_.size(); ++x) {
      if (row[x] == kFar) continue;
      Parabola next{static_cast<double>(x), static_cast<double>(row[x]) * row[x],
                    -std::numeric_limits<double>::infinity()};
      while (count_ > 0) {
        const Parabola& last = parabolas_[count_ - 1];
        next.from =
            (next.height + next.place * next.place - last.height - last.place * last.place) /
            (2 * (next.place - last.place));
        if (next.from > last.from) break;
        --count_;
      }
      parabolas_[count_++] = next;
    }
  }

  std::vector<Parabola> parabolas_;
  std::size_t count_ = 0;
};

// From each pixel's center to that of the nearest pixel of value `target`; infinite without one.
std::vector<float> DistanceTo(const Mask& mask, std::uint8_t target) {
  std::vector<float> distance(mask.pixels.size());
  MeasureColumns(mask, target, distance);
  Envelope envelope(mask.width);
  for (std::size_t y = 0; y < mask.height; ++y) envelope.Measure(&distance[y * mask.width]);
  return distance;
}

}  // namespace

std::vector<float> SignedDistance(const Mask& mask) {
  if (mask.pixels.empty()) return {};
  std::vector<float> inside = DistanceTo(mask, 0);
  const std::vector<float> outside = DistanceTo(mask, 1);
  for (std::size_t y = 0; y < mask.height; ++y) {
    const std::size_t to_row_edge = std::min<std::size_t>(y + 1, mask.height - y);
    for (std::size_t x = 0; x < mask.width; ++x) {
      const std::size_t i = y * mask.width + x;
      if (mask.pixels[i] == 0) {
        inside[i] = 0.5F - outside[i];
        continue;
      }
      const std::size_t to_edge =
          std::min(to_row_edge, std::min<std::size_t>(x + 1, mask.width - x));
      inside[i] = std::min(inside[i], static_cast<float>(to_edge)) - 0.5F;
    }
  }
  return inside;
}

}  // namespace prelabel
