#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/report/html_chart.h"
#include "coordinator/report/html_sample.h"
#include "coordinator/report/html_style.h"
#include "coordinator/report/html_text.h"
#include "coordinator/report/html_trust.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

constexpr std::size_t kClassesShown = 12;  // the others are folded away

// Appends to the page; texts of users go through Escape.
class Page {
 public:
  template <class... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Duration(double seconds) {
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  const std::uint64_t minutes = whole / 60;
  if (minutes < 10) return fmt::format("{} min {} s", minutes, whole % 60);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", FormatCount(minutes / 60), minutes % 60);
}

// A dash where there is nothing, so that the eye finds what there is.
std::string CountOrDash(std::uint64_t count) {
  return count == 0 ? "<span class=\"soft\">–</span>" : FormatCount(count);
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

void AddTiles(Page& page, const Report& report) {
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
          all.quarantined == 0 ? "every item could be labeled" : "left without labels, see below",
          all.quarantined > 0);
  if (report.run.items_run > 0 && report.run.seconds > 0) {
    AddTile(page, fmt::format("{:.1f}", report.run.items_per_second), "items a second",
            fmt::format("{} with {}", Duration(report.run.seconds),
                        CountOf(report.run.workers.size(), "worker")));
  }
  page.Add("</section>\n");
}

void AddNote(Page& page, const Report& report) {
  page.Add("<div class=\"card note\">");
  if (!report.model.empty()) {
    page.Add(
        "<p><b>Scores are the model's own confidence, not accuracy.</b> Nobody has checked these "
        "labels: a high mean score does not say that boxes are right, and a missing object has no "
        "score at all. Look at the samples before trusting a class.</p>");
    if (report.totals.all.interpolated > 0) {
      page.Add(
          "<p>Interpolated labels were filled in between frames of a track that the model looked "
          "at; each has the lower score of its two neighbors, times the overlap that is expected "
          "of it (see below).</p>");
    }
  }
  if (report.totals.all.drawn > 0) {
    page.Add(
        "<p>Keyframes that people drew have the score 1; what was filled in between them the "
        "overlap that it is expected to have with the object (see below).</p>");
  }
  page.Add("</div>\n");
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

void AddClasses(Page& page, const Report& report, std::span<const std::uint32_t> colors) {
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
  page.Add("<h2>Classes</h2>\n");
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
}

void AddSamples(Page& page, const Report& report, std::span<const std::uint32_t> colors) {
  if (report.samples.empty()) return;
  page.Add(
      "<h2>Samples</h2>\n<div class=\"legend\"><span><i class=\"key\"></i>solid: the model saw it, "
      "or a person drew it, in this picture</span><span><i class=\"key dash\"></i>dashed: "
      "interpolated</span>"
      "<span>point at a box for its name</span>"
      "<span>evenly spread over the items with labels, not selected by quality</span></div>\n"
      "<div class=\"samples\">\n");
  for (const SamplePicture& sample : report.samples) {
    page.Add("{}", SampleFigure(sample, report, colors));
  }
  page.Add("</div>\n");
}

void AddSources(Page& page, const Report& report) {
  page.Add(
      "<h2>Sources</h2>\n<div class=\"card scroll\"><table><thead><tr><th>source</th><th "
      "class=\"left\">kind</th><th>items</th><th>looked at</th><th>with labels</th><th>labels</th>"
      "<th>interpolated</th><th>quarantined</th></tr></thead>\n<tbody>\n");
  for (const SourceReport& source : report.sources) {
    std::string kind = "images";
    if (source.kind == SourceKind::kVideo) {
      if (!source.drawn_in.empty()) {
        kind = "video, keyframes from " + EscapeHtml(source.drawn_in);
      } else if (source.adaptive) {
        kind = fmt::format("video, chosen frames, at most {:g} %", 100 * source.adaptive->budget);
      } else {
        kind = source.keyframe_every == 1
                   ? "video, every frame"
                   : fmt::format("video, one frame in {}", source.keyframe_every);
      }
    }
    page.Add("<tr><td class=\"wrap\">{}", EscapeHtml(source.name));
    if (!source.error.empty()) {
      page.Add("<span class=\"from\">could not be read: {}</span>", EscapeHtml(source.error));
    }
    for (const std::string& warning : source.warnings) {
      page.Add("<span class=\"from\">{}</span>", EscapeHtml(warning));
    }
    page.Add("</td><td class=\"left\">{}</td>", kind);
    for (const std::uint64_t count :
         {source.stats.items, source.stats.looked_at, source.stats.labeled, source.stats.labels,
          source.stats.interpolated, source.stats.quarantined}) {
      page.Add("<td>{}</td>", CountOrDash(count));
    }
    page.Add("</tr>\n");
  }
  page.Add("</tbody></table></div>\n");
}

void AddQuarantined(Page& page, const Report& report) {
  if (report.quarantined.empty()) return;
  page.Add(
      "<h2>Quarantined</h2>\n<p class=\"soft\">These have no labels. They need another try or a "
      "person.</p>\n");
  if (!report.run.retry_command.empty()) {
    page.Add("<p class=\"soft\">To try them, and nothing else, again:</p>\n<pre>{}</pre>\n",
             EscapeHtml(report.run.retry_command));
  }
  page.Add(
      "<div class=\"card scroll\"><table><thead><tr><th>item</th><th "
      "class=\"left\">reason</th></tr></thead>\n<tbody>\n");
  for (const QuarantinedReport& item : report.quarantined) {
    page.Add("<tr><td class=\"wrap\">{}</td><td class=\"left wrap\">{}</td></tr>\n",
             EscapeHtml(item.name), EscapeHtml(item.reason));
  }
  page.Add("</tbody></table></div>\n");
  const std::uint64_t more = report.totals.all.quarantined - report.quarantined.size();
  if (more > 0) page.Add("<p class=\"soft\">… and {} more.</p>\n", FormatCount(more));
}

void AddPair(Page& page, const std::string& name, const std::string& value) {
  if (!value.empty()) page.Add("<dt>{}</dt><dd>{}</dd>\n", name, EscapeHtml(value));
}

void AddRun(Page& page, const Report& report) {
  const RunInfo& run = report.run;
  const auto joined = [](const std::vector<std::string>& values) {
    return fmt::format("{}", fmt::join(values, "; "));
  };
  page.Add("<h2>Run</h2>\n<div class=\"card\"><dl>\n");
  AddPair(page, "model", report.model);
  AddPair(page, "license", report.model_license);
  AddPair(page, "model source", report.model_source);
  if (!report.model.empty()) {
    AddPair(page, "labels",
            fmt::format("score from {}, NMS at IoU {}, at most {} an image",
                        report.labels.threshold, report.labels.nms, report.labels.max_per_image));
  }
  AddPair(page, "started", run.started);
  AddPair(page, "workers", joined(run.workers));
  AddPair(page, "compute", joined(run.compute_classes));
  if (run.resumed) AddPair(page, "resumed", "yes; earlier results were used");
  AddPair(page, "prelabel", run.version);
  page.Add("</dl></div>\n");
  if (run.compute_classes.size() > 1) {
    page.Add(
        "<p class=\"soft\">Workers of {} compute classes took part: labels may differ in the last "
        "digits from those of a run with one.</p>\n",
        run.compute_classes.size());
  }
}

}  // namespace

std::string FormatReportHtml(const Report& report) {
  Page page;
  const std::string job = EscapeHtml(report.job);
  page.Add(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} – prelabel report</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
      job, kReportCss);
  page.Add("<h1>{}</h1>\n<p class=\"lead\">Pre-labels by {}</p>\n", job,
           report.model.empty() ? "interpolation between keyframes that people drew"
                                : EscapeHtml(report.model));
  AddTiles(page, report);
  AddNote(page, report);
  const std::vector<std::uint32_t> colors = ClassColors(report);
  AddClasses(page, report, colors);
  page.Add("{}", TrustSection(report, colors));
  AddSamples(page, report, colors);
  AddSources(page, report);
  AddQuarantined(page, report);
  AddRun(page, report);
  page.Add("</main>\n</body>\n</html>\n");
  return page.Take();
}

}  // namespace prelabel
