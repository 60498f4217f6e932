#include "coordinator/report/html_curve.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "coordinator/report/html_text.h"

namespace prelabel {
namespace {

constexpr double kWidth = 420;
constexpr double kHeight = 244;
constexpr double kLeft = 44;
constexpr double kRight = 408;
constexpr double kTop = 26;
constexpr double kBottom = 208;
constexpr double kStrip = 46;  // of the label bars, at the bottom of a reliability chart

double X(double share) { return kLeft + (kRight - kLeft) * std::clamp(share, 0.0, 1.0); }
double Y(double value, double low) {
  return kBottom - (kBottom - kTop) * std::clamp((value - low) / (1 - low), 0.0, 1.0);
}

bool HasPrecision(const ClassConfidence* confidence) {
  return confidence != nullptr && confidence->calibrated && !confidence->curve.empty();
}

// The axis begins at a multiple of 0.1 below all that is drawn.
double LowestShown(const std::vector<Cut>& cuts) {
  double low = 0.9;
  for (const Cut& cut : cuts) {
    if (cut.kept > 0) low = std::min(low, cut.interval.low);
  }
  return std::max(0.0, std::floor(10 * low + 1e-9) / 10);
}

std::string Begin(const std::string& label) {
  return fmt::format("<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
                     kWidth, kHeight, label);
}

// Horizontal lines and numbers at the left, numbers below, what the axes are.
void AddAxes(std::string& svg, double low, const char* x_axis, bool percent, const char* y_axis) {
  auto out = std::back_inserter(svg);
  const double step = low < 0.45 ? 0.2 : low < 0.75 ? 0.1 : 0.05;
  for (double value = 1; value > low - 1e-9; value -= step) {
    fmt::format_to(out,
                   "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
                   "<text class=\"tick end\" x=\"{}\" y=\"{:.1f}\">{:.0f}%</text>",
                   kLeft, kRight, Y(value, low), Y(value, low), kLeft - 6, Y(value, low) + 4,
                   100 * value);
  }
  for (int i = 0; i <= 5; ++i) {
    fmt::format_to(out, "<text class=\"tick mid\" x=\"{:.1f}\" y=\"{}\">{}</text>", X(i / 5.0),
                   kBottom + 16,
                   percent ? fmt::format("{}%", 20 * i) : fmt::format("{:g}", i / 5.0));
  }
  fmt::format_to(out,
                 "<text class=\"axisname mid\" x=\"{}\" y=\"{}\">{}</text>"
                 "<text class=\"axisname\" x=\"{}\" y=\"{}\">{}</text>",
                 (kLeft + kRight) / 2, kHeight - 4, x_axis, kLeft, kTop - 12, y_axis);
}

std::string PathThrough(const std::vector<Cut>& cuts) {
  std::string path;
  for (const Cut& cut : cuts) {
    if (cut.kept == 0) continue;
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", path.empty() ? "M" : "L", cut.x,
                   cut.y);
  }
  return path;
}

void AddMark(std::string& svg, const Cut& cut) {
  fmt::format_to(std::back_inserter(svg),
                 "<line class=\"thr\" data-mark=\"line\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" "
                 "y2=\"{2}\"/><circle class=\"mark\" data-mark=\"dot\" cx=\"{0:.1f}\" "
                 "cy=\"{3:.1f}\" r=\"6\"/>",
                 cut.x, kTop, kBottom, cut.y);
}

// Wilson 1927, 95 %.
Interval Wilson(std::uint64_t right, std::uint64_t boxes) {
  const double n = static_cast<double>(boxes);
  const double p = static_cast<double>(right) / n;
  const double z = 1.959964;
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace

std::vector<Cut> CutsOf(const ClassConfidence* confidence, const ClassStats& stats) {
  std::vector<Cut> cuts;
  if (confidence != nullptr && !confidence->curve.empty()) {
    for (const ThresholdPoint& point : confidence->curve) {
      cuts.push_back({point.threshold, point.kept, point.expected_precision, point.interval, 0, 0});
    }
  } else {
    std::uint64_t kept = 0;
    for (std::size_t i = kScoreBins; i-- > 0;) {
      kept += stats.label_scores[i];
      cuts.push_back({static_cast<float>(i) / static_cast<float>(kScoreBins), kept, 0, {}, 0, 0});
    }
    std::reverse(cuts.begin(), cuts.end());
    // Below the lowest label nothing changes any more.
    std::size_t first = 0;
    while (first + 1 < cuts.size() && cuts[first + 1].kept == kept) ++first;
    cuts.erase(cuts.begin(), cuts.begin() + static_cast<std::ptrdiff_t>(first));
  }
  if (cuts.empty()) return cuts;
  const auto most = static_cast<double>(std::max<std::uint64_t>(1, cuts.front().kept));
  const double low = LowestShown(cuts);
  for (Cut& cut : cuts) {
    const double share = static_cast<double>(cut.kept) / most;
    const bool precise = HasPrecision(confidence);
    cut.x = precise ? X(share) : X(double{cut.threshold});
    cut.y = precise ? Y(cut.precision, low) : Y(share, 0);
  }
  return cuts;
}

std::size_t CutAt(const std::vector<Cut>& cuts, float threshold) {
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    if (cuts[i].threshold <= threshold + 1e-6F) chosen = i;
  }
  return chosen;
}

std::string PrecisionCoverageSvg(const std::vector<Cut>& cuts, std::size_t chosen, double target) {
  const double low = LowestShown(cuts);
  std::string svg = Begin("Expected precision over the share of labels that a threshold keeps");
  auto out = std::back_inserter(svg);
  AddAxes(svg, low, "share of labels kept", true, "expected to be right");
  std::string band;
  for (const Cut& cut : cuts) {
    if (cut.kept == 0) continue;
    fmt::format_to(std::back_inserter(band), "{}{:.1f} {:.1f}", band.empty() ? "M" : "L", cut.x,
                   Y(cut.interval.high, low));
  }
  for (auto cut = cuts.rbegin(); cut != cuts.rend(); ++cut) {
    if (cut->kept == 0) continue;
    fmt::format_to(std::back_inserter(band), "L{:.1f} {:.1f}", cut->x, Y(cut->interval.low, low));
  }
  fmt::format_to(out, "<path class=\"band\" d=\"{}Z\"/>", band.empty() ? "M0 0" : band);
  if (target >= low) {
    fmt::format_to(out,
                   "<line class=\"goal\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
                   "<text class=\"tick goaltext\" x=\"{0}\" y=\"{3:.1f}\" dx=\"6\">goal</text>",
                   kLeft, kRight, Y(target, low), Y(target, low) + 13);
  }
  fmt::format_to(out, "<path class=\"line\" d=\"{}\"/>", PathThrough(cuts));
  AddMark(svg, cuts[chosen]);
  return svg + "</svg>";
}

std::string KeptSvg(const std::vector<Cut>& cuts, std::size_t chosen) {
  std::string svg = Begin("Share of labels that a threshold keeps");
  AddAxes(svg, 0, "threshold", false, "share of labels kept");
  fmt::format_to(std::back_inserter(svg), "<path class=\"line\" d=\"{}\"/>", PathThrough(cuts));
  AddMark(svg, cuts[chosen]);
  return svg + "</svg>";
}

std::string ReliabilitySvg(const ClassConfidence& confidence, float threshold) {
  std::string svg = Begin(
      "How often the reference&#39;s predictions were right, by score, and this run&#39;s labels");
  auto out = std::back_inserter(svg);
  AddAxes(svg, 0, "score", false, "right in the reference");
  fmt::format_to(out, "<line class=\"diagonal\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", kLeft,
                 kRight, kBottom, kTop);
  std::uint64_t most = 1;
  for (const ReliabilityPoint& bin : confidence.reliability) most = std::max(most, bin.labels);
  for (const ReliabilityPoint& bin : confidence.reliability) {
    if (bin.labels == 0) continue;
    const double height =
        std::max(1.0, kStrip * static_cast<double>(bin.labels) / static_cast<double>(most));
    fmt::format_to(out,
                   "<rect class=\"lab{}\" data-high=\"{:.2f}\" x=\"{:.1f}\" y=\"{:.1f}\" "
                   "width=\"{:.1f}\" height=\"{:.1f}\"><title>{}, score {:.2f} to "
                   "{:.2f}</title></rect>",
                   bin.high <= threshold + 1e-6F ? " dropped" : "", bin.high,
                   X(double{bin.low}) + 1, kBottom - height,
                   std::max(1.0, X(double{bin.high}) - X(double{bin.low}) - 2), height,
                   CountOf(bin.labels, "label"), bin.low, bin.high);
  }
  for (const ReliabilityPoint& bin : confidence.reliability) {
    if (bin.reference_boxes == 0) continue;
    const double x = X((double{bin.low} + double{bin.high}) / 2);
    const Interval interval = Wilson(bin.reference_right, bin.reference_boxes);
    const double share =
        static_cast<double>(bin.reference_right) / static_cast<double>(bin.reference_boxes);
    fmt::format_to(
        out,
        "<g class=\"bin{}\"><title>score {:.2f} to {:.2f}: {} of {} right in the "
        "reference</title><line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"/></g>",
        bin.reference_boxes < kThinBoxes ? " thin" : "", bin.low, bin.high,
        FormatCount(bin.reference_right), FormatCount(bin.reference_boxes), x, x,
        Y(interval.low, 0), Y(interval.high, 0), x, Y(share, 0));
  }
  fmt::format_to(out,
                 "<line class=\"thr\" data-mark=\"score\" data-left=\"{}\" data-width=\"{}\" "
                 "x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/></svg>",
                 kLeft, kRight - kLeft, X(double{threshold}), X(double{threshold}), kTop, kBottom);
  return svg;
}

std::string IntervalSvg(double value, const Interval& interval, std::optional<double> target) {
  constexpr double kLine = 96;
  const auto at = [](double share) { return 3 + (kLine - 6) * std::clamp(share, 0.0, 1.0); };
  const std::string goal =
      target
          ? fmt::format("<line class=\"goal\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"1\" y2=\"13\"/>",
                        at(*target))
          : std::string();
  return fmt::format(
      "<svg class=\"interval\" viewBox=\"0 0 {0} 14\" width=\"{0}\" height=\"14\" "
      "aria-hidden=\"true\"><line class=\"grid\" x1=\"3\" x2=\"{1}\" y1=\"7\" y2=\"7\"/>{2}<line "
      "class=\"range\" x1=\"{3:.1f}\" x2=\"{4:.1f}\" y1=\"7\" y2=\"7\"/><circle cx=\"{5:.1f}\" "
      "cy=\"7\" r=\"3.5\"/></svg>",
      kLine, kLine - 3, goal, at(interval.low), at(interval.high), at(value));
}

}  // namespace prelabel
