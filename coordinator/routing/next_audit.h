// What an audit of how many labels would show about a class: the sentence that ends a verdict.
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "coordinator/audit/audit_result.h"
#include "coordinator/confidence/class_confidence.h"

namespace prelabel {

struct AuditGoal {
  double target = 0.95;       // precision
  double confidence = 0.95;   // that it is shown with,
  std::uint64_t classes = 1;  // shared by so many
};

// `confidence.labels` is at least 1. `audit`: what was found so far; null where no label was
// checked. Where calibration does not expect `target` of all labels, it is those from the lowest
// threshold up of which it does that are worth auditing.
std::string NextAudit(const ClassConfidence& confidence, const ClassAudit* audit,
                      const AuditGoal& goal);

// "97.5 %".
std::string Percent(double share);

}  // namespace prelabel
