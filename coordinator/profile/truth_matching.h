// Which predictions of an image are right, by the objects that people drew in it. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/geometry/box.h"
#include "common/labels/prediction.h"
#include "coordinator/profile/domain_stats.h"

namespace prelabel {

inline constexpr float kRightIou = 0.5F;

struct TruthObject {
  std::uint16_t class_id = 0;  // of the model
  Box box;                     // pixels
  bool crowd = false;          // a region with many objects: what lies in it counts nowhere
  friend bool operator==(const TruthObject&, const TruthObject&) = default;
};

// Of objects in a picture of that size, what the picture shows: one a class, as large as it.
// Crowds show their class, too.
std::vector<TruthObject> WholePictureTruth(std::span<const TruthObject> objects, int width,
                                           int height);

// COCO's matching at one threshold (pycocotools, cocoeval.py): class by class, best score first,
// each prediction takes the object with the highest IoU of at least kRightIou that is still free.
// What is left over is ignored where it lies by at least that share in a crowd region, and wrong
// elsewhere. Parallel to `predictions`, which have descending scores.
std::vector<Truth> MatchTruth(std::span<const Prediction> predictions,
                              std::span<const TruthObject> objects);

}  // namespace prelabel
