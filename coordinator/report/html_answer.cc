#include <algorithm>

#include "coordinator/report/html_page.h"
#include "coordinator/report/html_verdict.h"

namespace prelabel {
namespace {

double PercentAsNumber(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void AddRoutes(Page& page, const RoutingTotals& totals) {
  const std::uint64_t all = totals.labels_auto + totals.labels_review + totals.labels_manual;
  if (all == 0) return;
  struct Route {
    const char* css;
    const char* name;
    std::uint64_t labels;
  };
  const Route routes[] = {{"automate", "take as they are", totals.labels_auto},
                          {"review", "review", totals.labels_review},
                          {"byhand", "label by hand", totals.labels_manual}};
  page.Add("<div class=\"routing\"><div class=\"routes tall\">");
  for (const Route& route : routes) {
    if (route.labels == 0) continue;
    page.Add("<i class=\"{}\" style=\"width:{:.2f}%\"></i>", route.css,
             PercentAsNumber(route.labels, all));
  }
  page.Add("</div><ul class=\"keys\">");
  for (const Route& route : routes) {
    page.Add("<li><i class=\"dot {}\"></i>{} <b>{}</b> <span class=\"soft\">{}</span></li>",
             route.css, route.name, FormatCount(route.labels), PercentOf(route.labels, all));
  }
  page.Add("</ul></div>\n");
}

void AddHours(Page& page, const RoutingTotals& totals) {
  if (totals.hours_by_hand <= 0) return;
  const double scale = std::max(totals.hours_by_hand, totals.hours_left_interval.high);
  const auto part = [scale](double hours) { return 100 * std::clamp(hours / scale, 0.0, 1.0); };
  const auto range = [](const Interval& interval) {
    return HoursText(interval.low) + " to " + HoursText(interval.high);
  };
  page.Add(
      "<div class=\"hours\"><div class=\"figure\"><b>{}</b><span>of work saved</span><small>95 %: "
      "{}</small></div><div class=\"figure\"><b>{}</b><span>left for people</span><small>95 %: "
      "{}</small></div><div class=\"figure\"><b>{}</b><span>all by hand</span><small>from "
      "nothing</small></div><div class=\"timeline\"><div class=\"timebar\" role=\"img\" "
      "aria-label=\"Hours left of hours "
      "by "
      "hand\"><i class=\"left\" style=\"width:{:.1f}%\"></i><i class=\"range\" "
      "style=\"left:{:.1f}%;width:{:.1f}%\"></i></div><small class=\"soft\">filled: left of all by "
      "hand; line: its 95 % interval</small></div></div>\n",
      HoursText(totals.hours_saved), range(totals.hours_saved_interval),
      HoursText(totals.hours_left), range(totals.hours_left_interval),
      HoursText(totals.hours_by_hand), part(totals.hours_left),
      part(totals.hours_left_interval.low),
      part(totals.hours_left_interval.high) - part(totals.hours_left_interval.low));
}

// What the answer rests on, or what it lacks.
void AddGrounds(Page& page, const Report& report, const Assessment& assessment) {
  page.Add("<p class=\"chips\">");
  page.Add("{}", assessment.verdicts.guaranteed
                     ? "<span class=\"pill good\">guaranteed by an audit</span>"
                     : "<span class=\"pill\">a proposal, not a guarantee</span>");
  page.Add("<span class=\"pill\">goal: {} of automated labels right, {} confidence</span>",
           ShareText(assessment.verdicts.target_precision),
           ShareText(assessment.verdicts.confidence));
  if (assessment.shift) {
    page.Add("{}", assessment.shift->drift
                       ? "<a class=\"pill bad\" href=\"#shift\">data drifted from the reference</a>"
                       : "<a class=\"pill good\" href=\"#shift\">data look like the reference</a>");
  }
  if (assessment.audit) {
    page.Add("<span class=\"pill\">{} checked by people</span>",
             CountOf(assessment.audit->boxes_answered, "label"));
  }
  const std::uint64_t quarantined = report.totals.all.quarantined;
  if (quarantined > 0) {
    page.Add("<a class=\"pill bad\" href=\"#quarantined\">{} could not be labeled</a>",
             CountOf(quarantined, "item"));
  }
  page.Add("</p>\n");
}

void AddMissing(Page& page, const Assessment& assessment) {
  if (!assessment.reference) {
    page.Add(
        "<div class=\"card note warnnote\" id=\"no-reference\"><p><b>There is no reference to "
        "compare with.</b> {} So nobody knows how often scores mean right labels, nor whether "
        "these "
        "pictures are like those that the model is good at.</p><p><b>What to do:</b> make a "
        "profile "
        "of a run over pictures whose right labels you have, and name it in the job.</p><pre>"
        "prelabel profile runs/known --ground-truth known.json -o ref.profile\n"
        "report: {{reference: ref.profile}}</pre><p>Shown below all the same: scores, thresholds "
        "and "
        "what they keep, pictures.</p></div>\n",
        EscapeHtml(assessment.no_reference));
  } else if (assessment.reference->objects == 0) {
    page.Add(
        "<div class=\"card note warnnote\"><p><b>The reference has no ground truth.</b> Drift can "
        "be "
        "seen, expected precision cannot be computed. Make the profile again with "
        "<code>prelabel profile RUN --ground-truth FILE</code>.</p></div>\n");
  }
  if (!assessment.audit) {
    page.Add(
        "<p class=\"soft small\">No audit: nobody has checked these labels. <code>prelabel audit "
        "sample RUN</code> draws the labels that people check to turn a proposal into a "
        "guarantee.</p>\n");
  }
}

}  // namespace

std::string AnswerSection(const Report& report, const Assessment& assessment) {
  const Verdicts& verdicts = assessment.verdicts;
  Page page;
  page.Add(
      "<section id=\"answer\" class=\"card answer {}\">\n<p class=\"eyebrow\">Should this be "
      "automated?</p>\n<p class=\"sentence\">{}</p>\n",
      VerdictClass(verdicts.overall), EscapeHtml(verdicts.sentence));
  AddGrounds(page, report, assessment);
  AddRoutes(page, verdicts.totals);
  AddHours(page, verdicts.totals);
  page.Add("</section>\n");
  AddMissing(page, assessment);
  return page.Take();
}

}  // namespace prelabel
