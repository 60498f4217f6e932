// From a map of class probabilities to one mask a class, at the size of the original picture.
// Pure; thread-safe.
#pragma once

#include <vector>

#include "common/labels/prediction.h"
#include "worker/detect/fit.h"
#include "worker/model/model.h"

namespace prelabel {

struct ClassOutlines {
  std::vector<Prediction> predictions;  // by class; boxes in pixels of the original
  std::vector<Rle> masks;               // one a prediction
};

// Each pixel of a picture of width × height, which the model saw as `fit` says, belongs to the
// channel with the highest probability (the first one of equals), interpolated bilinearly between
// the map's samples, whose centers are those of equal parts of the input (as PyTorch's interpolate
// with align_corners=False). Classes without a pixel, and the background, are left out. A score is
// the mean of the class's probabilities over its pixels, a box what encloses them.
// `scores` is not empty and has finite values; neither side is over what kMaxMaskPixels allows.
ClassOutlines OutlineClasses(const ClassScores& scores, const Fit& fit, int width, int height);

}  // namespace prelabel
