#include "coordinator/report/sample_chooser.h"

#include <utility>

namespace prelabel {

void SampleChooser::Add(const LabeledItem& item) {
  if (item.labels.empty()) return;
  if (seen_++ % stride_ != 0) return;
  kept_.push_back({item.source, item.item, item.labels, {}});
  if (kept_.size() < kKept) return;
  // Full: keep every second one, and from now on half as many.
  for (std::size_t i = 0; 2 * i < kept_.size(); ++i) {
    if (i != 0) kept_[i] = std::move(kept_[2 * i]);
  }
  kept_.resize((kept_.size() + 1) / 2);
  stride_ *= 2;
}

std::vector<Sample> SampleChooser::Choose(std::size_t count) const {
  if (kept_.size() <= count) return kept_;
  std::vector<Sample> chosen;
  // The middle of each of `count` equal parts.
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back(kept_[(2 * i + 1) * kept_.size() / (2 * count)]);
  }
  return chosen;
}

}  // namespace prelabel
