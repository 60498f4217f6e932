// Several models seen as one: the classes that they have together, and whose is whose. Pure;
// thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/model_card.h"
#include "common/job/model_fusion.h"

namespace prelabel {

struct Ensemble {
  // As of one model. Its classes are those that any model answers for, by name, in the order of the
  // models; a category id that is taken already becomes the next free one above all. Its sha256 is
  // the models' with "+" between. What only a single model has (weights, input) is the first one's.
  ModelCard card;
  // By model, by class id of its own: the class of `card`, or -1 where it does not answer for it.
  std::vector<std::vector<int>> class_of;
  // By class of `card`: how many models answer for it.
  std::vector<int> knowers;
  FuseOptions fuse;
  // Everything about the models but their weights that stored results depend on, in a line.
  std::string description;
};

// `cards`: those of the models. InvalidArgument: a model has no class of a name that is asked of
// it, two answer for one class although boxes are not fused, only some of them give masks, or there
// are more classes than there may be.
Result<Ensemble> CombineModels(const ModelFusion& fusion, const std::vector<ModelCard>& cards);

}  // namespace prelabel
