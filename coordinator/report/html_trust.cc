#include "coordinator/report/html_trust.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kClassesShown = 12;  // the others are folded away
constexpr std::size_t kFramesShown = 10;   // likewise

std::string BucketName(std::size_t bucket) {
  const std::int64_t from = bucket == 0 ? 0 : kGapBucketEnds[bucket - 1] + 1;
  if (bucket == kGapBucketEnds.size()) return fmt::format("{}+", from);
  // Neighbors with a keyframe between are two frames apart at least.
  if (kGapBucketEnds[bucket] == 2) return "2";
  return fmt::format("{}–{}", from, kGapBucketEnds[bucket]);
}

// Those in which anything was measured.
std::vector<std::size_t> UsedBuckets(const Report& report) {
  ClassTrust all;
  for (const ClassReport& entry : report.classes) all.Add(entry.stats.trust);
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < kGapBuckets; ++i) {
    if (all.hold_outs[i].count > 0) used.push_back(i);
  }
  return used;
}

// The first row in words.
std::string InWords(const ClassReport& entry) {
  const ClassTrust& trust = entry.stats.trust;
  const HoldOuts all = trust.AllHoldOuts();
  std::string text = fmt::format("<p><b>{}</b>: ", EscapeHtml(entry.category.name));
  if (all.count > 0) {
    text += fmt::format(
        "left out and interpolated over, a detection is missed by an IoU of {:.2f} on average "
        "({}). ",
        1 - all.MeanIou(), CountOf(all.count, "measurement"));
  }
  text += fmt::format(
      "The interpolated boxes are expected to overlap the object with an IoU of {:.2f}; {} of them "
      "with less than 0.5.</p>",
      trust.MeanExpectedIou(), PercentOf(trust.below_half, trust.between));
  return text;
}

std::string MissedBy(const HoldOuts& hold_outs) {
  if (hold_outs.count == 0) return "<span class=\"soft\">–</span>";
  return fmt::format("{:.2f}<span class=\"from\">of {}</span>", 1 - hold_outs.MeanIou(),
                     FormatCount(hold_outs.count));
}

std::string ClassRow(const ClassReport& entry, std::uint32_t color,
                     std::span<const std::size_t> buckets) {
  const ClassTrust& trust = entry.stats.trust;
  std::string row = fmt::format(
      "<tr><td>{}{}</td><td>{}</td><td>{:.2f}</td><td>{}</td><td class=\"first\">{}</td>",
      Swatch(color), EscapeHtml(entry.category.name), FormatCount(entry.stats.interpolated),
      trust.MeanExpectedIou(), PercentOf(trust.below_half, trust.between),
      MissedBy(trust.AllHoldOuts()));
  for (const std::size_t i : buckets) {
    row += fmt::format("<td>{}</td>", MissedBy(trust.hold_outs[i]));
  }
  return row + "</tr>\n";
}

std::string ClassTable(const Report& report, std::span<const std::size_t> rows,
                       std::span<const std::uint32_t> colors) {
  const std::vector<std::size_t> buckets = UsedBuckets(report);
  std::string table = fmt::format(
      "<div class=\"card scroll\"><table class=\"trust\"><thead><tr><th class=\"group\" "
      "colspan=\"4\"></th><th class=\"group first\" colspan=\"{}\">missed by this IoU when "
      "left out, by frames from neighbor to "
      "neighbor</th></tr>\n<tr><th>class</th><th>interpolated</th>"
      "<th>expected IoU</th><th>below 0.5</th><th class=\"first\">all</th>",
      buckets.size() + 1);
  for (const std::size_t i : buckets) table += fmt::format("<th>{}</th>", BucketName(i));
  table += "</tr></thead>\n<tbody>\n";
  for (const std::size_t c : rows) table += ClassRow(report.classes[c], colors[c], buckets);
  return table + "</tbody></table></div>\n";
}

std::string FrameRow(const Report& report, const WantedReport& wanted,
                     std::span<const std::uint32_t> colors, double most) {
  const HelpfulFrame& help = wanted.help;
  std::string row =
      fmt::format("<tr><td class=\"wrap\">{}</td><td>{}", EscapeHtml(wanted.video), help.frame);
  if (!help.tracks.empty()) {
    row +=
        fmt::format("<span class=\"from\">in {}–{}</span>", help.tracks[0].from, help.tracks[0].to);
  }
  row += fmt::format("</td><td>{}</td><td class=\"left wrap\">", FormatTime(wanted.seconds));
  for (const TrackHelp& track : help.tracks) {
    row += fmt::format("<span class=\"chip\">{}{} {} <b>{:.2f}</b></span> ",
                       Swatch(colors[track.category]),
                       EscapeHtml(report.classes[track.category].category.name), track.track_id,
                       track.expected_iou);
  }
  if (help.track_count > help.tracks.size()) {
    row += fmt::format("<span class=\"chip soft\">and {} more</span>",
                       FormatCount(help.track_count - help.tracks.size()));
  }
  row += fmt::format(
      "</td><td>{:.1f}<span class=\"share\"><i style=\"width:{:.1f}%\"></i></span></td></tr>\n",
      help.worth, 100 * help.worth / most);
  return row;
}

std::string FrameTable(const Report& report, std::span<const WantedReport> rows,
                       std::span<const std::uint32_t> colors) {
  std::string table =
      "<div class=\"card scroll\"><table class=\"wanted\"><thead><tr><th>video</th><th>frame</th>"
      "<th>time</th><th class=\"left\">tracks, and the IoU expected of each there</th>"
      "<th>worth</th></tr></thead>\n<tbody>\n";
  for (const WantedReport& wanted : rows) {
    table += FrameRow(report, wanted, colors, report.wanted.front().help.worth);
  }
  return table + "</tbody></table></div>\n";
}

std::string FrameTables(const Report& report, std::span<const std::uint32_t> colors) {
  if (report.wanted.empty()) {
    return "<p class=\"soft\">There is no frame where a keyframe more is expected to help.</p>\n";
  }
  std::string text =
      "<h3>Frames where one keyframe would help most</h3>\n"
      "<p class=\"soft\">Correct the boxes of the tracks that are named and make each a keyframe, "
      "from the top: a frame further down is worth what those above it leave. Worth is the IoU "
      "that is expected to be won, added up over the boxes around; 3.0 is as much as three boxes "
      "that were wholly wrong. Frames count from 0, tracks as in coco.json.</p>\n";
  const std::span<const WantedReport> rows = report.wanted;
  const std::size_t shown = std::min(rows.size(), kFramesShown);
  text += FrameTable(report, rows.first(shown), colors);
  if (shown < rows.size()) {
    text += fmt::format("<details><summary>{}</summary>\n{}</details>\n",
                        CountOf(rows.size() - shown, "more frame", "more frames"),
                        FrameTable(report, rows.subspan(shown), colors));
  }
  return text;
}

}  // namespace

std::string TrustSection(const Report& report, std::span<const std::uint32_t> colors) {
  std::vector<std::size_t> classes;
  for (const std::size_t c : ClassesByLabels(report)) {
    if (report.classes[c].stats.trust.between > 0) classes.push_back(c);
  }
  if (classes.empty()) return {};
  std::string text = fmt::format(
      "<h2>Between the keyframes</h2>\n<div class=\"card note\">{}<p>Measured on keyframes that "
      "have neighbors on both sides, which is over longer gaps than those that were filled; what "
      "is "
      "expected of the filled ones follows from that. It tells how well boxes move between "
      "keyframes, the model's or people's, not whether those are right, nor whether a track is one "
      "object.</p></div>\n",
      InWords(report.classes[classes.front()]));
  const std::span<const std::size_t> rows = classes;
  const std::size_t shown = std::min(rows.size(), kClassesShown);
  text += ClassTable(report, rows.first(shown), colors);
  if (shown < rows.size()) {
    text += fmt::format("<details><summary>{} with fewer labels</summary>\n{}</details>\n",
                        CountOf(rows.size() - shown, "more class", "more classes"),
                        ClassTable(report, rows.subspan(shown), colors));
  }
  return text + FrameTables(report, colors);
}

}  // namespace prelabel
