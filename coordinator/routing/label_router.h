// Gives every label of a run its route, and writers only those of one. Not thread-safe.
#pragma once

#include <memory>

#include "coordinator/formats/label_writer.h"
#include "coordinator/merge/merge.h"
#include "coordinator/routing/verdict.h"

namespace prelabel {

class LabelRouter {
 public:
  // `verdicts` outlives this.
  explicit LabelRouter(const Verdicts& verdicts) : verdicts_(verdicts) {}

  // The item with routes on the labels that a model gave; what a person drew has none. Valid until
  // the next call, and as long as `item`.
  const LabeledItem& Routed(const LabeledItem& item);

 private:
  const Verdicts& verdicts_;
  LabeledItem routed_;
};

// Passes items on with their labels of one route alone; items without any stay items. Videos whose
// keyframes a person drew need nobody any more: they go with `auto` and are otherwise left out.
// Items are routed already.
std::unique_ptr<LabelWriter> OnlyRoute(Route route, std::unique_ptr<LabelWriter> writer);

}  // namespace prelabel
