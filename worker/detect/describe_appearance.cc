#include "worker/detect/describe_appearance.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

struct Area {
  int x1 = 0;
  int y1 = 0;
  int x2 = 0;
  int y2 = 0;
};

// Bins of hue, saturation and value (Smith, SIGGRAPH 1978). Black and grey have hue 0.
struct Bins {
  int hue = 0;
  int saturation = 0;
  int value = 0;
};

Bins BinsOf(const std::uint8_t* bgr) {
  const int b = bgr[0];
  const int g = bgr[1];
  const int r = bgr[2];
  const int high = std::max({r, g, b});
  const int range = high - std::min({r, g, b});
  // Sixths of the circle, each `range` wide.
  int sixths = 0;
  if (range > 0) {
    if (high == r) {
      sixths = g - b + (g < b ? 6 * range : 0);
    } else if (high == g) {
      sixths = b - r + 2 * range;
    } else {
      sixths = r - g + 4 * range;
    }
  }
  const auto bin = [](int part, int whole) {
    return whole == 0 ? 0 : std::min(part * kAppearanceBins / whole, kAppearanceBins - 1);
  };
  return {bin(sixths, 6 * range), bin(range, high), bin(high, 256)};
}

// Writes one stripe's histograms, of every `step`th pixel of every `step`th row, to `out`.
void DescribeStripe(const Image& image, const Area& area, int step, std::uint8_t* out) {
  std::array<std::array<std::uint32_t, kAppearanceBins>, kAppearanceChannels> counts{};
  std::uint32_t pixels = 0;
  for (int y = area.y1; y < area.y2; y += step) {
    const std::uint8_t* pixel =
        image.bgr.data() + (static_cast<std::size_t>(y) * image.width + area.x1) * 3;
    for (int x = area.x1; x < area.x2; x += step, pixel += std::ptrdiff_t{3} * step) {
      const Bins bins = BinsOf(pixel);
      ++counts[0][bins.hue];
      ++counts[1][bins.saturation];
      ++counts[2][bins.value];
      ++pixels;
    }
  }
  if (pixels == 0) return;
  for (const auto& histogram : counts) {
    for (const std::uint32_t count : histogram) {
      *out++ = static_cast<std::uint8_t>(
          std::lround(255 * std::sqrt(static_cast<double>(count) / pixels)));
    }
  }
}

// [low, high) in whole pixels of an axis, at least one where any of it is inside.
void Round(double low, double high, int size, int& begin, int& end) {
  const auto inside = [size](double v) { return std::clamp(v, 0.0, static_cast<double>(size)); };
  begin = static_cast<int>(std::floor(inside(low)));
  end = static_cast<int>(std::floor(inside(high)));
  if (end <= begin && low < size && high > 0) end = std::min(begin + 1, size);
}

Appearance Describe(const Image& image, double x1, double x2, double y1, double y2, int step) {
  Appearance appearance{};
  const double height = (y2 - y1) / kAppearanceStripes;
  for (int stripe = 0; stripe < kAppearanceStripes; ++stripe) {
    Area area;
    Round(x1, x2, image.width, area.x1, area.x2);
    Round(y1 + stripe * height, y1 + (stripe + 1) * height, image.height, area.y1, area.y2);
    DescribeStripe(image, area, step,
                   appearance.data() + stripe * kAppearanceChannels * kAppearanceBins);
  }
  return appearance;
}

}  // namespace

Appearance DescribeBox(const Image& image, const Box& box) {
  constexpr double kSide = 0.25;
  constexpr double kEnd = 0.05;
  const double width = static_cast<double>(box.x2) - box.x1;
  const double height = static_cast<double>(box.y2) - box.y1;
  if (!(width > 0) || !(height > 0)) return {};
  // A histogram of some thousand pixels is good enough, however large the object is.
  constexpr double kEnoughPixels = 2048;
  const double pixels = std::min(width, static_cast<double>(image.width)) * (1 - 2 * kSide) *
                        std::min(height, static_cast<double>(image.height)) * (1 - 2 * kEnd);
  const int step = std::max(1, static_cast<int>(std::ceil(std::sqrt(pixels / kEnoughPixels))));
  return Describe(image, box.x1 + kSide * width, box.x2 - kSide * width, box.y1 + kEnd * height,
                  box.y2 - kEnd * height, step);
}

Appearance DescribeScene(const Image& image) {
  constexpr int kStep = 8;  // it is for the whole picture that the histograms are
  return Describe(image, 0, image.width, 0, image.height, kStep);
}

}  // namespace prelabel
