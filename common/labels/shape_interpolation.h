// A person's keyframes, filled in: the shape of an object in every frame in which it is visible.
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/labels/interpolation.h"
#include "common/labels/shape.h"
#include "common/labels/shape_segment.h"

namespace prelabel {

using ShapeInterpolation = InterpolationMethod;

// One point a frame from the first keyframe on, up to but without `frames_end`, as CVAT has it
// (cvat-ai/cvat, cvat/apps/dataset_manager/annotation.py, TrackManager.get_interpolated_shapes):
//
// - A keyframe that is outside ends the shape from its frame on until the next one that is not.
//   Shapes before it move towards its shape, in CVAT's editor as in its exports.
// - After the last keyframe its shape holds to the end, unless that is outside.
// - `occluded` and attributes are those of the last keyframe; an attribute that a keyframe does not
//   name keeps its last value.
// - kLinear: boxes, ellipses, points and skeletons move linearly, rotations along shortest arcs
//   (point_interpolation.h); polygons and polylines by arc length (polygon_interpolation.h); masks
//   by signed distance (mask_interpolation.h; CVAT has no tracks of masks).
// - kCubic: the same along a smooth curve through the keyframes (motion.h); masks as with kLinear.
//   The curve ends at a keyframe next to one that is outside: towards that, shapes move linearly.
// - kNone: keyframes that are not outside, alone.
//
// Where both keyframes' shapes are of different kinds, the first one holds.
std::vector<ShapePoint> InterpolateShapes(const ShapeTrack& track, ShapeInterpolation method,
                                          std::int64_t frames_end);

// The same points one after the other: memory is that of two neighboring keyframes, however long
// the track is. The track outlives this.
class ShapeWalk {
 public:
  ShapeWalk(const ShapeTrack& track, ShapeInterpolation method, std::int64_t frames_end);

  std::optional<ShapePoint> Next();  // nothing at the end

 private:
  // The stretch behind keyframes[next_ - 1], which is visible.
  void Begin(const ShapeKeyframe& from);

  const ShapeTrack* track_;
  ShapeInterpolation method_;
  std::int64_t frames_end_;
  std::size_t next_ = 0;    // keyframes passed
  std::int64_t frame_ = 0;  // of the stretch behind the last one: the next frame …
  std::int64_t end_ = 0;    // … and where it ends
  double frames_ = 1;       // how long it is in all
  InBetween shape_at_;
  std::map<std::string, std::string> attributes_;
};

}  // namespace prelabel
