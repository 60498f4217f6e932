#include "coordinator/report/html_class_detail.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "coordinator/report/html_curve.h"
#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

constexpr double kDisagreement = 0.1;  // of other estimates: worth a warning
constexpr double kThinShare = 0.3;     // of labels in bins that the reference hardly has

void AddReasons(Page& page, const ClassVerdict& verdict) {
  // The first one stands in the row.
  if (verdict.reasons.size() > 1) page.Add("<ul class=\"reasons\">");
  for (std::size_t i = 1; i < verdict.reasons.size(); ++i) {
    page.Add("<li>{}</li>", EscapeHtml(verdict.reasons[i]));
  }
  if (verdict.reasons.size() > 1) page.Add("</ul>");
  if (!verdict.next.empty()) {
    page.Add("<p class=\"next\"><b>To be surer:</b> {}</p>", EscapeHtml(verdict.next));
  }
}

void AddFact(Page& page, const char* name, const std::string& value, const std::string& more = {}) {
  page.Add("<dt>{}</dt><dd>{}", name, value);
  if (!more.empty()) page.Add(" <span class=\"soft\">{}</span>", more);
  page.Add("</dd>");
}

void AddFacts(Page& page, const ClassConfidence* confidence, const ClassAudit* audit) {
  page.Add("<dl class=\"facts\">");
  if (confidence != nullptr) {
    const Interval& interval = confidence->mean_score_interval;
    AddFact(page, "mean score", fmt::format("{:.3f}", confidence->mean_score),
            fmt::format("{:.3f}–{:.3f}", interval.low, interval.high));
    if (confidence->calibrated) {
      AddFact(page, "expected precision", ShareText(confidence->expected_precision),
              IntervalText(confidence->interval));
      const double doc = confidence->difference_of_confidences;
      const double atc = confidence->average_thresholded_confidence;
      const double gap = std::max(std::abs(doc - confidence->expected_precision),
                                  std::abs(atc - confidence->expected_precision));
      AddFact(page, "other estimates",
              fmt::format("{} by difference of confidences, {} by average thresholded confidence",
                          ShareText(doc), ShareText(atc)),
              gap > kDisagreement ? "they disagree: believe none of them before an audit" : "");
      AddFact(page, "little evidence",
              fmt::format("{} of labels", ShareText(confidence->thin_share)),
              confidence->thin_share > kThinShare
                  ? "have scores of which the reference has fewer than 30 boxes"
                  : "");
    }
  }
  if (audit != nullptr && audit->checked > 0) {
    AddFact(page, "checked by people",
            fmt::format("{} of {} right", FormatCount(audit->right), FormatCount(audit->checked)),
            fmt::format("precision {} ({})", ShareText(audit->precision),
                        IntervalText(audit->precision_interval)));
  }
  if (audit != nullptr && audit->objects > 0) {
    AddFact(page, "objects found",
            fmt::format("{} of {}", FormatCount(audit->found), FormatCount(audit->objects)),
            fmt::format("recall {} ({})", ShareText(audit->recall),
                        IntervalText(audit->recall_interval)));
  }
  if (audit != nullptr && audit->guaranteed_threshold) {
    AddFact(page, "guaranteed from", fmt::format("{:.2f}", *audit->guaranteed_threshold),
            CountOf(audit->guaranteed_labels, "label"));
  }
  page.Add("</dl>");
}

// [[threshold, kept, precision, low, high, x, y], …]; without precision the middle three are left
// out. Numbers only: nothing to escape.
std::string CutsForScript(const std::vector<Cut>& cuts, bool precise) {
  std::string text = "[";
  for (const Cut& cut : cuts) {
    if (text.size() > 1) text += ",";
    fmt::format_to(std::back_inserter(text), "[{:.4g},{},", cut.threshold, cut.kept);
    if (precise) {
      fmt::format_to(std::back_inserter(text), "{:.4f},{:.4f},{:.4f},", cut.precision,
                     cut.interval.low, cut.interval.high);
    }
    fmt::format_to(std::back_inserter(text), "{:.1f},{:.1f}]", cut.x, cut.y);
  }
  return text + "]";
}

// The figures for the chosen threshold stand here without the script, which moves them.
void AddCut(Page& page, const std::string& name, const std::vector<Cut>& cuts, std::size_t chosen,
            bool precise) {
  const Cut& cut = cuts[chosen];
  const std::uint64_t dropped = cuts.front().kept - cut.kept;
  page.Add(
      "<div class=\"cut\" data-cuts=\"{}\"><label class=\"slider\"><span>threshold</span><input "
      "type=\"range\" min=\"0\" max=\"{}\" step=\"1\" value=\"{}\" aria-label=\"Threshold of {}\">"
      "</label><dl class=\"cutfigures\"><div><dt>threshold</dt><dd data-cut=\"threshold\">{:.2f}"
      "</dd></div><div><dt>kept</dt><dd data-cut=\"kept\">{}</dd></div><div><dt>dropped</dt><dd "
      "data-cut=\"dropped\">{}</dd></div>",
      CutsForScript(cuts, precise), cuts.size() - 1, chosen, name, cut.threshold,
      FormatCount(cut.kept), FormatCount(dropped));
  if (precise) {
    page.Add(
        "<div><dt>expected right</dt><dd><span data-cut=\"precision\">{:.1f} %</span> <small "
        "data-cut=\"interval\">{:.1f}–{:.1f}</small></dd></div>",
        100 * cut.precision, 100 * cut.interval.low, 100 * cut.interval.high);
  }
  page.Add("</dl></div>");
}

}  // namespace

const ClassConfidence* ConfidenceOf(const Assessment& assessment, std::size_t c) {
  return c < assessment.confidence.size() ? &assessment.confidence[c] : nullptr;
}

const ClassAudit* AuditOf(const Assessment& assessment, std::size_t c) {
  return assessment.audit && c < assessment.audit->classes.size() ? &assessment.audit->classes[c]
                                                                  : nullptr;
}

float JobThreshold(const ClassReport& entry) {
  if (entry.thresholds.empty()) return 0;
  return *std::min_element(entry.thresholds.begin(), entry.thresholds.end());
}

std::string ClassDetail(const Report& report, const Assessment& assessment, std::size_t c) {
  const ClassReport& entry = report.classes[c];
  const ClassConfidence* confidence = ConfidenceOf(assessment, c);
  const Verdicts& verdicts = assessment.verdicts;
  const ClassVerdict verdict = c < verdicts.classes.size() ? verdicts.classes[c] : ClassVerdict{};
  const bool precise =
      confidence != nullptr && confidence->calibrated && !confidence->curve.empty();
  const float threshold =
      verdict.auto_threshold <= 1 ? verdict.auto_threshold : JobThreshold(entry);

  Page page;
  const bool reliable = precise && !confidence->reliability.empty();
  page.Add("<div class=\"detail{}\"><div class=\"why\">", reliable ? "" : " lean");
  AddReasons(page, verdict);
  AddFacts(page, confidence, AuditOf(assessment, c));
  page.Add("</div>");
  if (reliable) {
    page.Add(
        "<figure class=\"plot\"><figcaption><b>Reliability</b><span>dots: how often such scores "
        "were right in the reference; bars: labels of this run</span></figcaption>{}</figure>",
        ReliabilitySvg(*confidence, threshold));
  }
  const std::vector<Cut> cuts = CutsOf(confidence, entry.stats);
  if (!cuts.empty() && cuts.front().kept > 0) {
    const std::size_t chosen = CutAt(cuts, threshold);
    page.Add("<figure class=\"plot\"><figcaption><b>{}</b><span>{}</span></figcaption>{}",
             precise ? "Precision and coverage" : "What a threshold keeps",
             verdict.auto_threshold <= 1
                 ? "marked: the threshold from which labels are taken as they are"
                 : "marked: the job&#39;s threshold",
             precise ? PrecisionCoverageSvg(cuts, chosen, verdicts.target_precision)
                     : KeptSvg(cuts, chosen));
    AddCut(page, EscapeHtml(entry.category.name), cuts, chosen, precise);
    page.Add("</figure>");
  }
  page.Add("</div>");
  return page.Take();
}

}  // namespace prelabel
