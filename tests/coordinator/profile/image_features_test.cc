#include "coordinator/profile/image_features.h"

#include <gtest/gtest.h>

#include <set>

namespace prelabel {
namespace {

float At(const std::array<float, kImageFeatures>& features, ImageFeature feature) {
  return features[static_cast<std::size_t>(feature)];
}

// By hand: 999 + 1 is 10^3; 2 megapixels are 2^1; 2000 × 1000 is twice as wide as high.
TEST(ImageFeatures, OfAnItem) {
  ItemResult item;
  item.width = 2000;
  item.height = 1000;
  item.stats = {0.5F, 0.2F, 999, 7, 0.75F, 0.5F, 0.25F, 0.3F};
  const auto features = FeaturesOf(item);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kBrightness), 0.5F);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kContrast), 0.2F);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kSharpness), 3);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kEntropy), 7);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kColorfulness), 0.3F);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kWarmth), 0.5F);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kResolution), 1);
  EXPECT_FLOAT_EQ(At(features, ImageFeature::kAspect), 1);
}

TEST(ImageFeatures, BinsCoverTheRangeAndWhatIsBeyond) {
  EXPECT_EQ(FeatureBin(ImageFeature::kBrightness, 0), 0u);
  EXPECT_EQ(FeatureBin(ImageFeature::kBrightness, 0.5F), 16u);
  EXPECT_EQ(FeatureBin(ImageFeature::kBrightness, 1), kFeatureBins - 1);
  EXPECT_EQ(FeatureBin(ImageFeature::kSharpness, 99), kFeatureBins - 1);
  EXPECT_EQ(FeatureBin(ImageFeature::kWarmth, -9), 0u);
  EXPECT_EQ(FeatureBin(ImageFeature::kWarmth, 0), 16u);
}

TEST(ImageFeatures, NamesAreDifferent) {
  std::set<std::string_view> names;
  for (std::size_t f = 0; f < kImageFeatures; ++f) {
    names.insert(FeatureName(static_cast<ImageFeature>(f)));
  }
  EXPECT_EQ(names.size(), kImageFeatures);
}

}  // namespace
}  // namespace prelabel
