#include <cmath>
#include <string>
#include <utility>

#include "coordinator/report/compare.h"
#include "coordinator/report/html_curve.h"
#include "coordinator/report/html_page.h"
#include "coordinator/report/html_style.h"

namespace prelabel {
namespace {

// Beside the style of reports.
constexpr std::string_view kCss = R"css(
.pair { display: grid; gap: 14px; margin-top: 18px; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.pair .answer { padding: 18px 20px; }
.pair .sentence { font-size: 16px; }
.pair .hours { grid-template-columns: repeat(3, auto); justify-content: start; gap: 8px 28px; margin-top: 12px; padding-top: 14px; }
.pair .figure b { font-size: 21px; }
.letter { display: inline-block; width: 22px; height: 22px; margin-right: 8px; border-radius: 6px; background: var(--text); color: var(--card); font-size: 13px; line-height: 22px; text-align: center; vertical-align: 2px; }
.pair h2 { margin: 0 0 2px; font-size: 18px; overflow-wrap: anywhere; }
.both { display: grid; gap: 2px; justify-items: end; }
.both .interval { display: inline-block; margin-left: 8px; vertical-align: -2px; }
.up { color: var(--auto); font-weight: 600; }
.down { color: var(--hand); font-weight: 600; }
@media screen and (max-width: 760px) { .pair { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 620px) {
  table.compare tr { grid-template-columns: repeat(3, auto); }
  table.compare td:first-child { grid-column: 1 / -1; }
  table.compare td:nth-child(2) { text-align: left; }
  table.compare td:nth-child(4) { text-align: right; }
  table.compare .both { justify-items: start; }
  table.compare .interval { display: none; }
}
)css";

void AddRun(Page& page, char letter, const std::string& name, const ReportFigures& run) {
  page.Add(
      "<section class=\"card answer {}\"><h2><span class=\"letter\">{}</span>{}</h2><p "
      "class=\"soft "
      "small\">{}{}{} · {} · {}</p>",
      run.verdict ? VerdictClass(*run.verdict) : "none", letter, EscapeHtml(name),
      EscapeHtml(run.job), run.model.empty() ? "" : " · " + EscapeHtml(run.model),
      run.started.empty() ? "" : " · " + EscapeHtml(run.started), CountOf(run.items, "item"),
      CountOf(run.labels, "label"));
  if (!run.verdict) {
    page.Add("<p>This run was not judged.</p></section>\n");
    return;
  }
  page.Add("<p class=\"sentence\">{}</p><p class=\"chips\"><span class=\"pill{}\">{}</span>",
           EscapeHtml(run.sentence), run.guaranteed ? " good" : "",
           run.guaranteed ? "guaranteed by an audit" : "a proposal, not a guarantee");
  if (!run.drift) {
    page.Add("<span class=\"pill\">no reference</span>");
  } else if (*run.drift) {
    std::string names;
    for (const std::string& what : run.drifted) {
      names += (names.empty() ? ": " : ", ") + EscapeHtml(what);
    }
    page.Add("<span class=\"pill bad\">drift{}</span>", names);
  } else {
    page.Add("<span class=\"pill good\">no drift</span>");
  }
  if (run.quarantined > 0) {
    page.Add("<span class=\"pill bad\">{} could not be labeled</span>",
             CountOf(run.quarantined, "item"));
  }
  const RoutingTotals& totals = run.routing;
  const std::pair<const char*, std::pair<double, Interval>> figures[] = {
      {"saved", {totals.hours_saved, totals.hours_saved_interval}},
      {"left", {totals.hours_left, totals.hours_left_interval}}};
  page.Add("</p><div class=\"hours\">");
  for (const auto& [what, hours] : figures) {
    page.Add("<div class=\"figure\"><b>{}</b><span>{}</span><small>95 %: {} to {}</small></div>",
             HoursText(hours.first), what, HoursText(hours.second.low),
             HoursText(hours.second.high));
  }
  page.Add(
      "<div class=\"figure\"><b>{}</b><span>automatic</span><small>labels</small></div></div>"
      "</section>\n",
      FormatCount(totals.labels_auto));
}

std::string PrecisionCell(const std::optional<ClassFigures>& figures) {
  if (!figures || !figures->precision) return "<span class=\"soft\">–</span>";
  return fmt::format("<span>{} <span class=\"soft small\">{}{}</span>{}</span>",
                     ShareText(*figures->precision), IntervalText(figures->interval),
                     figures->checked ? ", audit" : "",
                     IntervalSvg(*figures->precision, figures->interval));
}

std::string Badge(const std::optional<ClassFigures>& figures) {
  if (!figures) return "<span class=\"soft\">no such class</span>";
  if (!figures->verdict) return "<span class=\"soft\">–</span>";
  return VerdictBadge(*figures->verdict);
}

std::string Gain(const ClassComparison& entry) {
  if (!entry.precision_gain) return "<span class=\"soft\">–</span>";
  const double points = 100 * *entry.precision_gain;
  const std::string text = fmt::format("{}{:.0f}",
                                       points < -0.5  ? "−"
                                       : points > 0.5 ? "+"
                                                      : "±",
                                       std::abs(points));
  if (!entry.beyond_intervals) return text;
  return fmt::format("<span class=\"{}\">{}</span>", points < 0 ? "down" : "up", text);
}

std::string Threshold(const std::optional<ClassFigures>& figures) {
  return figures && figures->auto_threshold ? fmt::format("{:.2f}", *figures->auto_threshold) : "–";
}

std::string Labels(const std::optional<ClassFigures>& figures) {
  return figures ? FormatCount(figures->labels) : "–";
}

}  // namespace

std::string FormatComparisonHtml(const Comparison& comparison) {
  Page page;
  page.Add(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
      "style-src "
      "&#39;unsafe-inline&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} and {} – prelabel</title>\n<style>{}{}</style>\n</head>\n<body>\n<main>\n"
      "<h1>Two runs side by side</h1>\n<div class=\"pair\">\n",
      EscapeHtml(comparison.name_a), EscapeHtml(comparison.name_b), kReportCss, kCss);
  AddRun(page, 'A', comparison.name_a, comparison.a);
  AddRun(page, 'B', comparison.name_b, comparison.b);
  page.Add("</div>\n<h2 id=\"differences\">What differs</h2>\n<div class=\"card note\"><ul>");
  for (const std::string& sentence : comparison.differences) {
    page.Add("<li>{}</li>", EscapeHtml(sentence));
  }
  page.Add("</ul></div>\n<h2 id=\"classes\">Class by class</h2>\n");
  if (comparison.classes.empty()) {
    page.Add("<p class=\"soft\">Neither has labels.</p>\n</main>\n</body>\n</html>\n");
    return page.Take();
  }
  page.Add(
      "<p class=\"soft\">A above B. A difference of precision, in points, is colored where the two "
      "95 % intervals do not overlap; others may be chance.</p>\n<div class=\"card scroll\"><table "
      "class=\"stack compare\"><thead><tr><th>class</th><th>labels</th><th>precision</th>"
      "<th>B − A</th><th>verdict</th><th>auto from</th></tr></thead>\n<tbody>\n");
  for (const ClassComparison& entry : comparison.classes) {
    page.Add(
        "<tr><td class=\"wrap\"><b>{}</b>{}</td><td data-name=\"labels\"><span "
        "class=\"both\"><span>"
        "{}</span><span>{}</span></span></td><td data-name=\"precision\"><span class=\"both\">{}{}"
        "</span></td><td data-name=\"B − A\">{}</td><td data-name=\"verdict\"><span "
        "class=\"both\">{}{}</span></td><td data-name=\"auto from\"><span "
        "class=\"both\"><span>{}</span><span>{}</span></span></td></tr>\n",
        EscapeHtml(entry.name),
        entry.verdict_changed ? "<span class=\"from\">the verdict changes</span>" : "",
        Labels(entry.a), Labels(entry.b), PrecisionCell(entry.a), PrecisionCell(entry.b),
        Gain(entry), Badge(entry.a), Badge(entry.b), Threshold(entry.a), Threshold(entry.b));
  }
  page.Add("</tbody></table></div>\n</main>\n</body>\n</html>\n");
  return page.Take();
}

}  // namespace prelabel
