#include "common/labels/shape_trust.h"

#include <algorithm>

namespace prelabel {
namespace {

Keyframe BoundsAt(const ShapeKeyframe& keyframe) {
  return {keyframe.frame, TrustBounds(keyframe.shape), 1};
}

void Append(const std::vector<GapTrust>& from, std::vector<GapTrust>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Box TrustBounds(const Shape& shape) {
  Box box = BoundsOf(shape);
  box.x2 = std::max(box.x2, box.x1 + 1);
  box.y2 = std::max(box.y2, box.y1 + 1);
  return box;
}

std::vector<GapTrust> TrustShapes(const ShapeTrack& track) {
  std::vector<GapTrust> gaps;
  std::vector<Keyframe> visible;
  for (const ShapeKeyframe& keyframe : track.keyframes) {
    if (!keyframe.outside) {
      visible.push_back(BoundsAt(keyframe));
      continue;
    }
    if (visible.empty()) continue;
    Append(TrustGaps(visible), gaps);
    Append(TrustGaps(std::vector<Keyframe>{visible.back(), BoundsAt(keyframe)}), gaps);
    visible.clear();
  }
  Append(TrustGaps(visible), gaps);
  return gaps;
}

double ExpectedIou(const std::vector<GapTrust>& gaps, std::int64_t frame) {
  const auto gap = std::upper_bound(
      gaps.begin(), gaps.end(), frame,
      [](std::int64_t at, const GapTrust& candidate) { return at < candidate.to; });
  if (gap == gaps.end() || frame <= gap->from) return 1;
  return gap->ExpectedIou(frame);
}

}  // namespace prelabel
