// Greedy non-maximum suppression, per class. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "common/labels/prediction.h"

namespace prelabel {

// Indices of the kept predictions in descending score (ties: lower index first), at most
// `max_kept`. A box falls when its IoU with a kept box of its class exceeds `iou_threshold`.
// A prediction whose score is not a number is dropped.
std::vector<std::size_t> Nms(std::span<const Prediction> predictions, float iou_threshold,
                             std::size_t max_kept);

}  // namespace prelabel
