// From a model's output to an item's stored result. Pure; thread-safe.
#pragma once

#include <cstddef>

#include "common/job/model_card.h"
#include "common/labels/prediction.h"
#include "worker/detect/features.h"
#include "worker/model/model.h"

namespace prelabel {

struct RawLimits {
  float threshold = 0.05F;          // candidates score more than this
  float nms = 0.6F;                 // IoU over which the weaker box of a class falls
  std::size_t max_per_image = 100;  // strongest boxes kept
};

// Fills predictions and embeddings of `item`, whose width and height (of the original image) are
// set: boxes clipped to the model's input, NMS and the maximum there, then stretched to the
// original image. A candidate whose corners are no numbers fails the item. `embedder` has the
// output's channels; null where the model has no feature map.
void FillPredictions(const DenseOutput& output, const ModelInput& input, const RawLimits& limits,
                     const FeatureEmbedder* embedder, ItemResult& item);

}  // namespace prelabel
