#include "common/labels/shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "common/geometry/rle_bounds.h"

namespace prelabel {
namespace {

// Half the width and height of a turned box are |w cos| + |h sin| and |w sin| + |h cos|; those of
// an ellipse, whose outline is r(t) = center + turn(w cos t, h sin t), are the largest of either
// coordinate over t: the roots of the sums of squares.
Box BoundsOfTurned(const Shape& shape) {
  if (shape.rotation == 0) return shape.box;
  const double radians = shape.rotation * std::numbers::pi / 180;
  const double cosine = std::cos(radians);
  const double sine = std::sin(radians);
  const double x = (static_cast<double>(shape.box.x1) + shape.box.x2) / 2;
  const double y = (static_cast<double>(shape.box.y1) + shape.box.y2) / 2;
  const double w = (static_cast<double>(shape.box.x2) - shape.box.x1) / 2;
  const double h = (static_cast<double>(shape.box.y2) - shape.box.y1) / 2;
  const bool ellipse = shape.kind == ShapeKind::kEllipse;
  const double half_width =
      ellipse ? std::hypot(w * cosine, h * sine) : std::abs(w * cosine) + std::abs(h * sine);
  const double half_height =
      ellipse ? std::hypot(w * sine, h * cosine) : std::abs(w * sine) + std::abs(h * cosine);
  return {static_cast<float>(x - half_width), static_cast<float>(y - half_height),
          static_cast<float>(x + half_width), static_cast<float>(y + half_height)};
}

class PointBounds {
 public:
  void Add(const Point& point) {
    if (!bounds_) bounds_ = Box{point.x, point.y, point.x, point.y};
    bounds_->x1 = std::min(bounds_->x1, point.x);
    bounds_->y1 = std::min(bounds_->y1, point.y);
    bounds_->x2 = std::max(bounds_->x2, point.x);
    bounds_->y2 = std::max(bounds_->y2, point.y);
  }
  Box Get() const { return bounds_.value_or(Box{}); }

 private:
  std::optional<Box> bounds_;
};

Box BoundsOfMask(const Shape& shape) {
  const auto set = BoundsOfSet(shape.mask);
  if (!set) return {};
  const auto left = static_cast<double>(shape.left);
  const auto top = static_cast<double>(shape.top);
  return {static_cast<float>(left + set->x1), static_cast<float>(top + set->y1),
          static_cast<float>(left + set->x2), static_cast<float>(top + set->y2)};
}

}  // namespace

Box BoundsOf(const Shape& shape) {
  PointBounds bounds;
  switch (shape.kind) {
    case ShapeKind::kBox:
    case ShapeKind::kEllipse:
      return BoundsOfTurned(shape);
    case ShapeKind::kMask:
      return BoundsOfMask(shape);
    case ShapeKind::kSkeleton:
      for (const Joint& joint : shape.joints) {
        if (!joint.outside) bounds.Add(joint.at);
      }
      break;
    case ShapeKind::kPolygon:
    case ShapeKind::kPolyline:
    case ShapeKind::kPoints:
      for (const Point& point : shape.points) bounds.Add(point);
      break;
  }
  return bounds.Get();
}

}  // namespace prelabel
