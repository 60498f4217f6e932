#include "coordinator/routing/next_audit.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "coordinator/routing/audit_size.h"

namespace prelabel {
namespace {

std::string CheckAll(std::uint64_t labels, const std::string& which) {
  return fmt::format("Check {}{}: an audit would need as many.",
                     labels == 1 ? "the one label" : fmt::format("all {} labels", labels), which);
}

}  // namespace

std::string NextAudit(const ClassConfidence& confidence, const ClassAudit* audit,
                      const AuditGoal& goal) {
  const auto size = [&](std::uint64_t errors) {
    return AuditSize(errors, goal.target, goal.confidence, goal.classes);
  };
  const std::string with = fmt::format("with {} confidence", Percent(goal.confidence));
  const std::string target = Percent(goal.target);
  if (audit != nullptr) {
    const double wrong =
        1 - static_cast<double>(audit->right) / static_cast<double>(audit->checked);
    const auto n = AuditSizeAtRate(wrong, goal.target, goal.confidence, goal.classes);
    if (!n) {
      return fmt::format(
          "More audited labels will hardly show that at least {} of all are right; of those with "
          "higher scores they may.",
          target);
    }
    if (*n >= confidence.labels) return CheckAll(confidence.labels, "");
    if (*n > audit->checked) {
      return fmt::format(
          "{} audited labels, {} more, would show that at least {} are right, {}, if as many of "
          "them as now were right.",
          *n, *n - audit->checked, target, with);
    }
  }
  const std::string rest =
      fmt::format("{} (one wrong: {} labels, two: {}).", with, size(1), size(2));
  if (confidence.calibrated && confidence.expected_precision < goal.target) {
    const auto point = std::find_if(confidence.curve.begin(), confidence.curve.end(),
                                    [&](const ThresholdPoint& at) {
                                      return at.kept > 0 && at.expected_precision >= goal.target;
                                    });
    if (point == confidence.curve.end()) {
      return fmt::format(
          "At no threshold are {} right labels expected: that takes another model, or a lower "
          "target.",
          target);
    }
    const std::string which = fmt::format(" with a score of {:.2f} or more", point->threshold);
    if (size(0) >= point->kept) return CheckAll(point->kept, which);
    return fmt::format(
        "Audit so many labels of this class that {} have a score of {:.2f} or more: if all of "
        "these "
        "are right, at least {} of such labels are, {}",
        size(0), point->threshold, target, rest);
  }
  if (size(0) >= confidence.labels) return CheckAll(confidence.labels, "");
  return fmt::format("Audit {} labels of this class: if all are right, at least {} of all are, {}",
                     size(0), target, rest);
}

std::string Percent(double share) {
  std::string number = fmt::format("{:.1f}", 100 * share);
  if (number.ends_with(".0")) number.resize(number.size() - 2);
  return number + " %";
}

}  // namespace prelabel
