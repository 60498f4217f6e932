#include "coordinator/cli/assess_run.h"

#include <utility>

#include "common/base/decimal.h"
#include "coordinator/audit/evaluate_audit.h"
#include "coordinator/cli/audit_command.h"
#include "coordinator/cli/measure_run.h"
#include "coordinator/confidence/expected_precision.h"
#include "coordinator/routing/label_precision.h"
#include "coordinator/routing/routing.h"
#include "coordinator/routing/vocabulary.h"

namespace prelabel {
namespace {

ReferenceInfo Describe(const Profile& profile, const std::string& file) {
  ReferenceInfo info;
  info.file = file;
  info.id = profile.id;
  info.job = profile.job;
  info.created = profile.created;
  info.images = profile.totals.images;
  for (const std::uint64_t objects : profile.totals.reliability.objects) info.objects += objects;
  info.features = profile.totals.features;
  return info;
}

}  // namespace

Result<AssessedRun> AssessRun(const JobContext& context, Store& store) {
  PRELABEL_TRY(RunMeasures measures, MeasureRun(context, store));
  AssessedRun run;
  Assessment& assessment = run.assessment;
  assessment.features = measures.domain.features;
  const Reliability* reliability = nullptr;
  if (context.reference != nullptr) {
    assessment.reference =
        Describe(*context.reference, context.job.report.reference.filename().string());
    assessment.shift = CompareDomains(*context.reference, measures.domain);
    if (!context.reference->totals.reliability.empty()) {
      reliability = &context.reference->totals.reliability;
    }
  } else {
    assessment.no_reference =
        "The job names no reference profile (report.reference), so nothing is known about how "
        "often this model is right on pictures like these.";
  }
  RunConfidence confidence = EstimateConfidence(measures.scores, context.classes, reliability);
  assessment.confidence = std::move(confidence.classes);
  assessment.all = std::move(confidence.all);
  const double target = Decimal(context.job.quality.target_precision);
  const double confidence_level = Decimal(context.job.quality.confidence);
  bool other_labels = false;
  PRELABEL_TRY(const std::optional<StoredAudit> audit, LoadAudit(context.paths));
  if (audit) {
    other_labels = measures.labels_hash != audit->sample.labels_hash;
    if (!other_labels) {
      const LabelPrecision expected(assessment.confidence, nullptr);
      assessment.audit = EvaluateAudit(audit->sample, audit->answers,
                                       {.target_precision = target,
                                        .confidence = confidence_level,
                                        .expected = [&expected](int category, float score) {
                                          return expected.Of(category, score);
                                        }});
    }
  }
  assessment.verdicts =
      Decide({.classes = context.classes,
              .confidence = assessment.confidence,
              .work = measures.work,
              .target_precision = target,
              .confidence_level = confidence_level,
              .shift = assessment.shift ? &*assessment.shift : nullptr,
              .audit = assessment.audit ? &*assessment.audit : nullptr,
              .reference = reliability != nullptr,
              .gaps = FindGaps(context.job.labels.wanted, context.classes, context.card.classes),
              .review = context.job.review});
  if (other_labels) {
    assessment.verdicts.assumptions.push_back(
        "The audit in this run was of other labels: a threshold, a class or a method has changed "
        "since. It is not used; 'prelabel audit sample' draws anew.");
  }
  run.work = std::move(measures.work);
  return run;
}

}  // namespace prelabel
