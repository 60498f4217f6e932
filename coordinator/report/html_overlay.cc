#include "coordinator/report/html_overlay.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "coordinator/report/html_text.h"

namespace prelabel {
namespace {

constexpr double kWidth = 300;
constexpr double kBase = 84;  // y of the line that bars stand on
constexpr double kHeight = 102;
constexpr std::size_t kLeastBins = 8;

double SumOf(const FeatureHistogram& histogram) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : histogram) sum += count;
  return static_cast<double>(std::max<std::uint64_t>(1, sum));
}

// First and last bin to show.
std::pair<std::size_t, std::size_t> UsedBins(const FeatureHistogram& run,
                                             const FeatureHistogram* reference) {
  std::size_t first = kFeatureBins;
  std::size_t last = 0;
  for (std::size_t i = 0; i < kFeatureBins; ++i) {
    if (run[i] == 0 && (reference == nullptr || (*reference)[i] == 0)) continue;
    first = std::min(first, i);
    last = i;
  }
  if (first == kFeatureBins) return {0, kFeatureBins - 1};
  first -= first > 0 ? 1 : 0;
  last += last + 1 < kFeatureBins ? 1 : 0;
  while (last - first + 1 < kLeastBins) {
    if (first > 0) --first;
    if (last + 1 < kFeatureBins) ++last;
  }
  return {first, last};
}

}  // namespace

std::string FeatureOverlaySvg(ImageFeature feature, const FeatureHistogram& run,
                              const FeatureHistogram* reference, const ShiftTest* test) {
  const auto [first, last] = UsedBins(run, reference);
  const double bins = static_cast<double>(last - first + 1);
  const double run_sum = SumOf(run);
  const double reference_sum = reference == nullptr ? 1 : SumOf(*reference);
  double most = 1e-9;
  for (std::size_t i = first; i <= last; ++i) {
    most = std::max(most, static_cast<double>(run[i]) / run_sum);
    if (reference != nullptr) {
      most = std::max(most, static_cast<double>((*reference)[i]) / reference_sum);
    }
  }
  const double width = kWidth / bins;
  const auto y = [most](double share) { return kBase - (kBase - 6) * share / most; };
  std::string svg = fmt::format(
      "<svg class=\"chart overlay\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Histogram of "
      "{}\"><path class=\"run\" d=\"",
      kWidth, kHeight, FeatureName(feature));
  auto out = std::back_inserter(svg);
  for (std::size_t i = first; i <= last; ++i) {
    if (run[i] == 0) continue;
    fmt::format_to(out, "M{:.1f} {}V{:.1f}h{:.1f}V{}z",
                   static_cast<double>(i - first) * width + 0.5, kBase,
                   y(static_cast<double>(run[i]) / run_sum), width - 1, kBase);
  }
  svg += "\"/>";
  if (reference != nullptr) {
    fmt::format_to(out, "<path class=\"ref\" d=\"M0 {}", kBase);
    for (std::size_t i = first; i <= last; ++i) {
      fmt::format_to(out, "V{:.1f}h{:.2f}", y(static_cast<double>((*reference)[i]) / reference_sum),
                     width);
    }
    fmt::format_to(out, "V{}\"/>", kBase);
  }
  const FeatureRange range = RangeOf(feature);
  const double step = (range.high - range.low) / static_cast<double>(kFeatureBins);
  const double low = range.low + static_cast<double>(first) * step;
  const double high = range.low + static_cast<double>(last + 1) * step;
  if (test != nullptr) {
    const auto x = [&](double value) {
      return kWidth * std::clamp((value - low) / (high - low), 0.0, 1.0);
    };
    fmt::format_to(out,
                   "<line class=\"mean ref\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"2\" y2=\"{2}\"/>"
                   "<line class=\"mean run\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"2\" y2=\"{2}\"/>",
                   x(test->reference_mean), x(test->run_mean), kBase);
  }
  fmt::format_to(out,
                 "<line class=\"base\" x1=\"0\" x2=\"{0}\" y1=\"{1}\" y2=\"{1}\"/><text "
                 "class=\"tick\" x=\"0\" y=\"{2}\">{3}</text><text class=\"tick end\" x=\"{0}\" "
                 "y=\"{2}\">{4}</text></svg>",
                 kWidth, kBase, kHeight - 3, FeatureText(feature, low), FeatureText(feature, high));
  return svg;
}

std::string FeatureText(ImageFeature feature, double value) {
  switch (feature) {
    case ImageFeature::kResolution: {
      const double megapixels = std::exp2(value);
      const int digits = megapixels < 0.1 ? 3 : megapixels < 10 ? 2 : 0;
      return fmt::format("{:.{}f} MP", megapixels, digits);
    }
    case ImageFeature::kAspect:
      return fmt::format("{:.2f} : 1", std::exp2(value));
    case ImageFeature::kEntropy:
      return fmt::format("{:.2f} bit", value);
    default:
      return fmt::format("{:.2f}", value == 0 ? 0.0 : value);
  }
}

std::string_view FeatureMeaning(ImageFeature feature) {
  switch (feature) {
    case ImageFeature::kBrightness:
      return "from 0, black, to 1, white";
    case ImageFeature::kContrast:
      return "how far light and dark lie apart";
    case ImageFeature::kSharpness:
      return "low where blurred, high where sharp or noisy";
    case ImageFeature::kEntropy:
      return "how many different grays there are";
    case ImageFeature::kColorfulness:
      return "0 for gray pictures";
    case ImageFeature::kWarmth:
      return "below 0 bluish, above 0 reddish";
    case ImageFeature::kResolution:
      return "millions of pixels";
    case ImageFeature::kAspect:
      break;
  }
  return "width to height";
}

std::string ScatterSvg(const std::vector<ScatterPoint>& reference,
                       const std::vector<ScatterPoint>& run) {
  constexpr double kPlotWidth = 640;
  constexpr double kPlotHeight = 340;
  constexpr double kMargin = 14;
  double low_x = std::numeric_limits<double>::max();
  double low_y = low_x;
  double high_x = -low_x;
  double high_y = -low_x;
  for (const auto* points : {&reference, &run}) {
    for (const ScatterPoint& point : *points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      low_x = std::min(low_x, double{point.x});
      high_x = std::max(high_x, double{point.x});
      low_y = std::min(low_y, double{point.y});
      high_y = std::max(high_y, double{point.y});
    }
  }
  // One scale for both axes: distances are what the picture is about.
  const double scale = std::min((kPlotWidth - 2 * kMargin) / std::max(high_x - low_x, 1e-9),
                                (kPlotHeight - 2 * kMargin) / std::max(high_y - low_y, 1e-9));
  const auto dots = [&](const std::vector<ScatterPoint>& points) {
    std::string path;
    for (const ScatterPoint& point : points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      fmt::format_to(std::back_inserter(path), "M{:.1f} {:.1f}h0",
                     kPlotWidth / 2 + scale * (double{point.x} - (low_x + high_x) / 2),
                     kPlotHeight / 2 - scale * (double{point.y} - (low_y + high_y) / 2));
    }
    return path;
  };
  return fmt::format(
      "<svg class=\"chart scatter\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Pictures as "
      "the model sees them: reference and run\"><path class=\"ref\" d=\"{}\"/><path class=\"run\" "
      "d=\"{}\"/></svg>",
      kPlotWidth, kPlotHeight, dots(reference), dots(run));
}

}  // namespace prelabel
