// What `prelabel plan` found out about a job, and the text that says it. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/merge/merge.h"
#include "coordinator/routing/verdict.h"

namespace prelabel {

// Scores from which the sample's labels are counted.
inline constexpr std::array<float, 5> kPlanThresholds{0.1F, 0.3F, 0.5F, 0.7F, 0.9F};

// What one category would get.
struct PlannedCategory {
  std::string name;
  std::vector<std::string> model_classes;  // that are written as this one
  std::vector<float> thresholds;           // parallel: the job's
  // Labels of the sample from each of kPlanThresholds up, and from the job's.
  std::array<std::uint64_t, kPlanThresholds.size()> kept{};
  std::uint64_t kept_by_job = 0;
};

struct PlannedSource {
  SourceKind kind = SourceKind::kImages;
  std::string name;
  std::string error;            // it could not be read
  std::uint64_t items = 0;      // images or frames
  std::uint64_t looked_at = 0;  // of these by the model; adaptive videos: at most
  bool adaptive = false;
  bool drawn = false;  // people drew its keyframes
};

// What the model made of a part of the dataset.
struct PlanSample {
  std::uint64_t items = 0;
  std::uint64_t failed = 0;           // of these, quarantined
  std::vector<std::string> failures;  // "name: reason", at most five
  double items_per_second = 0;        // of all workers, once they had started; 0: not known
  double model_seconds_per_item = 0;  // inside the model, on one device
  std::size_t workers = 0;            // that took part, on this machine
  std::string device;                 // "cpu", "cuda:NAME"
};

struct PlanSummary {
  std::string job;
  std::vector<PlannedSource> sources;
  std::uint64_t detect_tasks = 0;
  std::uint64_t link_tasks = 0;
  std::string model;  // empty: the job needs none
  std::size_t model_classes = 0;
  float raw_threshold = 0;  // thresholds below it keep nothing more
  std::vector<PlannedCategory> categories;
  std::vector<std::string> dropped;  // classes of the model that no label is made of
  std::vector<VocabularyGap> gaps;
  std::optional<PlanSample> sample;
};

// Counts a looked-at item's predictions; `classes` and `labels` are the job's. `categories` are
// parallel to classes.categories.
void CountKept(const ItemResult& item, const ClassMap& classes, const LabelOptions& labels,
               std::vector<PlannedCategory>& categories);

// Lines of at most 100 bytes where names allow.
std::string FormatPlan(const PlanSummary& plan);

}  // namespace prelabel
