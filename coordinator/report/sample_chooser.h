// Chooses the items that a report shows: evenly spread over those with labels, in one pass, with
// bounded memory, and the same ones every time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/merge/merge.h"

namespace prelabel {

struct Sample {
  SourceId source;
  std::uint64_t item = 0;
  std::vector<Label> labels;
  std::string note{};  // why it was chosen; empty where it was not chosen for anything
};

class SampleChooser {
 public:
  // Items come in MergeLabels' order.
  void Add(const LabeledItem& item);
  // At most `count` items, in order.
  std::vector<Sample> Choose(std::size_t count = 6) const;

 private:
  static constexpr std::size_t kKept = 192;

  std::vector<Sample> kept_;  // every stride_-th item with labels
  std::uint64_t stride_ = 1;
  std::uint64_t seen_ = 0;
};

}  // namespace prelabel
