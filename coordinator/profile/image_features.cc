#include "coordinator/profile/image_features.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

struct Feature {
  std::string_view name;
  FeatureRange range;
};

constexpr std::array<Feature, kImageFeatures> kFeatures = {{
    {"brightness", {0, 1}},
    {"contrast", {0, 0.5}},
    {"sharpness", {0, 5}},
    {"entropy", {0, 8}},
    {"colorfulness", {0, 0.6}},
    {"warmth", {-0.5, 0.5}},
    {"resolution", {-6, 6}},
    {"aspect ratio", {-2, 2}},
}};

const Feature& Of(ImageFeature feature) { return kFeatures[static_cast<std::size_t>(feature)]; }

}  // namespace

std::string_view FeatureName(ImageFeature feature) { return Of(feature).name; }

FeatureRange RangeOf(ImageFeature feature) { return Of(feature).range; }

std::size_t FeatureBin(ImageFeature feature, float value) {
  const FeatureRange range = RangeOf(feature);
  const double part = (static_cast<double>(value) - range.low) / (range.high - range.low);
  const double bin = std::floor(part * static_cast<double>(kFeatureBins));
  return static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(kFeatureBins - 1)));
}

std::array<float, kImageFeatures> FeaturesOf(const ItemResult& item) {
  const ImageStats& stats = item.stats;
  const double width = std::max(item.width, 1);
  const double height = std::max(item.height, 1);
  return {stats.brightness,
          stats.contrast,
          static_cast<float>(std::log10(1 + static_cast<double>(stats.sharpness))),
          stats.entropy,
          stats.colorfulness,
          stats.mean_red - stats.mean_blue,
          static_cast<float>(std::log2(width * height / 1e6)),
          static_cast<float>(std::log2(width / height))};
}

}  // namespace prelabel
