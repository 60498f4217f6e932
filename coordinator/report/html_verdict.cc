#include "coordinator/report/html_verdict.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "coordinator/report/html_class_detail.h"
#include "coordinator/report/html_curve.h"
#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr std::size_t kClassesShown = 30;  // the others are folded away

void AddPrecision(Page& page, const ClassConfidence* confidence, const ClassAudit* audit,
                  double target) {
  if (audit != nullptr && audit->checked > 0) {
    page.Add("<span class=\"value\">{} <small>{}, audit</small></span>{}",
             ShareText(audit->precision), IntervalText(audit->precision_interval),
             IntervalSvg(audit->precision, audit->precision_interval, target));
  } else if (confidence != nullptr && confidence->calibrated) {
    page.Add("<span class=\"value\">{} <small>{}</small></span>{}",
             ShareText(confidence->expected_precision), IntervalText(confidence->interval),
             IntervalSvg(confidence->expected_precision, confidence->interval, target));
  } else {
    page.Add("<span class=\"soft\">not known</span>");
  }
}

void AddRoutes(Page& page, const ClassVerdict& verdict) {
  const std::uint64_t all = verdict.labels_auto + verdict.labels_review + verdict.labels_manual;
  if (all == 0) {
    page.Add("<span class=\"soft\">–</span>");
    return;
  }
  page.Add("<span class=\"value\">{} <i>/</i> {} <i>/</i> {}</span><span class=\"routes\">",
           FormatCount(verdict.labels_auto), FormatCount(verdict.labels_review),
           FormatCount(verdict.labels_manual));
  const std::array<std::pair<const char*, std::uint64_t>, 3> routes = {
      {{"automate", verdict.labels_auto},
       {"review", verdict.labels_review},
       {"byhand", verdict.labels_manual}}};
  for (const auto& [css, labels] : routes) {
    if (labels == 0) continue;
    page.Add("<i class=\"{}\" style=\"width:{:.1f}%\"></i>", css,
             100.0 * static_cast<double>(labels) / static_cast<double>(all));
  }
  page.Add("</span>");
}

void AddClass(Page& page, const Report& report, const Assessment& assessment, std::size_t c,
              std::uint32_t color, bool open, bool reason) {
  const ClassReport& entry = report.classes[c];
  const ClassVerdict& verdict = assessment.verdicts.classes[c];
  std::string from;
  for (const std::string& name : entry.model_classes) {
    if (entry.model_classes.size() == 1 && name == entry.category.name) continue;
    from += (from.empty() ? "from " : ", ") + EscapeHtml(name);
  }
  page.Add(
      "<details class=\"cls\" data-verdict=\"{}\"{}><summary><span class=\"c-name\">{}<span>{}",
      VerdictClass(verdict.verdict), open ? " open" : "", Swatch(color),
      EscapeHtml(entry.category.name));
  if (!from.empty()) page.Add("<small>{}</small>", from);
  page.Add("</span></span><span class=\"c-verdict\">{}{}</span>", VerdictBadge(verdict.verdict),
           verdict.guaranteed ? "<small class=\"soft\">guaranteed</small>" : "");
  page.Add("<span class=\"c-num\" data-name=\"labels\">{}</span>", CountOrDash(entry.stats.labels));
  page.Add("<span class=\"c-prec\" data-name=\"expected precision\">");
  AddPrecision(page, ConfidenceOf(assessment, c), AuditOf(assessment, c),
               assessment.verdicts.target_precision);
  page.Add("</span><span class=\"c-num\" data-name=\"auto from\">{}</span>",
           verdict.auto_threshold <= 1 ? fmt::format("{:.2f}", verdict.auto_threshold)
                                       : std::string("<span class=\"soft\">–</span>"));
  page.Add("<span class=\"c-routes\" data-name=\"auto / review / by hand\">");
  AddRoutes(page, verdict);
  page.Add("</span><span class=\"c-why\">{}</span></summary>{}</details>\n",
           reason && !verdict.reasons.empty() ? EscapeHtml(verdict.reasons.front()) : "",
           ClassDetail(report, assessment, c));
}

// Buttons that the script makes work; without it there are none.
void AddFilter(Page& page, const Assessment& assessment, const std::vector<std::size_t>& rows) {
  constexpr std::array<Verdict, 4> kVerdicts = {Verdict::kAutomate, Verdict::kReview,
                                                Verdict::kByHand, Verdict::kNoLabels};
  page.Add(
      "<div class=\"filter\" role=\"group\" aria-label=\"Show classes\"><button type=\"button\" "
      "data-filter=\"all\" aria-pressed=\"true\">all <b>{}</b></button>",
      rows.size());
  for (const Verdict verdict : kVerdicts) {
    std::size_t count = 0;
    for (const std::size_t c : rows) {
      count += assessment.verdicts.classes[c].verdict == verdict ? 1 : 0;
    }
    if (count == 0) continue;
    page.Add(
        "<button type=\"button\" data-filter=\"{}\" aria-pressed=\"false\"><i class=\"dot {}\"></i>"
        "{} <b>{}</b></button>",
        VerdictClass(verdict), VerdictClass(verdict), VerdictTitle(verdict), count);
  }
  page.Add("</div>\n");
}

}  // namespace

std::string VerdictSection(const Report& report, const Assessment& assessment,
                           std::span<const std::uint32_t> colors) {
  // Those that were seen, then those that an audit missed.
  std::vector<std::size_t> rows = ClassesByLabels(report);
  std::erase_if(rows, [&](std::size_t c) {
    return c >= assessment.verdicts.classes.size() ||
           (report.classes[c].stats.labels == 0 &&
            assessment.verdicts.classes[c].verdict == Verdict::kNoLabels);
  });
  for (std::size_t c = 0; c < std::min(report.classes.size(), assessment.verdicts.classes.size());
       ++c) {
    if (report.classes[c].stats.labels == 0 && report.classes[c].stats.raw_predictions == 0 &&
        assessment.verdicts.classes[c].verdict != Verdict::kNoLabels) {
      rows.push_back(c);
    }
  }
  Page page;
  page.Add("<h2 id=\"classes\">Class by class</h2>\n");
  if (rows.empty()) {
    page.Add("<p class=\"soft\">There are no labels to decide about.</p>\n");
    return page.Take();
  }
  page.Add(
      "<p class=\"soft\">Open a class for its reasons, its curves and a threshold to try. Expected "
      "precision is the share of labels that a person would call right; beside it and as a line "
      "its 95 % interval, the tick is the goal.</p>\n");
  // Said once where it is the same for all.
  const auto first_reason = [&](std::size_t c) {
    const std::vector<std::string>& reasons = assessment.verdicts.classes[c].reasons;
    return reasons.empty() ? std::string() : reasons.front();
  };
  const bool same = rows.size() > 1 && std::all_of(rows.begin(), rows.end(), [&](std::size_t c) {
                      return first_reason(c) == first_reason(rows.front());
                    });
  if (same) page.Add("<p><b>For all of them:</b> {}</p>\n", EscapeHtml(first_reason(rows.front())));
  AddFilter(page, assessment, rows);
  page.Add(
      "<div class=\"card classlist\"><div class=\"classhead\" "
      "aria-hidden=\"true\"><span>class</span>"
      "<span>verdict</span><span class=\"r\">labels</span><span>expected precision</span><span "
      "class=\"r\">auto from</span><span>auto / review / by hand</span></div>\n");
  for (std::size_t i = 0; i < std::min(rows.size(), kClassesShown); ++i) {
    AddClass(page, report, assessment, rows[i], colors[rows[i]], i == 0, !same);
  }
  if (rows.size() > kClassesShown) {
    page.Add("<details class=\"more\"><summary>{} with fewer labels</summary>\n",
             CountOf(rows.size() - kClassesShown, "more class", "more classes"));
    for (std::size_t i = kClassesShown; i < rows.size(); ++i) {
      AddClass(page, report, assessment, rows[i], colors[rows[i]], false, !same);
    }
    page.Add("</details>\n");
  }
  page.Add("</div>\n");
  return page.Take();
}

}  // namespace prelabel
