// Boxes, ellipses, points and skeletons between two keyframes: what has as many coordinates on both
// sides. Pure; thread-safe.
#pragma once

#include "common/labels/shape_segment.h"

namespace prelabel {

// From `from` to `to` in degrees, in (-180, 180]: the shorter way, and clockwise where both are as
// long.
double ShortestArc(double from, double to);

// Boxes and ellipses: corners move linearly, or center and size along a cubic (box_motion.h);
// rotation moves along shortest arcs.
InBetween InterpolateBoxes(const ShapeSegment& segment);

// Point by point in their order; where the numbers of points differ, `from` holds (as in CVAT,
// which holds whenever there is more than one point).
InBetween InterpolatePoints(const ShapeSegment& segment);

// Joint by joint; outside and occluded hold. A joint moves along a cubic only over keyframes at
// which it is not outside. Where the numbers of joints differ, `from` holds.
InBetween InterpolateSkeletons(const ShapeSegment& segment);

}  // namespace prelabel
