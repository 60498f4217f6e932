// Polygons and polylines between two keyframes. Pure; thread-safe.
#pragma once

#include "common/labels/shape_segment.h"

namespace prelabel {

// The points of both outlines, matched by normalized arc length (outline_match.h), move linearly
// or, with neighbors, along cubics (motion.h) through where the same places are in these. So the
// outline begins and ends exactly as the keyframes have it, and the numbers of points may differ.
// What is between does not depend on where and in which direction keyframes were drawn; its first
// point and direction are those of `from`. It has at most as many points as both keyframes have.
// Where one of them has none, `from` holds.
InBetween InterpolatePolygons(const ShapeSegment& segment);

}  // namespace prelabel
