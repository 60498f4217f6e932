// A hash of a run's labels: answers about some labels shall not be taken for answers about others.
// Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/hash.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

// Of which items a model looked at, and of all labels that it gave (not of what people drew):
// category, score and box, in MergeLabels' order.
class LabelDigest {
 public:
  explicit LabelDigest(const ClassMap& classes) : classes_(classes) {}

  // `name`: the item's in the labels (ItemNames).
  void Add(const LabeledItem& item, std::string_view name);
  std::string Finish() const;  // 32 hexadecimal digits

 private:
  const ClassMap& classes_;
  Hasher hasher_;
};

}  // namespace prelabel
