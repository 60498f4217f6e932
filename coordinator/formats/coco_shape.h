// What labels cover, as COCO holds it (cocodataset.org, "Data format"). Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/labels/shape.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

struct CocoShape {
  std::string segmentation;  // JSON
  double area = 0;           // of what `segmentation` covers
};

// A mask as an object with its size and its counts as one compressed text.
std::string FormatCocoRle(const Rle& rle);

// In an image of height × width:
//  - a polygon as it is; a turned box as its corners; an ellipse as 48 points of its outline;
//  - a mask, a model's or a drawn one, as compressed run lengths of the whole image, cut off at its
//    edges;
//  - what has no area in COCO (polylines, points, skeletons), and upright boxes, as the outline of
//    the box: strict importers want a polygon of at least three points.
// Coordinates are rounded to hundredths, areas are those of the rounded polygons.
CocoShape FormatCocoShape(const Label& label, int width, int height);

// `"keypoints": […], "num_keypoints": N` of a skeleton, in the order of `names`: 0 outside or not
// there, 1 occluded, 2 visible.
std::string FormatKeypoints(const std::vector<Joint>& joints,
                            const std::vector<std::string>& names);

}  // namespace prelabel
