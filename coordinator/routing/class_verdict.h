// The rules of routing.h for one category. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/audit/audit_result.h"
#include "coordinator/confidence/class_confidence.h"
#include "coordinator/routing/verdict.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

struct ClassCase {
  const ClassConfidence& confidence;
  const ClassAudit* audit = nullptr;            // null: no audit
  bool of_model = true;                         // false: people drew all there is of it
  std::vector<std::string> drifted{};           // names of tests: of the run, then of the class
  std::optional<UnknownShare> unknown_boxes{};  // of the category
  double target = 0.95;
  double confidence_level = 0.95;
  std::uint64_t audited_classes = 1;  // that an audit's confidence is shared by
  double break_even = 0.5;
  bool reference = false;
};

ClassVerdict DecideClass(const ClassCase& input);

// What is known about the share of right labels: audited, or else expected, or else nothing, which
// is [0, 1] with the labels' mean score as the best guess. Where the data have drifted from the
// reference, what it leads one to expect is no more than a best guess, too.
struct KnownPrecision {
  enum class From : std::uint8_t { kNothing, kCalibration, kAudit };
  From from = From::kNothing;
  double expected = 0;
  Interval interval;
};
KnownPrecision PrecisionOf(const ClassConfidence& confidence, const ClassAudit* audit,
                           bool drifted = false);

}  // namespace prelabel
