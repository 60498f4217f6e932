// What people found who checked a random sample of the labels. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/confidence/class_confidence.h"

namespace prelabel {

struct ClassAudit {
  std::uint64_t labels = 0;   // of the category in the run
  std::uint64_t checked = 0;  // of them, drawn at random and answered
  std::uint64_t right = 0;
  double precision = 0;  // prediction-powered; checked == 0: meaningless
  Interval precision_interval;
  std::uint64_t objects = 0;  // in audited whole images, drawn by people
  std::uint64_t found = 0;    // of these, by a label
  double recall = 0;
  Interval recall_interval;
  // The lowest threshold from which precision is at least quality.target_precision with
  // quality.confidence, corrected over classes; absent where the sample does not show it.
  std::optional<float> guaranteed_threshold;
  std::uint64_t guaranteed_labels = 0;  // labels from it up
};

struct AuditResult {
  std::uint64_t seed = 0;
  std::uint64_t boxes_drawn = 0;
  std::uint64_t boxes_answered = 0;
  std::uint64_t images_drawn = 0;  // whole images
  std::uint64_t images_answered = 0;
  std::uint64_t classes_tested = 0;  // that share quality.confidence for their guarantees
  ClassAudit all;                    // all categories together
  std::vector<ClassAudit> classes;   // by category
};

}  // namespace prelabel
