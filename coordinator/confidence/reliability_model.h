// The shrunken precision of expected_precision.h, with and without each of the reference's groups.
// Pure; immutable once made.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "coordinator/profile/domain_stats.h"

namespace prelabel {

class ReliabilityModel {
 public:
  using Row = std::array<double, kReliabilityBins>;

  // `reference` is not empty.
  explicit ReliabilityModel(const Reliability& reference);

  // Whether the reference knows an object or a box of the class.
  bool Knows(std::size_t class_id) const { return known_[class_id]; }
  const Row& Precision(std::size_t class_id) const { return all_.precision[class_id]; }
  // Of a bin over all classes, as mean of its beta posterior: what is not known where the reference
  // has few boxes of that score, or none, and its groups cannot disagree.
  double PooledVariance(std::size_t bin) const { return all_.pooled_variance[bin]; }
  // Groups that hold boxes, and what precision is without one of them.
  std::size_t groups() const { return without_.size(); }
  const Row& PrecisionWithout(std::size_t group, std::size_t class_id) const {
    return without_[group].precision[class_id];
  }
  // Standard deviation of how far a class's precision is from Precision, by bin.
  double ClassDeviation(std::size_t class_id, std::size_t bin) const;
  // How much more the number of right boxes varies because boxes share images; at least 1.
  double design_effect() const { return design_effect_; }
  double calibration_error() const { return calibration_error_; }
  // The reference's own counts.
  const ReliabilityCell& Cell(std::size_t class_id, std::size_t bin) const {
    return cells_[class_id][bin];
  }

 private:
  using Cells = std::vector<std::array<ReliabilityCell, kReliabilityBins>>;
  struct Table {
    std::vector<Row> precision;  // by class
    Row pooled_variance{};
  };
  static Table Shrink(const Cells& cells);

  Cells cells_;
  std::vector<char> known_;
  std::vector<double> seen_;  // boxes by class
  Table all_;
  std::vector<Table> without_;
  double design_effect_ = 1;
  double calibration_error_ = 0;
};

}  // namespace prelabel
