#include "worker/detect/preprocess.h"

#include <algorithm>
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
  const std::size_t pixels = out.size() / 3;
  const std::uint8_t* bgr = image.bgr.data();
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const float* table = planes_[plane].data();
    float* to = out.data() + plane * pixels;
    const std::uint8_t* from = bgr + offsets_[plane];
    for (std::size_t i = 0; i < pixels; ++i) to[i] = table[from[3 * i]];
  }
}

namespace {

// All sums are of integers, so that neither their order nor vector instructions show in the
// results.
struct ColourSums {
  std::array<std::uint64_t, 3> bgr{};
  std::uint64_t brightness = 0;  // in units of kBrightnessUnit
  std::array<std::uint64_t, 256> histogram{};
  // Opponent colors R - G and R + G - 2 B (twice yellow - blue).
  std::int64_t red_green = 0;
  std::int64_t yellow_blue = 0;
  std::uint64_t red_green_squares = 0;
  std::uint64_t yellow_blue_squares = 0;
};

// A pixel's brightness is rounded to 1/129,000 of the range.
constexpr float kBrightnessScale = 16;
const double kBrightnessUnit = 1 / (kBrightnessScale * std::sqrt(1000.0) * 255);

// 32-bit sums over this many pixels cannot overflow.
constexpr std::size_t kChunk = 1024;

// Up to kChunk pixels; writes their luma.
void SumChunk(const std::uint8_t* pixels, std::size_t count, std::uint8_t* luma, ColourSums& sums) {
  // Planes first: every loop below is then one that compilers vectorise.
  std::array<std::int32_t, kChunk> b;
  std::array<std::int32_t, kChunk> g;
  std::array<std::int32_t, kChunk> r;
  for (std::size_t i = 0; i < count; ++i) {
    b[i] = pixels[3 * i];
    g[i] = pixels[3 * i + 1];
    r[i] = pixels[3 * i + 2];
  }
  std::int32_t sum_b = 0;
  std::int32_t sum_g = 0;
  std::int32_t sum_r = 0;
  std::int32_t sum_brightness = 0;
  std::int32_t red_green_squares = 0;    // at most 65,025 a pixel
  std::int32_t yellow_blue_squares = 0;  // at most 260,100 a pixel
  for (std::size_t i = 0; i < count; ++i) {
    sum_b += b[i];
    sum_g += g[i];
    sum_r += r[i];
    const std::int32_t red_green = r[i] - g[i];
    const std::int32_t yellow_blue = r[i] + g[i] - 2 * b[i];
    red_green_squares += red_green * red_green;
    yellow_blue_squares += yellow_blue * yellow_blue;
    // OpenCV's BGR2GRAY: .114, .587 and .299 as 15-bit fractions, rounded to nearest.
    luma[i] =
        static_cast<std::uint8_t>((3735 * b[i] + 19235 * g[i] + 9798 * r[i] + (1 << 14)) >> 15);
    // .068, .691 and .241 in thousandths: at most 65,025,000.
    const auto square =
        static_cast<float>(68 * b[i] * b[i] + 691 * g[i] * g[i] + 241 * r[i] * r[i]);
    sum_brightness += static_cast<std::int32_t>(std::sqrt(square) * kBrightnessScale + 0.5F);
  }
  sums.bgr[0] += static_cast<std::uint64_t>(sum_b);
  sums.bgr[1] += static_cast<std::uint64_t>(sum_g);
  sums.bgr[2] += static_cast<std::uint64_t>(sum_r);
  sums.brightness += static_cast<std::uint64_t>(sum_brightness);
  sums.red_green += sum_r - sum_g;
  sums.yellow_blue += sum_r + sum_g - 2 * sum_b;
  sums.red_green_squares += static_cast<std::uint64_t>(red_green_squares);
  sums.yellow_blue_squares += static_cast<std::uint64_t>(yellow_blue_squares);
}

// Two tables: neighbours are often equal, and counting one waits for the other.
void CountValues(const std::vector<std::uint8_t>& values, std::array<std::uint64_t, 256>& counts) {
  std::array<std::uint64_t, 256> odd{};
  const std::size_t pairs = values.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    ++counts[values[2 * i]];
    ++odd[values[2 * i + 1]];
  }
  if (values.size() % 2 != 0) ++counts[values.back()];
  for (std::size_t i = 0; i < 256; ++i) counts[i] += odd[i];
}

// Fills the luma plane.
ColourSums SumColours(const Image& image, std::vector<std::uint8_t>& luma) {
  ColourSums sums;
  for (std::size_t begin = 0; begin < luma.size(); begin += kChunk) {
    SumChunk(image.bgr.data() + 3 * begin, std::min(kChunk, luma.size() - begin),
             luma.data() + begin, sums);
  }
  CountValues(luma, sums.histogram);
  return sums;
}

double Variance(double sum, double sum_of_squares, double count) {
  const double mean = sum / count;
  return std::max(0.0, sum_of_squares / count - mean * mean);
}

// Hasler and Süsstrunk's M3: spread and, for three tenths, distance from gray of the opponent
// colors.
double Colorfulness(const ColourSums& sums, double pixels) {
  const double red_green = static_cast<double>(sums.red_green) / pixels;
  const double yellow_blue = static_cast<double>(sums.yellow_blue) / 2 / pixels;
  const double variance = Variance(static_cast<double>(sums.red_green),
                                   static_cast<double>(sums.red_green_squares), pixels) +
                          Variance(static_cast<double>(sums.yellow_blue),
                                   static_cast<double>(sums.yellow_blue_squares), pixels) /
                              4;
  return std::sqrt(variance) + 0.3 * std::hypot(red_green, yellow_blue);
}

// Reflects an index at the border: -1 is 1, n is n - 2.
int Reflected(int i, int n) {
  if (i < 0) i = -i;
  if (i >= n) i = 2 * (n - 1) - i;
  return std::max(i, 0);
}

double LaplacianVariance(const std::vector<std::uint8_t>& luma, int width, int height) {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(width) + 2);
  for (int y = 0; y < height; ++y) {
    const auto row_at = [&](int i) {
      return luma.data() + static_cast<std::size_t>(Reflected(i, height)) * width;
    };
    const std::uint8_t* above = row_at(y - 1);
    const std::uint8_t* row = row_at(y);
    const std::uint8_t* below = row_at(y + 1);
    std::copy(row, row + width, padded.begin() + 1);
    padded.front() = row[Reflected(-1, width)];
    padded.back() = row[Reflected(width, width)];
    const std::uint8_t* left = padded.data();
    const std::uint8_t* right = padded.data() + 2;
    for (int begin = 0; begin < width; begin += static_cast<int>(kChunk)) {
      const int end = std::min(width, begin + static_cast<int>(kChunk));
      // A value is at most 1,020; its square over a chunk fits 32 bits.
      std::int32_t chunk_sum = 0;
      std::int32_t chunk_squares = 0;
      for (int x = begin; x < end; ++x) {
        const std::int32_t value = above[x] + below[x] + left[x] + right[x] - 4 * row[x];
        chunk_sum += value;
        chunk_squares += value * value;
      }
      sum += chunk_sum;
      squares += chunk_squares;
    }
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
    const auto count = static_cast<double>(sums.histogram[static_cast<std::size_t>(value)]);
    luma_sum += count * value;
    luma_squares += count * value * value;
    if (count > 0) entropy -= count / pixels * std::log2(count / pixels);
  }
  ImageStats stats;
  stats.brightness =
      static_cast<float>(static_cast<double>(sums.brightness) * kBrightnessUnit / pixels);
  stats.contrast = static_cast<float>(std::sqrt(Variance(luma_sum, luma_squares, pixels)) / 255);
  stats.sharpness = static_cast<float>(LaplacianVariance(luma, image.width, image.height));
  stats.entropy = static_cast<float>(entropy);
  const auto mean = [&](std::size_t channel) {
    return static_cast<float>(static_cast<double>(sums.bgr[channel]) / (255 * pixels));
  };
  stats.mean_blue = mean(0);
  stats.mean_green = mean(1);
  stats.mean_red = mean(2);
  stats.colorfulness = static_cast<float>(Colorfulness(sums, pixels) / 255);
  return stats;
}

}  // namespace prelabel
