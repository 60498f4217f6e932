// Shapes of each kind from what the kind has.
#pragma once

#include <utility>
#include <vector>

#include "common/labels/shape.h"

namespace prelabel {

inline Shape MakeBox(const Box& box, double rotation = 0) {
  Shape shape;
  shape.box = box;
  shape.rotation = rotation;
  return shape;
}

inline Shape MakeEllipse(const Box& box, double rotation = 0) {
  Shape shape = MakeBox(box, rotation);
  shape.kind = ShapeKind::kEllipse;
  return shape;
}

inline Shape MakePoints(ShapeKind kind, std::vector<Point> points) {
  Shape shape;
  shape.kind = kind;
  shape.points = std::move(points);
  return shape;
}

inline Shape MakePolygon(std::vector<Point> points) {
  return MakePoints(ShapeKind::kPolygon, std::move(points));
}

inline Shape MakeSkeleton(std::vector<Joint> joints) {
  Shape shape;
  shape.kind = ShapeKind::kSkeleton;
  shape.joints = std::move(joints);
  return shape;
}

inline Shape MakeMask(const Mask& mask, std::int32_t left, std::int32_t top) {
  Shape shape;
  shape.kind = ShapeKind::kMask;
  shape.mask = EncodeMask(mask);
  shape.left = left;
  shape.top = top;
  return shape;
}

inline ShapeKeyframe MakeKeyframe(std::int64_t frame, Shape shape, bool outside = false) {
  ShapeKeyframe keyframe;
  keyframe.frame = frame;
  keyframe.shape = std::move(shape);
  keyframe.outside = outside;
  return keyframe;
}

}  // namespace prelabel
