// What verdicts leave to people, in labels and hours. Pure.
#pragma once

#include <span>

#include "common/job/job_spec.h"
#include "coordinator/audit/audit_result.h"
#include "coordinator/confidence/class_confidence.h"
#include "coordinator/routing/class_verdict.h"
#include "coordinator/routing/verdict.h"
#include "coordinator/routing/work_time.h"

namespace prelabel {

// By hand: every image is looked through and every object drawn; objects are the right labels and,
// where an audit has measured a class's recall, those that were missed. With the routes: labels
// under review are checked and wrong ones removed, objects of classes by hand are drawn, and so are
// those missed of a class whose recall is under `target`. Looked through are all images where a
// class is by hand, wanted without the model having it, or missed too often; otherwise those with
// labels under review (at most: classes may share images). Quarantined items are labeled by hand.
// The interval goes from every class's precision being at its interval's lower end to all being at
// the upper one, which is wider than 95 %.
// `classes`, `precision` (of their labels), `work.categories` and, where there is an audit,
// `audit->classes` are parallel.
RoutingTotals AddUp(std::span<const ClassVerdict> classes,
                    std::span<const KnownPrecision> precision, const AuditResult* audit,
                    const WorkCounts& work, bool gaps, double target, const ReviewOptions& times);

// Labels expected to be right, an image or frame that is not quarantined; 0 without any.
double ObjectsPerImage(std::span<const ClassConfidence> confidence, const AuditResult* audit,
                       const WorkCounts& work);

}  // namespace prelabel
