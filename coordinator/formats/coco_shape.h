// What a person drew, as COCO holds it (cocodataset.org, "Data format"). Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/labels/shape.h"

namespace prelabel {

struct CocoShape {
  std::string segmentation;  // JSON
  double area = 0;           // of what `segmentation` covers
};

// In a frame of height × width:
//  - a polygon as it is; a turned box as its corners; an ellipse as 48 points of its outline;
//  - a mask as compressed run lengths of the whole frame, cut off at its edges;
//  - what has no area in COCO (polylines, points, skeletons), and upright boxes, as the outline of
//    `bounds`: strict importers want a polygon of at least three points.
// Coordinates are rounded to hundredths, areas are those of the rounded polygons.
CocoShape FormatCocoShape(const Shape& shape, const Box& bounds, int width, int height);

// `"keypoints": […], "num_keypoints": N` of a skeleton, in the order of `names`: 0 outside or not
// there, 1 occluded, 2 visible.
std::string FormatKeypoints(const std::vector<Joint>& joints,
                            const std::vector<std::string>& names);

}  // namespace prelabel
