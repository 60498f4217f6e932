#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "coordinator/report/html_page.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

constexpr std::size_t kMostClasses = 20;
constexpr std::size_t kMostNamed = 5;
constexpr std::size_t kWidth = 80;
constexpr std::size_t kNameWidth = 22;
constexpr std::size_t kJudgedNameWidth = 20;

// What is expected of the boxes between keyframes, all classes together; empty without any.
std::string TrustLine(const Report& report) {
  ClassTrust all;
  for (const ClassReport& entry : report.classes) all.Add(entry.stats.trust);
  if (all.between == 0) return {};
  return fmt::format("interpolated boxes: expected IoU {:.3f}, {} below 0.5\n",
                     all.MeanExpectedIou(), PercentOf(all.below_half, all.between));
}

// Verdicts are by category; absent where the run was not judged.
const ClassVerdict* VerdictOf(const Report& report, std::size_t c) {
  if (!report.assessment || c >= report.assessment->verdicts.classes.size()) return nullptr;
  return &report.assessment->verdicts.classes[c];
}

std::string VerdictColumn(const ClassVerdict& verdict) {
  if (verdict.verdict == Verdict::kNoLabels) return "-";
  std::string column(VerdictName(verdict.verdict));
  if (verdict.verdict == Verdict::kAutomate && verdict.guaranteed) column += " (audited)";
  return column;
}

// People's precision where they checked any, else the expected one.
std::string PrecisionColumn(const Assessment& assessment, std::size_t c) {
  const auto text = [](double value, const Interval& interval) {
    return fmt::format("{:.2f} ({:.2f}-{:.2f})", value, interval.low, interval.high);
  };
  if (assessment.audit && c < assessment.audit->classes.size() &&
      assessment.audit->classes[c].checked > 0) {
    const ClassAudit& audit = assessment.audit->classes[c];
    return text(audit.precision, audit.precision_interval);
  }
  if (c >= assessment.confidence.size() || !assessment.confidence[c].calibrated) return "unknown";
  return text(assessment.confidence[c].expected_precision, assessment.confidence[c].interval);
}

// The first of `order`; returns how many.
std::size_t AddClasses(std::string& text, const Report& report,
                       const std::vector<std::size_t>& order) {
  const bool judged = report.assessment.has_value();
  auto out = std::back_inserter(text);
  std::size_t name_width = 5;
  std::size_t shown = 0;
  for (const std::size_t c : order) {
    if (report.classes[c].stats.labels == 0 || shown == kMostClasses) break;
    name_width = std::max(name_width, report.classes[c].category.name.size());
    ++shown;
  }
  name_width = std::min(name_width, judged ? kJudgedNameWidth : kNameWidth);
  if (shown > 0 && judged) {
    fmt::format_to(out, "{:<{}} {:>10} {:>16} {:>9}  {}\n", "class", name_width, "labels",
                   "precision", "auto from", "verdict");
  } else if (shown > 0) {
    fmt::format_to(out, "{:<{}} {:>10} {:>12} {:>9} {:>8} {:>11}\n", "class", name_width, "labels",
                   "interpolated", "images", "tracks", "mean score");
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const ClassReport& entry = report.classes[order[i]];
    const std::string name = Shorten(entry.category.name, name_width);
    if (judged) {
      const ClassVerdict* verdict = VerdictOf(report, order[i]);
      fmt::format_to(out, "{:<{}} {:>10} {:>16} {:>9}  {}\n", name, name_width,
                     FormatCount(entry.stats.labels), PrecisionColumn(*report.assessment, order[i]),
                     verdict != nullptr && verdict->auto_threshold <= 1
                         ? fmt::format("{:.2f}", verdict->auto_threshold)
                         : "-",
                     verdict == nullptr ? "-" : VerdictColumn(*verdict));
    } else {
      fmt::format_to(out, "{:<{}} {:>10} {:>12} {:>9} {:>8} {:>11.3f}\n", name, name_width,
                     FormatCount(entry.stats.labels), FormatCount(entry.stats.interpolated),
                     FormatCount(entry.stats.images), FormatCount(entry.stats.tracks),
                     entry.stats.MeanScore());
    }
  }
  return shown;
}

// The answer, the hours, and what it lacks.
void AddAnswer(std::string& text, const Assessment& assessment) {
  const RoutingTotals& totals = assessment.verdicts.totals;
  text += "\n" + WrapText(assessment.verdicts.sentence, kWidth);
  if (totals.hours_by_hand > 0) {
    text += WrapText(
        fmt::format("{} of {} of work by hand saved (95 %: {} to {}), {} left.",
                    HoursText(totals.hours_saved), HoursText(totals.hours_by_hand),
                    HoursText(totals.hours_saved_interval.low),
                    HoursText(totals.hours_saved_interval.high), HoursText(totals.hours_left)),
        kWidth);
  }
  if (assessment.shift && assessment.shift->drift) {
    text += "The data drifted from the reference; report.html says in what.\n";
  }
  if (!assessment.reference && !assessment.no_reference.empty()) {
    text += WrapText("No reference: " + assessment.no_reference, kWidth);
  }
}

// Measured, not expected.
std::string OwnLabelsLines(const OwnLabels& own) {
  std::string text;
  if (own.images > 0) {
    const auto share = [](const ClusteredShare& of) {
      const Interval interval = of.Interval95();
      return fmt::format("{} (95 %: {:.0f} to {:.0f} %)", ShareText(of.Share()), 100 * interval.low,
                         100 * interval.high);
    };
    const ClassAgreement& all = own.all;
    text = fmt::format("Against the sources' own labels of {}: ", CountOf(own.images, "image"));
    text += all.precision.labels == 0
                ? "no label of these classes"
                : share(all.precision) + " of " + CountOf(all.precision.labels, "label") + " right";
    text += all.recall.labels == 0 ? ", no object"
                                   : ", " + share(all.recall) + " of " +
                                         CountOf(all.recall.labels, "object") + " found";
    text += "; report.html has the classes.";
    text = WrapText(text, kWidth);
  }
  if (own.problem_count > 0) {
    text += WrapText(fmt::format("{} of the sources' own labels could not be read: {}{}",
                                 CountOf(own.problem_count, "file"), own.problems.front(),
                                 own.problem_count > 1 ? "; report.html names more." : ""),
                     kWidth);
  }
  return text;
}

// Empty where no image is there more than once.
std::string DuplicatesLine(const DuplicatesReport& duplicates) {
  const std::uint64_t same = duplicates.same.extra;
  const std::uint64_t near = duplicates.near ? duplicates.near->extra : 0;
  if (same + near == 0) return {};
  std::string counts;
  if (same > 0) counts = CountOf(same, "copy", "copies");
  if (near > 0) {
    counts += (same > 0 ? " and " : "") + CountOf(near, "image") + " nearly the same as another";
  }
  return WrapText("More than once: " + counts + "; report.html names them.", kWidth);
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
  const std::size_t shown = AddClasses(text, report, order);
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

  if (report.assessment) AddAnswer(text, *report.assessment);
  if (report.own_labels) text += OwnLabelsLines(*report.own_labels);
  if (report.duplicates) text += DuplicatesLine(*report.duplicates);

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
