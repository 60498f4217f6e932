#include "common/labels/shape_interpolation.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/labels/mask_interpolation.h"
#include "common/labels/point_interpolation.h"
#include "common/labels/polygon_interpolation.h"

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

ShapeWalk::ShapeWalk(const ShapeTrack& track, ShapeInterpolation method, std::int64_t frames_end)
    : track_(&track), method_(method), frames_end_(frames_end) {}

std::optional<ShapePoint> ShapeWalk::Next() {
  const std::vector<ShapeKeyframe>& keyframes = track_->keyframes;
  while (frame_ >= end_) {
    if (next_ == keyframes.size() || keyframes[next_].frame >= frames_end_) return std::nullopt;
    const ShapeKeyframe& keyframe = keyframes[next_++];
    for (const auto& [name, value] : keyframe.attributes) attributes_[name] = value;
    if (keyframe.outside) continue;
    Begin(keyframe);
    return ShapePoint{keyframe.frame, keyframe.shape, keyframe.occluded, true, attributes_};
  }
  const ShapeKeyframe& from = keyframes[next_ - 1];
  const std::int64_t frame = frame_++;
  const double part = static_cast<double>(frame - from.frame) / frames_;
  return ShapePoint{frame, shape_at_(part), from.occluded, false, attributes_};
}

void ShapeWalk::Begin(const ShapeKeyframe& from) {
  const std::vector<ShapeKeyframe>& keyframes = track_->keyframes;
  frame_ = from.frame + 1;
  end_ = frame_;
  if (method_ == ShapeInterpolation::kNone) return;
  const bool last = next_ == keyframes.size();
  end_ = last ? frames_end_ : std::min(keyframes[next_].frame, frames_end_);
  if (frame_ >= end_) return;
  if (last) {
    frames_ = 1;
    shape_at_ = [&from](double) { return from.shape; };
    return;
  }
  const ShapeSegment segment = SegmentFrom(keyframes, next_ - 1, method_);
  frames_ = FramesBetween(*segment.from, *segment.to);
  shape_at_ = MakeInBetween(segment);
}

std::vector<ShapePoint> InterpolateShapes(const ShapeTrack& track, ShapeInterpolation method,
                                          std::int64_t frames_end) {
  std::vector<ShapePoint> points;
  ShapeWalk walk(track, method, frames_end);
  while (std::optional<ShapePoint> point = walk.Next()) points.push_back(std::move(*point));
  return points;
}

}  // namespace prelabel
