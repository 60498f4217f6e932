#include "common/labels/polygon_interpolation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "common/labels/motion.h"
#include "common/labels/outline.h"
#include "common/labels/outline_match.h"

namespace prelabel {
namespace {

// An outline next to a segment and how it becomes the segment's own.
struct Beside {
  double frames = 0;
  Outline outline;
  OutlineMatch match;
};

struct PositionMotion {
  Motion x;
  Motion y;
};

PositionMotion MakeMotion(const std::optional<std::pair<double, Position>>& before,
                          const Position& from, const Position& to,
                          const std::optional<std::pair<double, Position>>& after, double frames) {
  const auto coordinate = [&](double Position::*axis) {
    std::optional<Neighbor> left;
    if (before) left = {before->first, before->second.*axis};
    std::optional<Neighbor> right;
    if (after) right = {after->first, after->second.*axis};
    return Motion(left ? &*left : nullptr, from.*axis, to.*axis, right ? &*right : nullptr, frames,
                  Extrema::kAnywhere);
  };
  return {coordinate(&Position::x), coordinate(&Position::y)};
}

Outline OutlineOf(const ShapeKeyframe& keyframe) {
  return {keyframe.shape.points, keyframe.shape.kind == ShapeKind::kPolygon};
}

// Into the order that `outline` was drawn in, from the step at its first point on.
void RestoreOrder(const Outline& outline, const OutlineMatch& match,
                  std::vector<PositionMotion>& motions) {
  if (!outline.closed()) return;
  std::size_t first = 0;
  double least = 2;
  for (std::size_t i = 0; i < match.size(); ++i) {
    const double apart = std::abs(match.FromPlace(i) - outline.start());
    const double around = std::min(apart, std::abs(1 - apart));
    if (around < least) {
      least = around;
      first = i;
    }
  }
  std::rotate(motions.begin(), motions.begin() + static_cast<std::ptrdiff_t>(first), motions.end());
  if (outline.reversed()) std::reverse(motions.begin() + 1, motions.end());
}

}  // namespace

InBetween InterpolatePolygons(const ShapeSegment& segment) {
  const auto has_points = [](const ShapeKeyframe* keyframe) {
    return keyframe != nullptr && !keyframe->shape.points.empty();
  };
  if (!has_points(segment.from) || !has_points(segment.to)) {
    return [shape = segment.from->shape](double) { return shape; };
  }
  const Outline from = OutlineOf(*segment.from);
  const Outline to = OutlineOf(*segment.to);
  const OutlineMatch match(from, to);
  std::optional<Beside> before;
  if (has_points(segment.before)) {
    Outline outline = OutlineOf(*segment.before);
    OutlineMatch to_from(outline, from);
    before = {FramesBetween(*segment.before, *segment.from), std::move(outline),
              std::move(to_from)};
  }
  std::optional<Beside> after;
  if (has_points(segment.after)) {
    Outline outline = OutlineOf(*segment.after);
    OutlineMatch from_to(to, outline);
    after = {FramesBetween(*segment.to, *segment.after), std::move(outline), std::move(from_to)};
  }
  std::vector<PositionMotion> motions;
  motions.reserve(match.size());
  for (std::size_t i = 0; i < match.size(); ++i) {
    const double from_place = match.FromPlace(i);
    const double to_place = match.ToPlace(i);
    std::optional<std::pair<double, Position>> left;
    if (before) {
      left = {before->frames, before->outline.At(before->match.Backward(from_place))};
    }
    std::optional<std::pair<double, Position>> right;
    if (after) right = {after->frames, after->outline.At(after->match.Forward(to_place))};
    motions.push_back(MakeMotion(left, from.At(from_place), to.At(to_place), right,
                                 FramesBetween(*segment.from, *segment.to)));
  }
  RestoreOrder(from, match, motions);
  return [kind = segment.from->shape.kind, motions = std::move(motions)](double part) {
    Shape between;
    between.kind = kind;
    between.points.reserve(motions.size());
    for (const PositionMotion& motion : motions) {
      between.points.push_back(
          {static_cast<float>(motion.x.At(part)), static_cast<float>(motion.y.At(part))});
    }
    return between;
  };
}

}  // namespace prelabel
