// From a model's output to an item's stored result. Pure; thread-safe.
#pragma once

#include <cstddef>

#include "common/labels/prediction.h"
#include "worker/detect/features.h"
#include "worker/detect/fit.h"
#include "worker/model/model.h"

namespace prelabel {

struct RawLimits {
  float threshold = 0.05F;          // candidates score more than this
  float nms = 0.6F;                 // IoU over which the weaker box of a class falls
  std::size_t max_per_image = 100;  // strongest boxes kept
};

// Fills predictions, masks and embeddings of `item`, whose width and height (of the original image)
// are set and which was shown to the model as `fit` says: boxes clipped to the picture, NMS and the
// maximum there, then stretched to the original image. What the module has suppressed itself is
// only put in order of score and cut at the maximum; masks stay with their boxes and are of the
// original's size. Of the semantic layout there is a
// prediction with a mask a class (outline_classes.h), from the strongest on, as many as the limits
// leave, without NMS. A candidate whose corners, or a score, are no numbers fails the item.
// `embedder` has the output's channels; null where the model has no feature map.
void FillPredictions(const ModelOutput& output, const Fit& fit, const RawLimits& limits,
                     const FeatureEmbedder* embedder, ItemResult& item);

}  // namespace prelabel
