#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coordinator/report/html_duplicates.h"
#include "coordinator/report/html_grounds.h"
#include "coordinator/report/html_labels.h"
#include "coordinator/report/html_own_labels.h"
#include "coordinator/report/html_page.h"
#include "coordinator/report/html_pictures.h"
#include "coordinator/report/html_sample.h"
#include "coordinator/report/html_script.h"
#include "coordinator/report/html_second_opinion.h"
#include "coordinator/report/html_shift.h"
#include "coordinator/report/html_style.h"
#include "coordinator/report/html_trust.h"
#include "coordinator/report/html_verdict.h"
#include "coordinator/report/report.h"

namespace prelabel {
namespace {

void AddSamples(Page& page, const Report& report, std::span<const std::uint32_t> colors) {
  if (report.samples.empty()) return;
  page.Add(
      "<h2 id=\"samples\">Samples</h2>\n<div class=\"legend\"><span><i class=\"key\"></i>solid: "
      "the model saw it, "
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
      "<h2 id=\"sources\">Sources</h2>\n<div class=\"card "
      "scroll\"><table><thead><tr><th>source</th><th "
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
      "<h2 id=\"quarantined\">Quarantined</h2>\n<p class=\"soft\">These have no labels. They need "
      "another try or a "
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

// Links to the sections that are there.
void AddContents(Page& page, const Report& report) {
  const Assessment& assessment = *report.assessment;
  const auto link = [&page](const char* id, const char* name, bool there = true) {
    if (there) page.Add("<a href=\"#{}\">{}</a>", id, name);
  };
  page.Add("<nav aria-label=\"Sections\">");
  link("classes", "Classes");
  link("own-labels", "Own labels", report.own_labels.has_value());
  link("shift", assessment.shift ? "Drift" : "Pictures");
  link("slices", "Parts", assessment.shift && !assessment.shift->slices.empty());
  link("odd", "Unlike the reference", !report.odd.empty());
  link("least-confident", "Least confident", !report.least_confident.empty());
  link("gallery", "Image quality", !report.gallery.empty());
  link("duplicates", "Duplicates", report.duplicates && report.duplicates->images > 1);
  link("quarantined", "Failures", !report.quarantined.empty());
  link("gaps", "Unknown classes", !assessment.verdicts.gaps.empty());
  link("labels", "Labels");
  link("samples", "Samples", !report.samples.empty());
  link("sources", "Sources");
  link("run", "Run");
  page.Add("</nav>\n");
}

void AddHead(Page& page, const std::string& job) {
  // Nothing is fetched and no script but the page's own runs, even if a name got through as markup.
  page.Add(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
      "style-src &#39;unsafe-inline&#39;; img-src data:; script-src &#39;sha256-{}&#39;; base-uri "
      "&#39;none&#39;; form-action &#39;none&#39;\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} – prelabel report</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
      kReportScriptSha256, job, kReportCss);
}

}  // namespace

std::string FormatReportHtml(const Report& report) {
  Page page;
  const std::string job = EscapeHtml(report.job);
  AddHead(page, job);
  page.Add("<h1>{}</h1>\n<p class=\"lead\">Pre-labels by {}</p>\n", job,
           report.model.empty() ? "interpolation between keyframes that people drew"
                                : EscapeHtml(report.model));
  const std::vector<std::uint32_t> colors = ClassColors(report);
  if (report.assessment) {
    const Assessment& assessment = *report.assessment;
    page.Add("{}", AnswerSection(report, assessment));
    AddContents(page, report);
    page.Add("{}", VerdictSection(report, assessment, colors));
    if (report.own_labels) page.Add("{}", OwnLabelsSection(report, *report.own_labels, colors));
    page.Add("{}", ShiftSection(report, assessment));
    page.Add("{}", SliceSection(assessment));
    page.Add("{}", SecondOpinionSection(report, assessment, colors));
    page.Add("{}", PicturesSection(report, colors));
    if (report.duplicates) page.Add("{}", DuplicatesSection(*report.duplicates));
    AddQuarantined(page, report);
    page.Add("{}{}", GapsSection(assessment), AssumptionsSection(assessment));
    page.Add("<h2>What was labeled</h2>\n{}", TilesSection(report));
    page.Add("{}{}", NoteSection(report), LabelsSection(report, colors));
  } else {
    page.Add("{}{}", TilesSection(report), NoteSection(report));
    page.Add("{}", LabelsSection(report, colors));
  }
  page.Add("{}", TrustSection(report, colors));
  AddSamples(page, report, colors);
  AddSources(page, report);
  if (!report.assessment) AddQuarantined(page, report);
  page.Add("{}", ProvenanceSection(report));
  page.Add("</main>\n<script>{}</script>\n</body>\n</html>\n", kReportScript);
  return page.Take();
}

}  // namespace prelabel
