// Decides, class by class, what is to be done with a run's labels, from what is known about how
// often they are right; and what that leaves to people. Pure; equal input gives equal output.
//
// The rules, the first that applies (T: target_precision; break-even: work_time.h):
//  1. No labels: nothing to decide; by hand where people drew objects of the class in audited
//     images.
//  2. An audit gives a threshold: automate, guaranteed. It was measured on these data, so drift
//     does not matter.
//  3. By hand: audited precision, upper bound, is under break-even; or (unless the audit's lower
//     bound is over it) at least half of 30 or more boxes look, beyond doubt, like no object that
//     the reference knows; or, without an audit, expected precision, upper bound, is under it.
//  4. Automate, as a proposal: on the curve of expected precision there is a threshold whose lower
//     bound reaches T (the lowest is taken); the run as a whole and the class have not drifted; at
//     most half of the labels lie where the reference has few boxes; neither other estimate is more
//     than 0.1 lower; and no audit has found less than the expected precision's lower bound.
//  5. Review: everything else, what nothing is known about included.
// Under 2 and 4 labels under the threshold are reviewed; where they are more than half of a class,
// that is its verdict, and those from the threshold up are automated all the same.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/job/job_spec.h"
#include "coordinator/audit/audit_result.h"
#include "coordinator/confidence/class_confidence.h"
#include "coordinator/merge/merge.h"
#include "coordinator/routing/verdict.h"
#include "coordinator/routing/work_time.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

// All but the first three may be left out. What is pointed to outlives the call.
struct DecisionInput {
  const ClassMap& classes;
  std::span<const ClassConfidence> confidence;  // by category
  const WorkCounts& work;                       // with as many categories
  double target_precision = 0.95;               // in (0, 1)
  double confidence_level = 0.95;               // of audits, in (0, 1)
  const DomainShift* shift = nullptr;
  const AuditResult* audit = nullptr;  // with as many categories
  bool reference = false;              // the job names a profile, and it could be used
  std::vector<VocabularyGap> gaps{};
  ReviewOptions review{};
};

// The intervals of expected precision are 95 % ones whatever confidence_level is.
Verdicts Decide(const DecisionInput& input);

// Of a label that a model gave. Categories without a verdict are reviewed.
Route RouteOf(const Verdicts& verdicts, int category, float score);

}  // namespace prelabel
