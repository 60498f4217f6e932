// Which items a run looks at once more (report.second_opinion), and the tasks for that. Pure: equal
// datasets and options give equal samples, and a sample grows by items and loses none when it is
// made larger.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/job/job_spec.h"
#include "common/job/model_card.h"
#include "common/labels/view.h"
#include "common/wire/task.h"
#include "coordinator/scan/dataset.h"
#include "coordinator/store/store.h"

namespace prelabel {

// The views of the job besides the plain one, each once, in the order of View; none without a
// second opinion.
std::vector<View> SecondViews(const JobSpec& job);

// So many of the items that PlanTasks looks at, in all sources together, ascending by source and
// item: those with the least hash of source and index. Memory is the sample's.
std::map<SourceId, std::vector<std::uint64_t>> SampleItems(const Dataset& dataset,
                                                           std::uint64_t count);

// What results of a second model depend on, to be kept in the store under kSecondModelKey: those of
// another model say nothing about this one.
inline constexpr char kSecondModelKey[] = "second model";
std::string FormatSecondModel(const ModelCard& card);

// Second looks that have no result and that the job does not ask for: in other views, or at items
// outside of the sample altogether.
std::vector<TaskId> UnwantedSecondLooks(const Dataset& dataset, const JobSpec& job,
                                        const std::vector<TaskRow>& tasks);

// Tasks for those views of the job's sample that `existing` does not cover, whatever became of its
// tasks (but those that were replaced); ids from existing.size(), source by source, view by view.
std::vector<Task> PlanSecondLooks(const Dataset& dataset, const JobSpec& job,
                                  const std::vector<TaskRow>& existing);

}  // namespace prelabel
