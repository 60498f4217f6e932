#include "coordinator/report/html_labels.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "coordinator/report/html_chart.h"
#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kClassesShown = 12;  // the others are folded away

std::string Duration(double seconds) {
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  const std::uint64_t minutes = whole / 60;
  if (minutes < 10) return fmt::format("{} min {} s", minutes, whole % 60);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", FormatCount(minutes / 60), minutes % 60);
}

std::uint64_t CountTracks(const Report& report) {
  std::uint64_t tracks = 0;
  for (const ClassReport& entry : report.classes) tracks += entry.stats.tracks;
  return tracks;
}

void AddTile(Page& page, const std::string& value, const std::string& name,
             const std::string& detail, bool warn = false) {
  page.Add("<div class=\"tile{}\"><b>{}</b><span>{}</span><small>{}</small></div>\n",
           warn ? " warn" : "", value, name, detail);
}

void AddClassRow(Page& page, const ClassReport& entry, std::uint32_t color, std::uint64_t most) {
  const ClassStats& stats = entry.stats;
  std::string from;
  for (const std::string& name : entry.model_classes) {
    if (entry.model_classes.size() == 1 && name == entry.category.name) continue;
    from += (from.empty() ? "from " : ", ") + EscapeHtml(name);
  }
  const float threshold = entry.thresholds.empty()
                              ? 0
                              : *std::min_element(entry.thresholds.begin(), entry.thresholds.end());
  page.Add("<tr><td><span class=\"swatch\" style=\"background:#{:06x}\"></span>{}", color,
           EscapeHtml(entry.category.name));
  if (!from.empty()) page.Add("<span class=\"from\">{}</span>", from);
  page.Add("</td><td>{}<span class=\"share\"><i style=\"width:{:.1f}%\"></i></span></td>",
           FormatCount(stats.labels),
           100.0 * static_cast<double>(stats.labels) / static_cast<double>(most));
  page.Add("<td>{}</td><td>{}</td><td>{}</td><td>{:.2f}</td><td class=\"left\">{}</td></tr>\n",
           CountOrDash(stats.interpolated), FormatCount(stats.images), CountOrDash(stats.tracks),
           stats.MeanScore(), ScoreHistogramSvg(stats, threshold));
}

void AddClassTable(Page& page, const Report& report, std::span<const std::size_t> rows,
                   std::span<const std::uint32_t> colors, std::uint64_t most) {
  page.Add(
      "<div class=\"card scroll\"><table class=\"classes\"><thead><tr><th>class</th><th>labels</th>"
      "<th>interpolated</th><th>images</th><th>tracks</th><th>mean score</th>"
      "<th class=\"left\">scores<span class=\"axis\"><span>0</span><span>0.5</span>"
      "<span>1</span></span></th></tr></thead>\n<tbody>\n");
  for (const std::size_t c : rows) AddClassRow(page, report.classes[c], colors[c], most);
  page.Add("</tbody></table></div>\n");
}

}  // namespace

std::string TilesSection(const Report& report) {
  Page page;
  const SourceStats& all = report.totals.all;
  const std::uint64_t tracks = CountTracks(report);
  page.Add("<section class=\"tiles\">\n");
  AddTile(page, FormatCount(all.items), "images and frames",
          fmt::format("{} looked at by the model{}", FormatCount(all.looked_at),
                      all.drawn == 0 ? ""
                                     : fmt::format(", {} from keyframes that people drew",
                                                   FormatCount(all.drawn))));
  AddTile(page, FormatCount(all.labels), "labels",
          fmt::format("on {}", CountOf(all.labeled, "item")));
  if (tracks > 0) {
    AddTile(page, FormatCount(tracks), "tracks",
            fmt::format("{} of labels interpolated", PercentOf(all.interpolated, all.labels)));
  }
  AddTile(page, FormatCount(all.quarantined), "quarantined",
          all.quarantined == 0 ? "every item could be labeled" : "left without labels",
          all.quarantined > 0);
  if (report.run.items_run > 0 && report.run.seconds > 0) {
    AddTile(page, fmt::format("{:.1f}", report.run.items_per_second), "items a second",
            fmt::format("{} with {}", Duration(report.run.seconds),
                        CountOf(report.run.workers.size(), "worker")));
  }
  page.Add("</section>\n");
  return page.Take();
}

std::string NoteSection(const Report& report) {
  Page page;
  const bool interpolated = !report.model.empty() && report.totals.all.interpolated > 0;
  const bool unjudged = !report.model.empty() && !report.assessment;
  if (!unjudged && !interpolated && report.totals.all.drawn == 0 && report.assessment) return {};
  page.Add("<div class=\"card note\">");
  if (unjudged) {
    page.Add(
        "<p><b>Scores are the model's own confidence, not accuracy.</b> Nobody has checked these "
        "labels: a high mean score does not say that boxes are right, and a missing object has no "
        "score at all. Look at the samples before trusting a class.</p>");
  }
  if (interpolated) {
    page.Add(
        "<p>Interpolated labels were filled in between frames of a track that the model looked "
        "at; each has the lower score of its two neighbors, times the overlap that is expected "
        "of it (see below).</p>");
  }
  if (report.totals.all.drawn > 0) {
    page.Add(
        "<p>Keyframes that people drew have the score 1; what was filled in between them the "
        "overlap that it is expected to have with the object (see below).</p>");
  }
  page.Add("</div>\n");
  return page.Take();
}

std::string LabelsSection(const Report& report, std::span<const std::uint32_t> colors) {
  Page page;
  std::vector<std::size_t> labeled;
  std::string unlabeled;
  std::size_t unlabeled_count = 0;
  std::uint64_t most = 1;
  for (const std::size_t c : ClassesByLabels(report)) {
    const ClassReport& entry = report.classes[c];
    if (entry.stats.labels > 0) {
      labeled.push_back(c);
      most = std::max(most, entry.stats.labels);
      continue;
    }
    unlabeled +=
        fmt::format("{}{} ({})", unlabeled_count == 0 ? "" : ", ", EscapeHtml(entry.category.name),
                    FormatCount(entry.stats.raw_predictions));
    ++unlabeled_count;
  }
  page.Add("<h2 id=\"labels\">{}</h2>\n", report.assessment ? "Labels by class" : "Classes");
  if (labeled.empty()) {
    page.Add(
        "<p class=\"soft\">No prediction reached its threshold, so there are no labels.</p>\n");
  } else {
    page.Add(
        "<div class=\"legend\"><span><i class=\"key lab\"></i>labels</span><span><i class=\"key "
        "raw\"></i>raw predictions from {} up</span><span><i class=\"key thr\"></i>threshold</span>"
        "<span>heights on a square-root scale, each row to its own maximum</span>{}</div>\n",
        report.labels.raw_threshold,
        CountTracks(report) > 0 && !report.model.empty()
            ? "<span>labels below the threshold continue a track that a more "
              "confident detection began</span>"
            : "");
    const std::span<const std::size_t> rows = labeled;
    const std::size_t shown = std::min(rows.size(), kClassesShown);
    AddClassTable(page, report, rows.first(shown), colors, most);
    if (shown < rows.size()) {
      page.Add("<details><summary>{} with fewer labels</summary>\n",
               CountOf(rows.size() - shown, "more class", "more classes"));
      AddClassTable(page, report, rows.subspan(shown), colors, most);
      page.Add("</details>\n");
    }
  }
  if (unlabeled_count > 0) {
    page.Add(
        "<details><summary>{} with weak predictions only, none of them written</summary>"
        "<p>Raw predictions in brackets: {}.</p></details>\n",
        CountOf(unlabeled_count, "class", "classes"), unlabeled);
  }
  return page.Take();
}

}  // namespace prelabel
