#include "common/labels/shape_interpolation.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

#include "common/labels/mask_interpolation.h"
#include "common/labels/point_interpolation.h"
#include "common/labels/polygon_interpolation.h"
#include "common/labels/shape_segment.h"

namespace prelabel {
namespace {

InBetween MakeInBetween(const ShapeSegment& segment) {
  const Shape& from = segment.from->shape;
  if (from.kind != segment.to->shape.kind) return [from](double) { return from; };
  switch (from.kind) {
    case ShapeKind::kBox:
    case ShapeKind::kEllipse:
      return InterpolateBoxes(segment);
    case ShapeKind::kPolygon:
    case ShapeKind::kPolyline:
      return InterpolatePolygons(segment);
    case ShapeKind::kPoints:
      return InterpolatePoints(segment);
    case ShapeKind::kSkeleton:
      return InterpolateSkeletons(segment);
    case ShapeKind::kMask:
      return InterpolateMasks(segment);
  }
  return [from](double) { return from; };
}

// The stretch from keyframes[i] to the next.
ShapeSegment SegmentFrom(const std::vector<ShapeKeyframe>& keyframes, std::size_t i,
                         ShapeInterpolation method) {
  ShapeSegment segment{nullptr, &keyframes[i], &keyframes[i + 1], nullptr};
  if (method != ShapeInterpolation::kCubic || segment.to->outside) return segment;
  const auto continues = [&](const ShapeKeyframe& keyframe) {
    return !keyframe.outside && keyframe.shape.kind == segment.from->shape.kind;
  };
  if (i > 0 && continues(keyframes[i - 1])) segment.before = &keyframes[i - 1];
  if (i + 2 < keyframes.size() && continues(keyframes[i + 2])) segment.after = &keyframes[i + 2];
  return segment;
}

}  // namespace

std::vector<ShapePoint> InterpolateShapes(const ShapeTrack& track, ShapeInterpolation method,
                                          std::int64_t frames_end) {
  std::vector<ShapePoint> points;
  std::map<std::string, std::string> attributes;
  for (std::size_t i = 0; i < track.keyframes.size(); ++i) {
    const ShapeKeyframe& keyframe = track.keyframes[i];
    if (keyframe.frame >= frames_end) break;
    for (const auto& [name, value] : keyframe.attributes) attributes[name] = value;
    if (keyframe.outside) continue;
    points.push_back({keyframe.frame, keyframe.shape, keyframe.occluded, true, attributes});
    if (method == ShapeInterpolation::kNone) continue;
    const bool last = i + 1 == track.keyframes.size();
    const std::int64_t end = last ? frames_end : std::min(track.keyframes[i + 1].frame, frames_end);
    if (keyframe.frame + 1 >= end) continue;
    InBetween shape_at = [&](double) { return keyframe.shape; };
    double frames = 1;
    if (!last) {
      const ShapeSegment segment = SegmentFrom(track.keyframes, i, method);
      frames = FramesBetween(*segment.from, *segment.to);
      shape_at = MakeInBetween(segment);
    }
    for (std::int64_t frame = keyframe.frame + 1; frame < end; ++frame) {
      const double part = static_cast<double>(frame - keyframe.frame) / frames;
      points.push_back({frame, shape_at(part), keyframe.occluded, false, attributes});
    }
  }
  return points;
}

}  // namespace prelabel
