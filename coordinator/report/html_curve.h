// Charts of one class as inline SVG: reliability, what a threshold keeps at which precision, and an
// interval as a mark on a line. Colors come from the page's CSS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/confidence/class_confidence.h"
#include "coordinator/report/run_stats.h"

namespace prelabel {

// What a threshold leaves, and where that stands in the chart.
struct Cut {
  float threshold = 0;
  std::uint64_t kept = 0;
  double precision = 0;  // expected; meaningless where none is
  Interval interval;
  double x = 0;  // in the chart
  double y = 0;
};

// Ascending thresholds: the class's curve, or by bins of 0.05 from its histogram where there is no
// curve. Places are set for PrecisionCoverageSvg or, without precision, KeptSvg.
std::vector<Cut> CutsOf(const ClassConfidence* confidence, const ClassStats& stats);

// The last one at or below the threshold; 0 where all are above. `cuts` is not empty.
std::size_t CutAt(const std::vector<Cut>& cuts, float threshold);

// Expected precision (with its interval as a band) over the share of labels that is kept.
std::string PrecisionCoverageSvg(const std::vector<Cut>& cuts, std::size_t chosen, double target);
// The share that is kept over the threshold.
std::string KeptSvg(const std::vector<Cut>& cuts, std::size_t chosen);

// How often the reference's predictions were right, by score, with 95 % Wilson intervals; hollow
// where there are fewer than 30; and this run's labels as bars.
std::string ReliabilitySvg(const ClassConfidence& confidence, float threshold);

// A mark with its interval on a line from 0 to 1, and a tick at the goal where there is one.
std::string IntervalSvg(double value, const Interval& interval,
                        std::optional<double> target = std::nullopt);

}  // namespace prelabel
