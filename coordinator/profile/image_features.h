// The features of whole pictures that reports compare: their names, values and histogram bins.
// Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/labels/prediction.h"

namespace prelabel {

enum class ImageFeature : std::uint8_t {
  kBrightness,    // perceived, [0, 1]
  kContrast,      // standard deviation of luma / 255
  kSharpness,     // log10(1 + variance of the Laplacian): low where blurred, high where noisy
  kEntropy,       // of luma, bits
  kColorfulness,  // Hasler and Süsstrunk 2003, / 255; 0 for gray pictures
  kWarmth,        // mean red - mean blue, [-1, 1]
  kResolution,    // log2 of megapixels
  kAspect,        // log2 of width / height
};
inline constexpr std::size_t kImageFeatures = 8;
inline constexpr std::size_t kFeatureBins = 32;
using FeatureHistogram = std::array<std::uint64_t, kFeatureBins>;

std::string_view FeatureName(ImageFeature feature);  // for reports, lower case

// Bin i counts values in [low + i w, low + (i + 1) w), w = (high - low) / kFeatureBins; the first
// and last ones count what lies beyond, too.
struct FeatureRange {
  double low = 0;
  double high = 1;
};
FeatureRange RangeOf(ImageFeature feature);
std::size_t FeatureBin(ImageFeature feature, float value);

std::array<float, kImageFeatures> FeaturesOf(const ItemResult& item);

}  // namespace prelabel
