#include "coordinator/confidence/expected_precision.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "coordinator/confidence/reliability_model.h"
#include "coordinator/stats/calibration.h"
#include "coordinator/stats/jackknife.h"

namespace prelabel {
namespace {

constexpr std::size_t kFinePerBin = kFineBins / kReliabilityBins;
static_assert(kFineBins % kReliabilityBins == 0);

// Labels of one model class by score bin.
struct ClassLabels {
  std::size_t class_id = 0;
  std::array<double, kReliabilityBins> counts{};
};

struct Estimate {
  double precision = 0;
  Interval interval;
};

Estimate Expect(const ReliabilityModel& model, std::span<const ClassLabels> labels) {
  std::array<double, kReliabilityBins> in_bin{};
  double count = 0;
  double right = 0;
  double by_chance = 0;
  double by_class = 0;
  for (const ClassLabels& of_class : labels) {
    double deviation = 0;
    for (std::size_t b = 0; b < kReliabilityBins; ++b) {
      if (of_class.counts[b] <= 0) continue;
      const double p = model.Precision(of_class.class_id)[b];
      count += of_class.counts[b];
      in_bin[b] += of_class.counts[b];
      right += of_class.counts[b] * p;
      by_chance += of_class.counts[b] * p * (1 - p);
      deviation += of_class.counts[b] * model.ClassDeviation(of_class.class_id, b);
    }
    by_class += deviation * deviation;
  }
  if (count <= 0) return {};
  std::vector<double> without(model.groups());
  for (std::size_t g = 0; g < without.size(); ++g) {
    for (const ClassLabels& of_class : labels) {
      const ReliabilityModel::Row& row = model.PrecisionWithout(g, of_class.class_id);
      for (std::size_t b = 0; b < kReliabilityBins; ++b) without[g] += of_class.counts[b] * row[b];
    }
    without[g] /= count;
  }
  double by_bin = 0;
  for (std::size_t b = 0; b < kReliabilityBins; ++b) {
    by_bin += in_bin[b] * in_bin[b] * model.PooledVariance(b);
  }
  const double by_reference = std::max(JackknifeVariance(without), by_bin / (count * count));
  const double variance =
      by_reference + (by_class + model.design_effect() * by_chance) / (count * count);
  const double half = HalfWidth95(variance, model.groups());
  const double precision = right / count;
  return {precision, {std::max(0.0, precision - half), std::min(1.0, precision + half)}};
}

std::vector<ClassLabels> From(std::span<const std::size_t> class_ids, const LabelScores& scores,
                              std::size_t first_fine) {
  std::vector<ClassLabels> labels;
  for (const std::size_t id : class_ids) {
    ClassLabels of_class{id, {}};
    bool any = false;
    for (std::size_t f = first_fine; f < kFineBins; ++f) {
      of_class.counts[f / kFinePerBin] += static_cast<double>(scores.classes()[id].fine[f]);
      any = any || scores.classes()[id].fine[f] > 0;
    }
    if (any) labels.push_back(of_class);
  }
  return labels;
}

void AddMeanScore(std::span<const std::size_t> class_ids, const LabelScores& scores,
                  ClassConfidence& confidence) {
  std::array<double, kJackknifeGroups> sums{};
  std::array<double, kJackknifeGroups> counts{};
  for (const std::size_t id : class_ids) {
    const ClassScores& of_class = scores.classes()[id];
    confidence.labels += of_class.labels;
    for (std::size_t g = 0; g < kJackknifeGroups; ++g) {
      sums[g] += static_cast<double>(of_class.score_sums[g]) * 1e-6;
      for (const std::uint32_t count : of_class.bins[g]) counts[g] += count;
    }
  }
  const RatioEstimate mean = JackknifeRatio(sums, counts);
  const double half = HalfWidth95(mean.variance, mean.groups);
  confidence.mean_score = mean.value;
  confidence.mean_score_interval = {std::max(0.0, mean.value - half),
                                    std::min(1.0, mean.value + half)};
}

void AddReliability(std::span<const std::size_t> class_ids, const LabelScores& scores,
                    const ReliabilityModel* model, ClassConfidence& confidence) {
  double thin = 0;
  std::vector<ScoreCell> cells;
  for (std::size_t b = 0; b < kReliabilityBins; ++b) {
    ReliabilityPoint point;
    point.low = static_cast<float>(b) / kReliabilityBins;
    point.high = static_cast<float>(b + 1) / kReliabilityBins;
    for (const std::size_t id : class_ids) {
      for (std::size_t f = 0; f < kFinePerBin; ++f) {
        point.labels += scores.classes()[id].fine[b * kFinePerBin + f];
      }
      if (model == nullptr) continue;
      point.reference_boxes += model->Cell(id, b).boxes;
      point.reference_right += model->Cell(id, b).right;
    }
    if (point.reference_boxes < kThinBoxes) thin += static_cast<double>(point.labels);
    // Both are compared where there are labels: weak predictions would drown the others.
    const bool compared = point.low >= kSeenScore - 1e-6F;
    if (compared) {
      cells.push_back({point.low, point.high, static_cast<double>(point.reference_boxes),
                       static_cast<double>(point.reference_right),
                       static_cast<double>(point.labels)});
    }
    confidence.reliability.push_back(point);
  }
  if (model == nullptr || confidence.labels == 0) return;
  confidence.thin_share = thin / static_cast<double>(confidence.labels);
  confidence.difference_of_confidences = DifferenceOfConfidences(cells);
  confidence.average_thresholded_confidence = AverageThresholdedConfidence(cells);
}

ClassConfidence Judge(std::span<const std::size_t> class_ids, const LabelScores& scores,
                      const ReliabilityModel* model) {
  ClassConfidence confidence;
  AddMeanScore(class_ids, scores, confidence);
  AddReliability(class_ids, scores, model, confidence);
  if (model == nullptr) return confidence;
  confidence.calibrated = std::any_of(class_ids.begin(), class_ids.end(),
                                      [model](std::size_t id) { return model->Knows(id); });
  if (!confidence.calibrated || confidence.labels == 0) return confidence;
  const Estimate estimate = Expect(*model, From(class_ids, scores, 0));
  confidence.expected_precision = estimate.precision;
  confidence.interval = estimate.interval;
  std::uint64_t kept = 0;
  std::vector<ThresholdPoint> curve;
  for (std::size_t f = kFineBins; f-- > 0;) {
    std::uint64_t here = 0;
    for (const std::size_t id : class_ids) here += scores.classes()[id].fine[f];
    kept += here;
    if (kept == 0) continue;
    const Estimate at = Expect(*model, From(class_ids, scores, f));
    curve.push_back({static_cast<float>(f) / kFineBins, kept, at.precision, at.interval});
    if (kept == confidence.labels) break;  // nothing is under the lowest score
  }
  confidence.curve.assign(curve.rbegin(), curve.rend());
  return confidence;
}

}  // namespace

RunConfidence EstimateConfidence(const LabelScores& scores, const ClassMap& classes,
                                 const Reliability* reference) {
  std::unique_ptr<ReliabilityModel> model;
  if (reference != nullptr && !reference->empty()) {
    model = std::make_unique<ReliabilityModel>(*reference);
  }
  RunConfidence result;
  std::vector<std::size_t> written;
  for (std::size_t category = 0; category < classes.categories.size(); ++category) {
    std::vector<std::size_t> ids;
    for (std::size_t id = 0; id < classes.category_of_class.size(); ++id) {
      if (classes.category_of_class[id] != static_cast<int>(category)) continue;
      ids.push_back(id);
      written.push_back(id);
    }
    result.classes.push_back(Judge(ids, scores, model.get()));
  }
  result.all = Judge(written, scores, model.get());
  if (model) result.calibration_error = model->calibration_error();
  return result;
}

}  // namespace prelabel
