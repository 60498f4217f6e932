// The stretch between two keyframes of a track, and what a kind of shape makes of it. Pure values;
// thread-safe.
#pragma once

#include <functional>

#include "common/labels/shape.h"

namespace prelabel {

// Nothing is owned. Shapes that are there have one kind.
struct ShapeSegment {
  const ShapeKeyframe* before = nullptr;  // shapes the curve; null: none, or not wanted
  const ShapeKeyframe* from = nullptr;
  const ShapeKeyframe* to = nullptr;
  const ShapeKeyframe* after = nullptr;  // as `before`

  bool smooth() const { return before != nullptr || after != nullptr; }
};

inline double FramesBetween(const ShapeKeyframe& from, const ShapeKeyframe& to) {
  return static_cast<double>(to.frame - from.frame);
}

// The shape at a part of the way, in (0, 1). Holds what it needs itself.
using InBetween = std::function<Shape(double part)>;

}  // namespace prelabel
