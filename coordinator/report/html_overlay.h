// Charts that lay a run over its reference, as inline SVG: histograms of a picture's feature, and
// points of embeddings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/profile/image_features.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

// Each histogram as shares of its own total; the run's as bars, the reference's as an outline
// (null: none). Bins at the ends that both leave empty are cut off. Ticks stand at the means where
// there is a test.
std::string FeatureOverlaySvg(ImageFeature feature, const FeatureHistogram& run,
                              const FeatureHistogram* reference, const ShiftTest* test);

// The value in the unit that people use: "0.44 MP" of a base-2 logarithm.
std::string FeatureText(ImageFeature feature, double value);
// What it measures, for people: "how bright pictures look, from 0 (black) to 1".
std::string_view FeatureMeaning(ImageFeature feature);

std::string ScatterSvg(const std::vector<ScatterPoint>& reference,
                       const std::vector<ScatterPoint>& run);

}  // namespace prelabel
