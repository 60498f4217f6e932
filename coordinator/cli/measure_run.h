// One pass over a run's committed results that looks at everything that reports judge by: what the
// pictures and predictions are like, and the scores of the labels.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/confidence/label_scores.h"
#include "coordinator/profile/domain_stats.h"
#include "coordinator/profile/truth_matching.h"
#include "coordinator/routing/work_time.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct RunMeasures {
  DomainTotals domain;
  LabelScores scores;
  WorkCounts work;
  std::vector<TaskId> damaged;  // as MergeLabels returns them
  std::uint64_t judged = 0;     // items with ground truth
  std::uint64_t objects = 0;    // in these, crowd regions not counted
  std::string labels_hash{};    // label_digest.h
};

// The objects in an item that the model looked at, which has this name in the labels; null where
// nothing is known about it.
using TruthSource = std::function<Result<const std::vector<TruthObject>*>(
    const LabeledItem& item, std::string_view file_name)>;

// Labels between keyframes are taken as linear interpolation gives them, whatever the job's method:
// their scores are nearly the same, and following what is seen would take long.
Result<RunMeasures> MeasureRun(const JobContext& context, Store& store,
                               const TruthSource& truth = {});

}  // namespace prelabel
