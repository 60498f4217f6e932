#include "common/labels/point_interpolation.h"

#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "common/labels/box_motion.h"

namespace prelabel {
namespace {

double WrapDegrees(double degrees) {
  double wrapped = std::fmod(degrees, 360);
  if (wrapped < 0) wrapped += 360;
  return wrapped < 360 ? wrapped : 0;  // a tiny negative number rounds up to 360
}

const Neighbor* Pointer(const std::optional<Neighbor>& neighbor) {
  return neighbor ? &*neighbor : nullptr;
}

Motion RotationMotion(const ShapeSegment& segment) {
  const double from = segment.from->shape.rotation;
  const double to = from + ShortestArc(from, segment.to->shape.rotation);
  std::optional<Neighbor> before;
  if (segment.before != nullptr) {
    before = {FramesBetween(*segment.before, *segment.from),
              from - ShortestArc(segment.before->shape.rotation, from)};
  }
  std::optional<Neighbor> after;
  if (segment.after != nullptr) {
    after = {FramesBetween(*segment.to, *segment.after),
             to + ShortestArc(segment.to->shape.rotation, segment.after->shape.rotation)};
  }
  return {Pointer(before),   from, to, Pointer(after), FramesBetween(*segment.from, *segment.to),
          Extrema::kAnywhere};
}

BoxMotion MakeBoxMotion(const ShapeSegment& segment) {
  std::optional<BoxNeighbor> before;
  if (segment.before != nullptr) {
    before = {FramesBetween(*segment.before, *segment.from), segment.before->shape.box};
  }
  std::optional<BoxNeighbor> after;
  if (segment.after != nullptr) {
    after = {FramesBetween(*segment.to, *segment.after), segment.after->shape.box};
  }
  return {before ? &*before : nullptr, segment.from->shape.box, segment.to->shape.box,
          after ? &*after : nullptr, FramesBetween(*segment.from, *segment.to)};
}

struct PointMotion {
  Motion x;
  Motion y;

  Point At(double part) const {
    return {static_cast<float>(x.At(part)), static_cast<float>(y.At(part))};
  }
};

// Points of the keyframes of a segment; neighbors may be null.
PointMotion MakePointMotion(const ShapeSegment& segment, const Point* before, const Point& from,
                            const Point& to, const Point* after) {
  const auto coordinate = [&](float Point::*axis) {
    std::optional<Neighbor> left;
    if (before != nullptr) left = {FramesBetween(*segment.before, *segment.from), before->*axis};
    std::optional<Neighbor> right;
    if (after != nullptr) right = {FramesBetween(*segment.to, *segment.after), after->*axis};
    return Motion(Pointer(left), from.*axis, to.*axis, Pointer(right),
                  FramesBetween(*segment.from, *segment.to), Extrema::kAnywhere);
  };
  return {coordinate(&Point::x), coordinate(&Point::y)};
}

InBetween Hold(const ShapeSegment& segment) {
  return [shape = segment.from->shape](double) { return shape; };
}

}  // namespace

double ShortestArc(double from, double to) {
  const double arc = WrapDegrees(to - from);
  return arc <= 180 ? arc : arc - 360;
}

InBetween InterpolateBoxes(const ShapeSegment& segment) {
  return [shape = segment.from->shape, box = MakeBoxMotion(segment),
          rotation = RotationMotion(segment)](double part) {
    Shape between = shape;
    between.box = box.At(part);
    between.rotation = WrapDegrees(rotation.At(part));
    return between;
  };
}

InBetween InterpolatePoints(const ShapeSegment& segment) {
  const std::vector<Point>& from = segment.from->shape.points;
  const std::vector<Point>& to = segment.to->shape.points;
  if (from.size() != to.size()) return Hold(segment);
  const auto point_of = [&](const ShapeKeyframe* keyframe, std::size_t i) -> const Point* {
    const bool fits = keyframe != nullptr && keyframe->shape.points.size() == from.size();
    return fits ? &keyframe->shape.points[i] : nullptr;
  };
  std::vector<PointMotion> motions;
  motions.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    motions.push_back(MakePointMotion(segment, point_of(segment.before, i), from[i], to[i],
                                      point_of(segment.after, i)));
  }
  return [shape = segment.from->shape, motions = std::move(motions)](double part) {
    Shape between = shape;
    for (std::size_t i = 0; i < motions.size(); ++i) between.points[i] = motions[i].At(part);
    return between;
  };
}

InBetween InterpolateSkeletons(const ShapeSegment& segment) {
  const std::vector<Joint>& from = segment.from->shape.joints;
  const std::vector<Joint>& to = segment.to->shape.joints;
  if (from.size() != to.size()) return Hold(segment);
  std::vector<PointMotion> motions;
  motions.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool seen = !from[i].outside && !to[i].outside;
    const auto joint_of = [&](const ShapeKeyframe* keyframe) -> const Point* {
      if (!seen || keyframe == nullptr || keyframe->shape.joints.size() != from.size()) {
        return nullptr;
      }
      const Joint& joint = keyframe->shape.joints[i];
      return joint.outside ? nullptr : &joint.at;
    };
    motions.push_back(MakePointMotion(segment, joint_of(segment.before), from[i].at, to[i].at,
                                      joint_of(segment.after)));
  }
  return [shape = segment.from->shape, motions = std::move(motions)](double part) {
    Shape between = shape;
    for (std::size_t i = 0; i < motions.size(); ++i) between.joints[i].at = motions[i].At(part);
    return between;
  };
}

}  // namespace prelabel
