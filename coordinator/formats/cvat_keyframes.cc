#include "coordinator/formats/cvat_keyframes.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "common/labels/keyframe_selection.h"
#include "common/labels/shape_interpolation.h"

namespace prelabel {
namespace {

ShapeKeyframe ToKeyframe(const ShapePoint& point) {
  ShapeKeyframe keyframe;
  keyframe.frame = point.frame;
  keyframe.shape = point.shape;
  keyframe.occluded = point.occluded;
  keyframe.attributes = point.attributes;
  return keyframe;
}

bool IsUprightBox(const ShapePoint& point) {
  return point.shape.kind == ShapeKind::kBox && point.shape.rotation == 0;
}

// Appends what of `points`, from a person's keyframe on, is to be one; not the last of them.
void AppendStretch(std::span<const ShapePoint> points, float min_iou,
                   std::vector<ShapeKeyframe>& keyframes) {
  if (!std::all_of(points.begin(), points.end(), IsUprightBox)) {
    for (const ShapePoint& point : points.first(points.size() - 1)) {
      keyframes.push_back(ToKeyframe(point));
    }
    return;
  }
  std::vector<TrackPoint> boxes;
  for (const ShapePoint& point : points) boxes.push_back({point.frame, point.shape.box, 1});
  for (const std::size_t i : FewestKeyframes(boxes, min_iou)) {
    if (i + 1 < points.size()) keyframes.push_back(ToKeyframe(points[i]));
  }
}

}  // namespace

std::vector<ShapeKeyframe> CvatKeyframes(const ShapeTrack& track, InterpolationMethod method,
                                         std::int64_t frames, float min_iou,
                                         std::span<const TrackPoint> boxes) {
  const bool linear = method == InterpolationMethod::kLinear ||
                      (method == InterpolationMethod::kFlow && boxes.empty());
  if (linear) return track.keyframes;
  std::vector<ShapePoint> points = InterpolateShapes(track, method, frames);
  for (ShapePoint& point : points) {
    while (!boxes.empty() && boxes.front().frame < point.frame) boxes = boxes.subspan(1);
    if (!boxes.empty() && boxes.front().frame == point.frame && !point.keyframe &&
        IsUprightBox(point)) {
      point.shape.box = boxes.front().box;
    }
  }
  std::vector<ShapeKeyframe> keyframes;
  for (std::size_t begin = 0; begin < points.size();) {
    // Up to the next keyframe of the person, or to a gap.
    std::size_t end = begin + 1;
    const auto goes_on = [&](std::size_t i) {
      return i < points.size() && points[i].frame == points[i - 1].frame + 1;
    };
    while (goes_on(end) && !points[end].keyframe) ++end;
    const bool gap = !goes_on(end);
    const std::span<const ShapePoint> stretch(&points[begin], end - begin + (gap ? 0 : 1));
    const ShapePoint& last = stretch.back();
    if (gap && last.frame + 1 == frames && points[begin].frame == track.keyframes.back().frame) {
      keyframes.push_back(ToKeyframe(points[begin]));  // holds to the end
      break;
    }
    AppendStretch(stretch, min_iou, keyframes);
    if (gap) {
      keyframes.push_back(ToKeyframe(last));
      if (last.frame + 1 < frames) {
        keyframes.push_back(ToKeyframe(last));
        ++keyframes.back().frame;
        keyframes.back().outside = true;
      }
    }
    begin = end;
  }
  return keyframes;
}

}  // namespace prelabel
