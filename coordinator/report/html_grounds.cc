#include "coordinator/report/html_grounds.h"

#include "coordinator/report/html_page.h"

namespace prelabel {
namespace {

void AddPair(Page& page, const char* name, const std::string& value) {
  if (!value.empty()) page.Add("<dt>{}</dt><dd>{}</dd>\n", name, EscapeHtml(value));
}

void AddAssessment(Page& page, const Assessment& assessment) {
  if (assessment.reference) {
    const ReferenceInfo& reference = *assessment.reference;
    AddPair(page, "reference", reference.file);
    AddPair(page, "reference id", reference.id);
    AddPair(page, "made from",
            fmt::format("{}, {}{}", reference.job, CountOf(reference.images, "picture"),
                        reference.objects == 0
                            ? ", no ground truth"
                            : ", " + CountOf(reference.objects, "object") + " of ground truth"));
    AddPair(page, "reference created", reference.created);
  } else {
    AddPair(page, "reference", "none");
  }
  if (assessment.shift) {
    AddPair(page, "seed of comparisons", fmt::format("{}", assessment.shift->seed));
    AddPair(page, "permutations", FormatCount(assessment.shift->permutations));
  }
  if (assessment.audit) {
    const AuditResult& audit = *assessment.audit;
    AddPair(
        page, "audit",
        fmt::format("{} of {} and {} of {} answered, seed {}", FormatCount(audit.boxes_answered),
                    CountOf(audit.boxes_drawn, "label"), FormatCount(audit.images_answered),
                    CountOf(audit.images_drawn, "whole image"), audit.seed));
  } else {
    AddPair(page, "audit", "none");
  }
}

}  // namespace

std::string GapsSection(const Assessment& assessment) {
  if (assessment.verdicts.gaps.empty()) return {};
  Page page;
  page.Add(
      "<h2 id=\"gaps\">Wanted, but unknown to the model</h2>\n<p class=\"soft\">The model has no "
      "such "
      "class and never finds one: label these by hand, map a near name to it, or use another model."
      "</p>\n<div class=\"card scroll\"><table><thead><tr><th>wanted</th><th "
      "class=\"left\">nearest "
      "names that the model has</th></tr></thead>\n<tbody>\n");
  for (const VocabularyGap& gap : assessment.verdicts.gaps) {
    page.Add("<tr><td class=\"wrap\">{}</td><td class=\"left wrap\">", EscapeHtml(gap.wanted));
    for (const std::string& name : gap.nearest) {
      page.Add("<span class=\"chip\">{}</span>", EscapeHtml(name));
    }
    page.Add("{}</td></tr>\n", gap.nearest.empty() ? "<span class=\"soft\">none</span>" : "");
  }
  page.Add("</tbody></table></div>\n");
  return page.Take();
}

std::string AssumptionsSection(const Assessment& assessment) {
  if (assessment.verdicts.assumptions.empty()) return {};
  Page page;
  page.Add("<h2 id=\"assumptions\">Assumptions</h2>\n<div class=\"card note\"><ul>");
  for (const std::string& assumption : assessment.verdicts.assumptions) {
    page.Add("<li>{}</li>", EscapeHtml(assumption));
  }
  page.Add("</ul></div>\n");
  return page.Take();
}

std::string ProvenanceSection(const Report& report) {
  const RunInfo& run = report.run;
  const auto joined = [](const std::vector<std::string>& values) {
    return fmt::format("{}", fmt::join(values, "; "));
  };
  Page page;
  page.Add("<h2 id=\"run\">Run</h2>\n<div class=\"card\"><dl>\n");
  AddPair(page, "model", report.model);
  AddPair(page, "weights, sha256", report.model_sha256);
  AddPair(page, "license", report.model_license);
  AddPair(page, "model source", report.model_source);
  if (!report.model.empty()) {
    AddPair(page, "labels",
            fmt::format("score from {}, NMS at IoU {}, at most {} an image",
                        report.labels.threshold, report.labels.nms, report.labels.max_per_image));
  }
  if (report.assessment) AddAssessment(page, *report.assessment);
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
  return page.Take();
}

}  // namespace prelabel
