#include "coordinator/routing/label_precision.h"

#include <algorithm>
#include <cstddef>

namespace prelabel {

LabelPrecision::LabelPrecision(std::span<const ClassConfidence> confidence,
                               const AuditResult* audit)
    : confidence_(confidence), scale_(confidence.size(), 1) {
  if (audit == nullptr) return;
  for (std::size_t c = 0; c < confidence.size(); ++c) {
    const ClassConfidence& of_class = confidence[c];
    const double mean = of_class.calibrated ? of_class.expected_precision : of_class.mean_score;
    if (audit->classes[c].checked > 0 && mean > 0) scale_[c] = audit->classes[c].precision / mean;
  }
}

double LabelPrecision::Of(int category, float score) const {
  constexpr double kWeight = 2;
  const auto c = static_cast<std::size_t>(category);
  if (c >= confidence_.size()) return score;
  double precision = score;
  if (confidence_[c].calibrated) {
    const std::vector<ReliabilityPoint>& bins = confidence_[c].reliability;
    const auto bin = std::find_if(bins.rbegin(), bins.rend(),
                                  [&](const ReliabilityPoint& at) { return score >= at.low; });
    if (bin != bins.rend()) {
      precision = (static_cast<double>(bin->reference_right) + kWeight * score) /
                  (static_cast<double>(bin->reference_boxes) + kWeight);
    }
  }
  return std::clamp(precision * scale_[c], 0.0, 1.0);
}

}  // namespace prelabel
