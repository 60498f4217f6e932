// A hash of a run's labels: answers about some labels shall not be taken for answers about others.
// Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/hash.h"
#include "common/labels/interpolation.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

// Of the categories, of which items a model looked at, and of the labels that it gave (not of what
// people drew): category, score and box. Of labels between keyframes their tracks and the job's
// method stand for these, so that a pass that fills them in otherwise (measure_run.h) comes to the
// same.
class LabelDigest {
 public:
  LabelDigest(const ClassMap& classes, InterpolationMethod interpolation);

  // Items in MergeLabels' order. `name`: the item's in the labels (ItemNames).
  void Add(const LabeledItem& item, std::string_view name);
  std::string Finish() const;  // 32 hexadecimal digits

 private:
  Hasher hasher_;
};

}  // namespace prelabel
