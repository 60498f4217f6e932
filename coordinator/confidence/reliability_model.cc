#include "coordinator/confidence/reliability_model.h"

#include <algorithm>
#include <cmath>

#include "coordinator/profile/score_bin.h"

namespace prelabel {
namespace {

constexpr double kScoreWeight = 2;    // boxes that the score itself counts as
constexpr double kPooledWeight = 10;  // boxes that all classes together count as for one

double BinScore(std::size_t bin) {
  return (static_cast<double>(bin) + 0.5) / static_cast<double>(kReliabilityBins);
}

std::size_t FirstSeenBin() { return BinOfScore(kSeenScore, kReliabilityBins); }

}  // namespace

ReliabilityModel::Table ReliabilityModel::Shrink(const Cells& cells) {
  Table table;
  Row pooled{};
  for (std::size_t b = 0; b < kReliabilityBins; ++b) {
    double boxes = kScoreWeight;
    double right = kScoreWeight * BinScore(b);
    for (const auto& row : cells) {
      boxes += row[b].boxes;
      right += row[b].right;
    }
    pooled[b] = right / boxes;
    table.pooled_variance[b] = pooled[b] * (1 - pooled[b]) / (boxes + 1);
  }
  table.precision.resize(cells.size());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    for (std::size_t b = 0; b < kReliabilityBins; ++b) {
      table.precision[c][b] =
          (cells[c][b].right + kPooledWeight * pooled[b]) / (cells[c][b].boxes + kPooledWeight);
    }
  }
  return table;
}

ReliabilityModel::ReliabilityModel(const Reliability& reference) {
  const std::size_t classes = reference.classes();
  cells_.resize(classes);
  known_.resize(classes);
  seen_.resize(classes);
  std::array<bool, kJackknifeGroups> used{};
  for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t b = 0; b < kReliabilityBins; ++b) {
        const ReliabilityCell& cell = reference.at(g, c, b);
        cells_[c][b].boxes += cell.boxes;
        cells_[c][b].right += cell.right;
        used[g] = used[g] || cell.boxes > 0;
      }
    }
  }
  const std::size_t first_seen = FirstSeenBin();
  for (std::size_t c = 0; c < classes; ++c) {
    known_[c] = c < reference.objects.size() && reference.objects[c] > 0;
    for (std::size_t b = 0; b < kReliabilityBins; ++b) {
      if (cells_[c][b].boxes > 0) known_[c] = true;
      if (b >= first_seen) seen_[c] += cells_[c][b].boxes;
    }
  }
  all_ = Shrink(cells_);
  double squares = 0;
  double expected = 0;
  for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
    if (!used[g]) continue;
    Cells rest = cells_;
    double residual = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t b = 0; b < kReliabilityBins; ++b) {
        const ReliabilityCell& cell = reference.at(g, c, b);
        rest[c][b].boxes -= cell.boxes;
        rest[c][b].right -= cell.right;
        if (b < first_seen) continue;
        const double p = all_.precision[c][b];
        residual += cell.right - cell.boxes * p;
        expected += cell.boxes * p * (1 - p);
      }
    }
    squares += residual * residual;
    without_.push_back(Shrink(rest));
  }
  const auto groups = static_cast<double>(without_.size());
  if (expected > 0 && groups > 1) {
    design_effect_ = std::max(1.0, squares / expected * groups / (groups - 1));
  }
  double boxes = 0;
  for (std::size_t b = first_seen; b < kReliabilityBins; ++b) {
    double in_bin = 0;
    double right = 0;
    for (const auto& row : cells_) {
      in_bin += row[b].boxes;
      right += row[b].right;
    }
    calibration_error_ += std::abs(right - in_bin * BinScore(b));
    boxes += in_bin;
  }
  calibration_error_ = boxes > 0 ? calibration_error_ / boxes : 0;
}

double ReliabilityModel::ClassDeviation(std::size_t class_id, std::size_t bin) const {
  const double p = all_.precision[class_id][bin];
  return std::sqrt(p * (1 - p) / (kPooledWeight + seen_[class_id] + 1));
}

}  // namespace prelabel
