#include "common/labels/tracklet.h"

#include <algorithm>
#include <cmath>

namespace prelabel {
namespace {

bool Known(AppearanceView appearance) {
  return appearance.size() == kAppearanceSize &&
         std::any_of(appearance.begin(), appearance.end(), [](std::uint8_t v) { return v != 0; });
}

template <class A, class B>
double Cosine(const A& a, const B& b) {
  double product = 0;
  double a2 = 0;
  double b2 = 0;
  for (std::size_t i = 0; i < kAppearanceSize; ++i) {
    const double x = a[i];
    const double y = b[i];
    product += x * y;
    a2 += x * x;
    b2 += y * y;
  }
  return a2 > 0 && b2 > 0 ? product / std::sqrt(a2 * b2) : -1;
}

}  // namespace

Box BoxAt(const Tracklet& tracklet, std::int64_t frame) {
  const auto next =
      std::lower_bound(tracklet.begin(), tracklet.end(), frame,
                       [](const Observation& o, std::int64_t f) { return o.frame < f; });
  if (next == tracklet.end()) return tracklet.back().box;
  if (next->frame == frame || next == tracklet.begin()) return next->box;
  const Observation& from = *(next - 1);
  const double part =
      static_cast<double>(frame - from.frame) / static_cast<double>(next->frame - from.frame);
  return BoxBetween(from.box, next->box, part);
}

void MeanAppearance::Add(AppearanceView appearance) {
  if (!Known(appearance)) return;
  Fade(appearance, count_ / (count_ + 1));
  ++count_;
}

void MeanAppearance::Fade(AppearanceView appearance, double keep) {
  if (!Known(appearance)) return;
  if (mean_.empty()) {
    mean_.assign(appearance.begin(), appearance.end());
    return;
  }
  for (std::size_t i = 0; i < kAppearanceSize; ++i) {
    mean_[i] = keep * mean_[i] + (1 - keep) * appearance[i];
  }
}

double MeanAppearance::Similarity(AppearanceView other) const {
  return known() && Known(other) ? Cosine(mean_, other) : -1;
}

double MeanAppearance::Similarity(const MeanAppearance& other) const {
  return known() && other.known() ? Cosine(mean_, other.mean_) : -1;
}

}  // namespace prelabel
