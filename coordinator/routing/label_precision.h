// How probable it is that one label is right, by its category and score. Pure.
#pragma once

#include <span>
#include <vector>

#include "coordinator/audit/audit_result.h"
#include "coordinator/confidence/class_confidence.h"

namespace prelabel {

class LabelPrecision {
 public:
  // `audit` may be null; `confidence` and audit->classes are parallel. Both outlive this.
  LabelPrecision(std::span<const ClassConfidence> confidence, const AuditResult* audit);

  // In [0, 1]. From the score's bin of the reference, in which the score itself counts like two
  // boxes more (a beta prior of that weight): (right + 2 score) / (boxes + 2); the score where
  // nothing is calibrated. Where labels of the category were audited, all are scaled so that their
  // mean is the precision that was found.
  double Of(int category, float score) const;

 private:
  std::span<const ClassConfidence> confidence_;
  std::vector<double> scale_;  // by category
};

}  // namespace prelabel
