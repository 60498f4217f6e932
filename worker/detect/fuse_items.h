// What several models say about one item, made into one stored result. Pure; thread-safe.
#pragma once

#include <vector>

#include "common/job/ensemble.h"
#include "common/labels/prediction.h"
#include "worker/detect/postprocess.h"

namespace prelabel {

// `models`: the item's result of each model of the ensemble, in order, class ids being each card's
// own; at least one. The result has the ensemble's class ids. Boxes that are no more than the
// threshold after fusing fall, and the weakest over the maximum. Masks and looks are those of the
// strongest box that a fused one is made of; statistics and the embedding of the image are the
// first model's, and boxes have no embeddings, since none of the models' is of a fused box. Where
// boxes were fused, each has its votes. An item that failed with any model has failed.
ItemResult FuseItems(std::vector<ItemResult> models, const Ensemble& ensemble,
                     const RawLimits& limits);

}  // namespace prelabel
