// A job with everything that is known about it before a model runs: card, classes and items.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/job/ensemble.h"
#include "common/job/job_spec.h"
#include "common/job/model_card.h"
#include "coordinator/cli/run_fingerprint.h"
#include "coordinator/merge/merge.h"
#include "coordinator/profile/profile.h"
#include "coordinator/profile/slice_table.h"
#include "coordinator/scan/dataset.h"

namespace prelabel {

// Where things are in a run directory (docs/architecture.md).
struct RunPaths {
  std::filesystem::path dir;

  std::filesystem::path Job() const { return dir / "job.yaml"; }
  std::filesystem::path Database() const { return dir / "run.db"; }
  std::filesystem::path Log() const { return dir / "log.jsonl"; }
  std::filesystem::path Status() const { return dir / "status.json"; }
  std::filesystem::path PageToken() const { return dir / "page.token"; }
  std::filesystem::path ControlToken() const { return dir / "control.token"; }
  std::filesystem::path Lock() const { return dir / "run.lock"; }
  std::filesystem::path Labels() const { return dir / "labels"; }
  std::filesystem::path Report() const { return dir / "report"; }
  std::filesystem::path Audit() const { return dir / "audit"; }
  std::filesystem::path ReviewQueue() const { return dir / "review" / "queue.jsonl"; }
};

struct JobContext {
  JobSpec job;
  // Without a name or classes where the job has no model; the ensemble's where it has several.
  ModelCard card;
  std::optional<Ensemble> ensemble{};
  std::optional<ModelCard> second_card{};  // of report.second_opinion.model
  ClassMap classes;
  Dataset dataset;
  RunPaths paths;
  std::shared_ptr<const Profile> reference;  // null where the job names none
  SliceTable slices;                         // empty where the job names none
};

// What results of the job depend on, and so those of a run of it.
RunFingerprint FingerprintOf(const JobContext& context);

// Reads a job file with --set overrides and the process's environment, then the model card, the
// profile and the table of slices, then the dataset with its files of keyframes. InvalidArgument
// with every mistake of the first of them that has any.
Result<JobContext> LoadJobContext(const std::filesystem::path& job_file,
                                  const std::vector<std::string>& set);

// The same for a run directory's resolved copy.
Result<JobContext> LoadRunContext(const std::filesystem::path& run,
                                  const std::vector<std::string>& set);

}  // namespace prelabel
