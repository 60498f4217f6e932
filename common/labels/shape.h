// What a person draws in a labeling tool, and its course through a video. Pure values; thread-safe.
// The kinds and their meaning are those of CVAT (docs.cvat.ai, "CVAT for video 1.1"); coordinates
// are pixels of the original frame, x to the right, y down.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/geometry/box.h"
#include "common/geometry/rle.h"

namespace prelabel {

struct Point {
  float x = 0;
  float y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

enum class ShapeKind : std::uint8_t {
  kBox,
  kEllipse,
  kPolygon,
  kPolyline,
  kPoints,
  kSkeleton,
  kMask
};

// A point of a skeleton. `name` is its label's; all shapes of a track have the same names in the
// same order.
struct Joint {
  std::string name;
  Point at;
  bool outside = false;  // not in the picture
  bool occluded = false;
  friend bool operator==(const Joint&, const Joint&) = default;
};

// One outline in one frame. Members that the kind does not name are empty.
struct Shape {
  ShapeKind kind = ShapeKind::kBox;
  Box box;                    // kBox: before rotation; kEllipse: center ± radii, before rotation
  double rotation = 0;        // kBox, kEllipse: degrees clockwise about the center, [0, 360)
  std::vector<Point> points;  // kPolygon (closed, at least 3), kPolyline (2), kPoints (1)
  std::vector<Joint> joints;  // kSkeleton
  Rle mask;                   // kMask: its own raster, whose pixel (0, 0) is the frame's …
  std::int32_t left = 0;      // … (left, top)
  std::int32_t top = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
};

// A position that a person set. `outside`: from here on the object is not in the picture, up to the
// next keyframe that is not; what is filled in before moves towards the shape here, as in CVAT.
struct ShapeKeyframe {
  std::int64_t frame = 0;  // 0-based, presentation order
  Shape shape;
  bool outside = false;
  bool occluded = false;
  std::map<std::string, std::string> attributes;  // hold until the next keyframe
  friend bool operator==(const ShapeKeyframe&, const ShapeKeyframe&) = default;
};

// One object through time. All shapes have one kind. Keyframes ascend by frame, at most one a
// frame.
struct ShapeTrack {
  std::uint32_t id = 0;  // from 1
  std::string label;     // the class's name in the file
  std::vector<ShapeKeyframe> keyframes;
  friend bool operator==(const ShapeTrack&, const ShapeTrack&) = default;
};

// A track in one frame in which it is visible.
struct ShapePoint {
  std::int64_t frame = 0;
  Shape shape;
  bool occluded = false;
  bool keyframe = false;  // a person set it; otherwise it was interpolated
  std::map<std::string, std::string> attributes;
  friend bool operator==(const ShapePoint&, const ShapePoint&) = default;
};

// The smallest upright box around a shape; of a skeleton's joints that are not outside. Empty for
// an empty mask and for a skeleton without a visible joint.
Box BoundsOf(const Shape& shape);

}  // namespace prelabel
