#include "coordinator/confidence/label_scores.h"

#include <cmath>

#include "coordinator/profile/score_bin.h"

namespace prelabel {
void LabelScores::Add(const LabeledItem& item, std::size_t group) {
  for (const Label& label : item.labels) {
    if (label.class_id >= classes_.size()) continue;
    ClassScores& scores = classes_[label.class_id];
    ++scores.labels;
    ++scores.fine[BinOfScore(label.score, kFineBins)];
    ++scores.bins[group][BinOfScore(label.score, kReliabilityBins)];
    scores.score_sums[group] += static_cast<std::uint64_t>(std::llround(double{label.score} * 1e6));
  }
}

}  // namespace prelabel
