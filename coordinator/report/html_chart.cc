#include "coordinator/report/html_chart.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace prelabel {
namespace {

constexpr double kBarWidth = 9;
constexpr double kHeight = 34;
constexpr double kWidth = kBarWidth * static_cast<double>(kScoreBins);

void AddBars(std::string& svg, const ScoreHistogram& bins, std::uint64_t most,
             const char* css_class) {
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    const double share = std::sqrt(static_cast<double>(bins[i]) / static_cast<double>(most));
    const double height = std::max(1.0, share * kHeight);
    fmt::format_to(std::back_inserter(svg),
                   "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                   "height=\"{:.1f}\"/>",
                   css_class, static_cast<double>(i) * kBarWidth + 0.5, kHeight - height,
                   kBarWidth - 1, height);
  }
}

}  // namespace

std::string ScoreHistogramSvg(const ClassStats& stats, float threshold) {
  std::uint64_t most = 1;
  for (std::size_t i = 0; i < kScoreBins; ++i) {
    most = std::max({most, stats.raw_scores[i], stats.label_scores[i]});
  }
  std::string svg = fmt::format(
      "<svg class=\"hist\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
      "aria-label=\"Histogram of scores from 0 to 1\">",
      kWidth, kHeight + 3);
  AddBars(svg, stats.raw_scores, most, "raw");
  AddBars(svg, stats.label_scores, most, "lab");
  const double x = std::clamp(double{threshold}, 0.0, 1.0) * kWidth;
  fmt::format_to(std::back_inserter(svg),
                 "<line class=\"base\" x1=\"0\" x2=\"{0}\" y1=\"{1}\" y2=\"{1}\"/>"
                 "<line class=\"thr\" x1=\"{2:.1f}\" x2=\"{2:.1f}\" y1=\"0\" y2=\"{3}\"/></svg>",
                 kWidth, kHeight + 0.5, x, kHeight + 3);
  return svg;
}

}  // namespace prelabel
