// Everything in a report that judges the labels instead of counting them. Parts are absent where
// what they need is: a reference profile, ground truth in it, an audit. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/audit/audit_result.h"
#include "coordinator/confidence/class_confidence.h"
#include "coordinator/confidence/second_opinion.h"
#include "coordinator/profile/profile.h"
#include "coordinator/routing/verdict.h"
#include "coordinator/shift/domain_shift.h"

namespace prelabel {

struct ReferenceInfo {
  std::string file;  // name, without folders
  std::string id;
  std::string job;
  std::string created;
  std::uint64_t images = 0;
  std::uint64_t objects = 0;  // of its ground truth; 0 without
  // For overlays: the reference's histograms (by ImageFeature; by class id of the model).
  std::array<FeatureHistogram, kImageFeatures> features{};
};

struct Assessment {
  std::optional<ReferenceInfo> reference;
  std::string no_reference;                                 // why there is none: a sentence
  std::array<FeatureHistogram, kImageFeatures> features{};  // of this run
  std::optional<DomainShift> shift;
  std::vector<ClassConfidence> confidence;  // by category
  ClassConfidence all;                      // all categories together
  std::optional<AuditResult> audit;
  std::optional<SecondOpinionResult> second_opinion;
  Verdicts verdicts;
};

}  // namespace prelabel
