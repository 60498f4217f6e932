// Compares the labels that a report is about with those that its sources came with. What cannot be
// read of these is said and left out; it is never an error.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/confidence/own_labels.h"
#include "coordinator/merge/merge.h"
#include "coordinator/profile/dataset_truth.h"

namespace prelabel {

inline constexpr std::size_t kOwnLabelProblems = 20;  // that are named

class OwnLabelReader {
 public:
  // Reads the files of labels that sources have for all their images. `context` outlives this.
  explicit OwnLabelReader(const JobContext& context);
  OwnLabelReader(const OwnLabelReader&) = delete;
  OwnLabelReader& operator=(const OwnLabelReader&) = delete;

  // Once for each item, in dataset order, with its routes.
  void Add(const LabeledItem& item);

  // Absent where no image has labels of its own and none should have: of sources that are no
  // dataset, and of datasets that nobody has labeled yet.
  std::optional<OwnLabels> Finish() const;

 private:
  void AddProblem(const Error& error);

  const JobContext& context_;
  OwnLabelStats stats_;
  std::map<std::uint32_t, Error> unreadable_sources_;
  DatasetTruth truth_;
  std::uint64_t without_ = 0;
  std::uint64_t unreadable_ = 0;
  std::vector<std::string> problems_;
  std::uint64_t problem_count_ = 0;
};

}  // namespace prelabel
