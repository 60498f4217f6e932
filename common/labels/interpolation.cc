#include "common/labels/interpolation.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "common/labels/box_motion.h"
#include "common/labels/interpolation_trust.h"

namespace prelabel {
namespace {

double FramesBetween(const Keyframe& from, const Keyframe& to) {
  return static_cast<double>(to.frame - from.frame);
}

TrackPoint PointBetween(const Keyframe& from, const Keyframe& to, std::int64_t frame) {
  const double part =
      static_cast<double>(frame - from.frame) / static_cast<double>(to.frame - from.frame);
  return {.frame = frame,
          .box = BoxBetween(from.box, to.box, part),
          .score = std::min(from.score, to.score),
          .source = LabelSource::kInterpolated};
}

void AppendLinear(const Keyframe& from, const Keyframe& to, std::vector<TrackPoint>& points) {
  for (std::int64_t frame = from.frame + 1; frame < to.frame; ++frame) {
    points.push_back(PointBetween(from, to, frame));
  }
}

// The frames between keyframes[i] and keyframes[i + 1].
void AppendCubic(std::span<const Keyframe> keyframes, std::size_t i,
                 std::vector<TrackPoint>& points) {
  const Keyframe& from = keyframes[i];
  const Keyframe& to = keyframes[i + 1];
  const double frames = FramesBetween(from, to);
  std::optional<BoxNeighbor> before;
  if (i > 0) before = BoxNeighbor{FramesBetween(keyframes[i - 1], from), keyframes[i - 1].box};
  std::optional<BoxNeighbor> after;
  if (i + 2 < keyframes.size()) {
    after = BoxNeighbor{FramesBetween(to, keyframes[i + 2]), keyframes[i + 2].box};
  }
  const BoxMotion motion(before ? &*before : nullptr, from.box, to.box, after ? &*after : nullptr,
                         frames);
  for (std::int64_t frame = from.frame + 1; frame < to.frame; ++frame) {
    points.push_back({.frame = frame,
                      .box = motion.At(static_cast<double>(frame - from.frame) / frames),
                      .score = std::min(from.score, to.score),
                      .source = LabelSource::kInterpolated});
  }
}

}  // namespace

std::vector<TrackPoint> Interpolate(std::span<const Keyframe> keyframes,
                                    InterpolationMethod method) {
  std::vector<TrackPoint> points;
  if (keyframes.empty()) return points;
  const bool fill = method != InterpolationMethod::kNone;
  points.reserve(fill ? keyframes.back().frame - keyframes.front().frame + 1 : keyframes.size());
  for (std::size_t i = 0; i < keyframes.size(); ++i) {
    if (i > 0 && method == InterpolationMethod::kCubic) {
      AppendCubic(keyframes, i - 1, points);
    } else if (i > 0 && fill) {
      AppendLinear(keyframes[i - 1], keyframes[i], points);
    }
    points.push_back(
        {keyframes[i].frame, keyframes[i].box, keyframes[i].score, LabelSource::kModel});
  }
  if (fill) LowerScoresBetween(keyframes, points);
  return points;
}

}  // namespace prelabel
