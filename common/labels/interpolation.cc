#include "common/labels/interpolation.h"

#include <algorithm>

namespace prelabel {
namespace {

TrackPoint PointBetween(const Keyframe& from, const Keyframe& to, std::int64_t frame) {
  const double part =
      static_cast<double>(frame - from.frame) / static_cast<double>(to.frame - from.frame);
  return {.frame = frame,
          .box = BoxBetween(from.box, to.box, part),
          .score = std::min(from.score, to.score),
          .source = LabelSource::kInterpolated};
}

}  // namespace

std::vector<TrackPoint> Interpolate(std::span<const Keyframe> keyframes,
                                    InterpolationMethod method) {
  std::vector<TrackPoint> points;
  if (keyframes.empty()) return points;
  const bool fill = method == InterpolationMethod::kLinear;
  points.reserve(fill ? keyframes.back().frame - keyframes.front().frame + 1 : keyframes.size());
  for (std::size_t i = 0; i < keyframes.size(); ++i) {
    if (fill && i > 0) {
      const Keyframe& from = keyframes[i - 1];
      for (std::int64_t frame = from.frame + 1; frame < keyframes[i].frame; ++frame) {
        points.push_back(PointBetween(from, keyframes[i], frame));
      }
    }
    points.push_back(
        {keyframes[i].frame, keyframes[i].box, keyframes[i].score, LabelSource::kModel});
  }
  return points;
}

}  // namespace prelabel
