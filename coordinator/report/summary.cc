#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "common/base/utf8_prefix.h"
#include "coordinator/report/html_text.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostClasses = 20;
constexpr std::size_t kMostNamed = 5;
constexpr std::size_t kWidth = 80;
constexpr std::size_t kNameWidth = 22;

// Cut to `width` bytes, not inside a UTF-8 sequence.
std::string Shorten(std::string text, std::size_t width) {
  if (text.size() <= width) return text;
  return std::string(Utf8Prefix(text, width - 3)) + "...";
}

// What is expected of the boxes between keyframes, all classes together; empty without any.
std::string TrustLine(const Report& report) {
  ClassTrust all;
  for (const ClassReport& entry : report.classes) all.Add(entry.stats.trust);
  if (all.between == 0) return {};
  return fmt::format("interpolated boxes: expected IoU {:.3f}, {} below 0.5\n",
                     all.MeanExpectedIou(), PercentOf(all.below_half, all.between));
}

}  // namespace

std::string FormatSummary(const Report& report) {
  std::string text;
  auto out = std::back_inserter(text);
  const SourceStats& all = report.totals.all;
  // Nobody is to look at what a person drew.
  if (all.drawn < all.items || all.drawn == 0) {
    fmt::format_to(out, "{} of {} looked at, ", FormatCount(all.looked_at),
                   CountOf(all.items - all.drawn, "item"));
  }
  if (all.drawn > 0) {
    fmt::format_to(out, "{} labeled from keyframes that people drew, ",
                   CountOf(all.drawn, "frame"));
  }
  fmt::format_to(out, "{} labels", FormatCount(all.labels));
  if (all.interpolated > 0)
    fmt::format_to(out, " ({} interpolated)", FormatCount(all.interpolated));
  fmt::format_to(out, ", {} quarantined\n\n", FormatCount(all.quarantined));

  const std::vector<std::size_t> order = ClassesByLabels(report);
  std::size_t name_width = 5;
  std::size_t shown = 0;
  for (const std::size_t c : order) {
    if (report.classes[c].stats.labels == 0 || shown == kMostClasses) break;
    name_width = std::max(name_width, report.classes[c].category.name.size());
    ++shown;
  }
  name_width = std::min(name_width, kNameWidth);
  if (shown > 0) {
    fmt::format_to(out, "{:<{}} {:>10} {:>12} {:>9} {:>8} {:>11}\n", "class", name_width, "labels",
                   "interpolated", "images", "tracks", "mean score");
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const ClassReport& entry = report.classes[order[i]];
    fmt::format_to(out, "{:<{}} {:>10} {:>12} {:>9} {:>8} {:>11.3f}\n",
                   Shorten(entry.category.name, name_width), name_width,
                   FormatCount(entry.stats.labels), FormatCount(entry.stats.interpolated),
                   FormatCount(entry.stats.images), FormatCount(entry.stats.tracks),
                   entry.stats.MeanScore());
  }
  const auto labeled =
      static_cast<std::size_t>(std::count_if(order.begin(), order.end(), [&](std::size_t c) {
        return report.classes[c].stats.labels > 0;
      }));
  if (labeled > shown) {
    fmt::format_to(out, "... and {} with fewer labels; report.json has them all\n",
                   CountOf(labeled - shown, "class", "classes"));
  }
  if (all.interpolated > 0) text += TrustLine(report);
  if (labeled == 0 && report.model.empty()) {
    fmt::format_to(out, "No labels: labels.classes lists none that were drawn.\n");
  } else if (labeled == 0 && (all.looked_at > 0 || all.quarantined == 0)) {
    fmt::format_to(out, "No labels: no prediction reached its threshold ({} by default).\n",
                   report.labels.threshold);
  }

  for (const SourceReport& source : report.sources) {
    if (!source.error.empty()) {
      fmt::format_to(out, "\nunreadable source {}: {}\n", source.name, source.error);
    } else if (source.stats.looked_at == 0 && source.stats.quarantined > 0) {
      fmt::format_to(out, "\nsource {}: all that was tried, {}, is quarantined\n", source.name,
                     CountOf(source.stats.quarantined, "item"));
    }
  }
  if (!report.quarantined.empty()) {
    fmt::format_to(out, "\nquarantined, without labels:\n");
    for (std::size_t i = 0; i < std::min(report.quarantined.size(), kMostNamed); ++i) {
      const QuarantinedReport& item = report.quarantined[i];
      text += Shorten(fmt::format("  {}: {}", item.name, item.reason), kWidth) + "\n";
    }
    if (all.quarantined > kMostNamed) {
      fmt::format_to(out, "  ... and {} more\n", FormatCount(all.quarantined - kMostNamed));
    }
    if (!report.run.retry_command.empty()) {
      fmt::format_to(out, "to try them again:\n  {}\n", report.run.retry_command);
    }
  }
  if (report.run.compute_classes.size() > 1) {
    fmt::format_to(out,
                   "\nWorkers of {} compute classes took part: labels may differ in the last\n"
                   "digits from those of a run with one.\n",
                   report.run.compute_classes.size());
  }
  if (report.run.seconds > 0 && report.run.items_run > 0) {
    fmt::format_to(out, "\n{:.1f} s, {:.1f} items/s on {}\n", report.run.seconds,
                   report.run.items_per_second, CountOf(report.run.workers.size(), "worker"));
  }
  return text;
}

}  // namespace prelabel
