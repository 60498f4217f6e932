// Scores of a run's labels, counted by model class: what expected precision is computed from.
// Add in any order; a value.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "coordinator/merge/merge.h"
#include "coordinator/profile/domain_stats.h"

namespace prelabel {

inline constexpr std::size_t kFineBins = 100;  // of scores, for curves over thresholds

// Labels of one model class, or of what people drew (which is nobody's guess and not in it).
struct ClassScores {
  std::uint64_t labels = 0;
  std::array<std::uint64_t, kFineBins> fine{};
  // By jackknife group of the image: labels by score bin, and the sum of scores in millionths.
  std::array<std::array<std::uint32_t, kReliabilityBins>, kJackknifeGroups> bins{};
  std::array<std::uint64_t, kJackknifeGroups> score_sums{};
  friend bool operator==(const ClassScores&, const ClassScores&) = default;
};

class LabelScores {
 public:
  explicit LabelScores(std::size_t model_classes) : classes_(model_classes) {}

  // `group`: JackknifeGroup of the item. Labels that people drew are passed over.
  void Add(const LabeledItem& item, std::size_t group);
  const std::vector<ClassScores>& classes() const { return classes_; }

 private:
  std::vector<ClassScores> classes_;  // by class id of the model
};

}  // namespace prelabel
