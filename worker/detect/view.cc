#include "worker/detect/view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace prelabel {
namespace {

// Whole numbers: the same bytes everywhere.
constexpr int kScalePercent = 80;
constexpr std::array<int, 3> kGainPercent = {93, 100, 107};  // blue, green, red
constexpr int kContrastPercent = 85;
constexpr int kMiddle = 128;
constexpr int kBrighter = 10;

void Mirror(Image& image) {
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* const row = image.bgr.data() + static_cast<std::size_t>(y) * image.width * 3;
    for (int left = 0, right = image.width - 1; left < right; ++left, --right) {
      std::swap_ranges(row + 3 * left, row + 3 * left + 3, row + 3 * right);
    }
  }
}

void Recolor(Image& image) {
  std::array<std::array<std::uint8_t, 256>, 3> tables;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (int value = 0; value < 256; ++value) {
      const int changed = (kContrastPercent * value * kGainPercent[channel] +
                           100 * ((100 - kContrastPercent) * kMiddle + 100 * kBrighter) + 5000) /
                          10000;
      tables[channel][static_cast<std::size_t>(value)] =
          static_cast<std::uint8_t>(std::clamp(changed, 0, 255));
    }
  }
  for (std::size_t i = 0; i + 2 < image.bgr.size(); i += 3) {
    for (std::size_t channel = 0; channel < 3; ++channel) {
      image.bgr[i + channel] = tables[channel][image.bgr[i + channel]];
    }
  }
}

int Scaled(int side) { return std::max(1, (side * kScalePercent + 50) / 100); }
int Margin(int side) { return (side - Scaled(side)) / 2; }

Image Shrink(const Image& image, const ModelInput& input,
             const std::function<Image(const Image&, int, int)>& resize) {
  const Image small = resize(image, Scaled(input.width), Scaled(input.height));
  std::array<std::uint8_t, 3> mean;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const float value = input.mean[input.channels == "rgb" ? 2 - channel : channel];
    mean[channel] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
  }
  Image canvas{input.width, input.height, {}};
  canvas.bgr.resize(static_cast<std::size_t>(input.width) * input.height * 3);
  for (std::size_t i = 0; i < canvas.bgr.size(); ++i) canvas.bgr[i] = mean[i % 3];
  const int left = Margin(input.width);
  const int top = Margin(input.height);
  for (int y = 0; y < small.height; ++y) {
    const auto from = small.bgr.begin() + static_cast<std::ptrdiff_t>(y) * small.width * 3;
    const auto to =
        canvas.bgr.begin() + (static_cast<std::ptrdiff_t>(top + y) * input.width + left) * 3;
    std::copy(from, from + static_cast<std::ptrdiff_t>(small.width) * 3, to);
  }
  return canvas;
}

float Unshrunk(float value, int side) {
  return (value - static_cast<float>(Margin(side))) * static_cast<float>(side) /
         static_cast<float>(Scaled(side));
}

}  // namespace

Image ShowView(View view, const Image& image, const ModelInput& input,
               const std::function<Image(const Image&, int width, int height)>& resize) {
  if (view == View::kScale) return Shrink(image, input, resize);
  Image shown = resize(image, input.width, input.height);
  if (view == View::kFlip) Mirror(shown);
  if (view == View::kColor) Recolor(shown);
  return shown;
}

Box FromView(View view, const Box& box, const ModelInput& input) {
  if (view == View::kFlip) {
    const auto width = static_cast<float>(input.width);
    return {width - box.x2, box.y1, width - box.x1, box.y2};
  }
  if (view == View::kScale) {
    return {Unshrunk(box.x1, input.width), Unshrunk(box.y1, input.height),
            Unshrunk(box.x2, input.width), Unshrunk(box.y2, input.height)};
  }
  return box;
}

}  // namespace prelabel
