#include "coordinator/report/json_assessment.h"

#include <cstddef>

namespace prelabel {
namespace {

std::string Pair(const Interval& interval) {
  return "[" + JsonNumber(interval.low) + ", " + JsonNumber(interval.high) + "]";
}

void PutReference(JsonBuilder& json, const Assessment& assessment) {
  if (!assessment.reference) {
    json.Put("reference", "null");
    json.String("no_reference", assessment.no_reference);
    return;
  }
  const ReferenceInfo& reference = *assessment.reference;
  json.Open('{', "reference");
  json.String("file", reference.file);
  json.String("id", reference.id);
  json.String("job", reference.job);
  json.String("created", reference.created);
  json.Put("images", reference.images);
  json.Put("objects", reference.objects);
  json.Close('}');
}

void PutFeatures(JsonBuilder& json, const Assessment& assessment) {
  json.Open('[', "features");
  for (std::size_t i = 0; i < kImageFeatures; ++i) {
    const auto feature = static_cast<ImageFeature>(i);
    json.Open('{');
    json.String("name", FeatureName(feature));
    json.Number("low", RangeOf(feature).low);
    json.Number("high", RangeOf(feature).high);
    json.List("run", assessment.features[i], kJsonInteger);
    if (assessment.reference) {
      json.List("reference", assessment.reference->features[i], kJsonInteger);
    }
    json.Close('}');
  }
  json.Close(']');
}

void PutConfidence(JsonBuilder& json, const ClassConfidence& confidence) {
  json.Open('{', "confidence");
  json.Put("labels", confidence.labels);
  json.Number("mean_score", confidence.mean_score);
  json.Put("mean_score_interval", Pair(confidence.mean_score_interval));
  json.Bool("calibrated", confidence.calibrated);
  if (confidence.calibrated) {
    json.Number("expected_precision", confidence.expected_precision);
    json.Put("interval", Pair(confidence.interval));
    json.Number("difference_of_confidences", confidence.difference_of_confidences);
    json.Number("average_thresholded_confidence", confidence.average_thresholded_confidence);
    json.Number("thin_share", confidence.thin_share);
  }
  json.List("reliability", confidence.reliability, [](const ReliabilityPoint& bin) {
    return fmt::format(
        R"({{"low": {}, "high": {}, "reference_boxes": {}, "reference_right": {}, "labels": {}}})",
        JsonNumber(bin.low), JsonNumber(bin.high), bin.reference_boxes, bin.reference_right,
        bin.labels);
  });
  const bool calibrated = confidence.calibrated;
  json.List("curve", confidence.curve, [calibrated](const ThresholdPoint& point) {
    std::string text =
        fmt::format(R"({{"threshold": {}, "kept": {})", JsonNumber(point.threshold), point.kept);
    if (calibrated) {
      text += fmt::format(R"(, "expected_precision": {}, "interval": {})",
                          JsonNumber(point.expected_precision), Pair(point.interval));
    }
    return text + "}";
  });
  json.Close('}');
}

void PutClassAudit(JsonBuilder& json, const ClassAudit& audit) {
  json.Open('{', "audit");
  json.Put("labels", audit.labels);
  json.Put("checked", audit.checked);
  json.Put("right", audit.right);
  if (audit.checked > 0) {
    json.Number("precision", audit.precision);
    json.Put("precision_interval", Pair(audit.precision_interval));
  }
  json.Put("objects", audit.objects);
  json.Put("found", audit.found);
  if (audit.objects > 0) {
    json.Number("recall", audit.recall);
    json.Put("recall_interval", Pair(audit.recall_interval));
  }
  if (audit.guaranteed_threshold) {
    json.Number("guaranteed_threshold", *audit.guaranteed_threshold);
    json.Put("guaranteed_labels", audit.guaranteed_labels);
  }
  json.Close('}');
}

void PutVerdict(JsonBuilder& json, const ClassVerdict& verdict) {
  json.String("verdict", VerdictName(verdict.verdict));
  json.Bool("guaranteed", verdict.guaranteed);
  json.List("reasons", verdict.reasons, kJsonQuoted);
  json.String("next", verdict.next);
  if (verdict.auto_threshold <= 1) {
    json.Number("auto_threshold", verdict.auto_threshold);
    json.Number("precision_auto", verdict.precision_auto);
    json.Put("precision_auto_interval", Pair(verdict.precision_auto_interval));
  }
  json.Put("labels_auto", verdict.labels_auto);
  json.Put("labels_review", verdict.labels_review);
  json.Put("labels_manual", verdict.labels_manual);
}

void PutRouting(JsonBuilder& json, const RoutingTotals& totals) {
  json.Open('{', "routing");
  json.Put("labels_auto", totals.labels_auto);
  json.Put("labels_review", totals.labels_review);
  json.Put("labels_manual", totals.labels_manual);
  json.Number("hours_by_hand", totals.hours_by_hand);
  json.Number("hours_left", totals.hours_left);
  json.Put("hours_left_interval", Pair(totals.hours_left_interval));
  json.Number("hours_saved", totals.hours_saved);
  json.Put("hours_saved_interval", Pair(totals.hours_saved_interval));
  json.Close('}');
}

}  // namespace

void PutAssessment(JsonBuilder& json, const Report& report, const Assessment& assessment) {
  const Verdicts& verdicts = assessment.verdicts;
  json.Open('{', "assessment");
  json.String("verdict", VerdictName(verdicts.overall));
  json.Bool("guaranteed", verdicts.guaranteed);
  json.String("sentence", verdicts.sentence);
  json.Number("target_precision", verdicts.target_precision);
  json.Number("confidence_level", verdicts.confidence);
  PutRouting(json, verdicts.totals);
  json.List("assumptions", verdicts.assumptions, kJsonQuoted);
  json.Open('[', "vocabulary_gaps");
  for (const VocabularyGap& gap : verdicts.gaps) {
    json.Open('{');
    json.String("wanted", gap.wanted);
    json.List("nearest", gap.nearest, kJsonQuoted);
    json.Close('}');
  }
  json.Close(']');

  json.Open('{', "all");
  PutConfidence(json, assessment.all);
  if (assessment.audit) PutClassAudit(json, assessment.audit->all);
  json.Close('}');
  json.Open('[', "classes");
  for (std::size_t c = 0; c < report.classes.size(); ++c) {
    json.Open('{');
    json.Put("id", fmt::format("{}", report.classes[c].category.id));
    json.String("name", report.classes[c].category.name);
    if (c < verdicts.classes.size()) PutVerdict(json, verdicts.classes[c]);
    if (c < assessment.confidence.size()) PutConfidence(json, assessment.confidence[c]);
    if (assessment.audit && c < assessment.audit->classes.size()) {
      PutClassAudit(json, assessment.audit->classes[c]);
    }
    json.Close('}');
  }
  json.Close(']');

  if (assessment.audit) {
    json.Open('{', "audit");
    json.Put("seed", assessment.audit->seed);
    json.Put("boxes_drawn", assessment.audit->boxes_drawn);
    json.Put("boxes_answered", assessment.audit->boxes_answered);
    json.Put("images_drawn", assessment.audit->images_drawn);
    json.Put("images_answered", assessment.audit->images_answered);
    json.Close('}');
  }
  PutReference(json, assessment);
  PutFeatures(json, assessment);
  if (assessment.shift) PutShift(json, report, *assessment.shift);
  if (assessment.second_opinion) PutSecondOpinion(json, report, *assessment.second_opinion);
  json.Close('}');
}

}  // namespace prelabel
