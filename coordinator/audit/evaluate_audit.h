// What an audit's answers say about a run's labels. Pure; thread-safe.
#pragma once

#include <functional>

#include "coordinator/audit/audit_result.h"
#include "coordinator/audit/audit_sample.h"

namespace prelabel {

// Thresholds of a category that are tried: of all its labels, and of ever fewer by score. Up to
// four of them are tested, and share the confidence (guaranteed_risk.h).
inline constexpr std::size_t kGuaranteeThresholds = 15;

struct AuditOptions {
  double target_precision = 0.95;  // in (0, 1)
  double confidence = 0.95;        // of intervals, and of all guarantees together; in (0, 1)
  // How probable it is that a label of the category (position) with the score is right, in [0, 1];
  // it may be wrong, which makes intervals longer, not false. Null: the score.
  std::function<double(int category, float score)> expected;
};

// `answers` belong to the sample (as many labels and images). Categories as the sample's.
//
// precision  audited_share.h; what was expected of labels is taken at the middle of the score's
//            hundredth, in the sample as in the run. Labels without an answer are taken to be
//            missing at random.
// recall     audited_share.h, of images with an answer. An object is found where a label of its
//            category has an IoU of at least 0.5 with it (truth_matching.h, as COCO matches).
// guaranteed_threshold
//            guaranteed_risk.h, on thresholds in hundredths, with Bonferroni's correction over the
//            categories that could pass if none of their checked labels were wrong: those that are
//            too small to, as known before anybody answers, use up no confidence.
AuditResult EvaluateAudit(const AuditSample& sample, const AuditAnswers& answers,
                          const AuditOptions& options);

}  // namespace prelabel
