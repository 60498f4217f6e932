#include "worker/detect/preprocess.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace prelabel {

Normalizer::Normalizer(const ModelInput& input)
    : size_(static_cast<std::size_t>(3) * input.width * input.height) {
  for (std::size_t plane = 0; plane < 3; ++plane) {
    for (std::size_t value = 0; value < 256; ++value) {
      planes_[plane][value] = (static_cast<float>(value) - input.mean[plane]) / input.std[plane];
    }
    offsets_[plane] = static_cast<int>(input.channels == "rgb" ? 2 - plane : plane);
  }
}

void Normalizer::Run(const Image& image, std::span<float> out) const {
  const std::size_t pixels = size_ / 3;
  const std::uint8_t* bgr = image.bgr.data();
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const float* table = planes_[plane].data();
    float* to = out.data() + plane * pixels;
    const std::uint8_t* from = bgr + offsets_[plane];
    for (std::size_t i = 0; i < pixels; ++i) to[i] = table[from[3 * i]];
  }
}

namespace {

// Sums are of integers wherever they can be, so that no order of summation shows.
struct ColourSums {
  std::array<std::uint64_t, 3> bgr{};
  double brightness = 0;
  std::array<std::uint32_t, 256> histogram{};
};

// One pass over the pixels; fills the luma plane.
ColourSums SumColours(const Image& image, std::vector<std::uint8_t>& luma) {
  ColourSums sums;
  const std::size_t width = static_cast<std::size_t>(image.width);
  std::vector<float> brightness(width);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* row = image.bgr.data() + static_cast<std::size_t>(y) * width * 3;
    std::uint8_t* luma_row = luma.data() + static_cast<std::size_t>(y) * width;
    std::array<std::uint32_t, 3> bgr{};
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint32_t b = row[3 * x];
      const std::uint32_t g = row[3 * x + 1];
      const std::uint32_t r = row[3 * x + 2];
      bgr[0] += b;
      bgr[1] += g;
      bgr[2] += r;
      // OpenCV's BGR2GRAY: .299, .587 and .114 as 15-bit fractions, rounded to nearest.
      luma_row[x] = static_cast<std::uint8_t>((9798 * r + 19235 * g + 3735 * b + (1U << 14)) >> 15);
      // .241, .691 and .068 in thousandths: at most 65,025,000.
      brightness[x] =
          static_cast<float>(static_cast<std::int32_t>(241 * r * r + 691 * g * g + 68 * b * b));
    }
    for (std::size_t x = 0; x < width; ++x) brightness[x] = std::sqrt(brightness[x]);
    double row_sum = 0;
    for (std::size_t x = 0; x < width; ++x) row_sum += brightness[x];
    sums.brightness += row_sum;
    for (std::size_t channel = 0; channel < 3; ++channel) sums.bgr[channel] += bgr[channel];
    for (std::size_t x = 0; x < width; ++x) ++sums.histogram[luma_row[x]];
  }
  return sums;
}

double Variance(double sum, double sum_of_squares, double count) {
  const double mean = sum / count;
  return std::max(0.0, sum_of_squares / count - mean * mean);
}

// Where the border is met, the picture is mirrored about its outermost row or column.
double LaplacianVariance(const std::vector<std::uint8_t>& luma, int width, int height) {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  const auto mirrored = [](int i, int n) {
    if (i < 0) i = -i;
    if (i >= n) i = 2 * (n - 1) - i;
    return i < 0 ? 0 : i;
  };
  for (int y = 0; y < height; ++y) {
    const auto row_at = [&](int i) {
      return luma.data() + static_cast<std::size_t>(mirrored(i, height)) * width;
    };
    const std::uint8_t* above = row_at(y - 1);
    const std::uint8_t* row = row_at(y);
    const std::uint8_t* below = row_at(y + 1);
    const auto at = [&](int x, int left, int right) {
      return above[x] + below[x] + row[left] + row[right] - 4 * row[x];
    };
    // A row's sum of squares is under 2³² up to 4,000 pixels at the worst value, 1,020².
    std::int64_t row_squares = 0;
    std::int32_t row_sum = 0;
    for (int x = 1; x + 1 < width; ++x) {
      const std::int32_t value = at(x, x - 1, x + 1);
      row_sum += value;
      row_squares += value * value;
    }
    for (const int x : {0, width - 1}) {
      const std::int32_t value = at(x, mirrored(x - 1, width), mirrored(x + 1, width));
      row_sum += value;
      row_squares += value * value;
      if (width == 1) break;
    }
    sum += row_sum;
    squares += row_squares;
  }
  return Variance(static_cast<double>(sum), static_cast<double>(squares),
                  static_cast<double>(width) * height);
}

}  // namespace

ImageStats ComputeImageStats(const Image& image) {
  if (image.empty()) return {};
  const double pixels = static_cast<double>(image.width) * image.height;
  std::vector<std::uint8_t> luma(static_cast<std::size_t>(image.width) * image.height);
  const ColourSums sums = SumColours(image, luma);
  double luma_sum = 0;
  double luma_squares = 0;
  double entropy = 0;
  for (int value = 0; value < 256; ++value) {
    const double count = sums.histogram[static_cast<std::size_t>(value)];
    luma_sum += count * value;
    luma_squares += count * value * value;
    if (count > 0) entropy -= count / pixels * std::log2(count / pixels);
  }
  ImageStats stats;
  stats.brightness = static_cast<float>(sums.brightness / std::sqrt(1000.0) / 255 / pixels);
  stats.contrast = static_cast<float>(std::sqrt(Variance(luma_sum, luma_squares, pixels)) / 255);
  stats.sharpness = static_cast<float>(LaplacianVariance(luma, image.width, image.height));
  stats.entropy = static_cast<float>(entropy);
  const auto mean = [&](std::size_t channel) {
    return static_cast<float>(static_cast<double>(sums.bgr[channel]) / (255 * pixels));
  };
  stats.mean_blue = mean(0);
  stats.mean_green = mean(1);
  stats.mean_red = mean(2);
  return stats;
}

}  // namespace prelabel
