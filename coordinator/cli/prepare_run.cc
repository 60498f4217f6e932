#include "coordinator/cli/prepare_run.h"

#include <fmt/format.h>

#include <map>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "common/job/job_loader.h"
#include "coordinator/cli/prepare_second_looks.h"
#include "coordinator/formats/output_file.h"
#include "coordinator/merge/link_input.h"
#include "coordinator/plan/planner.h"
#include "coordinator/plan/redo.h"
#include "coordinator/scan/fingerprint.h"

namespace prelabel {
namespace {

constexpr char kFingerprintKey[] = "fingerprint";
constexpr char kDatasetKey[] = "dataset";
constexpr char kNameKey[] = "name";

// A run's name tells workers whether the tasks that they hold are its own. It lasts as long as the
// fingerprint, which a run without results may still change.
Result<std::string> NewName(Store& store) {
  std::random_device random;
  const std::string name =
      fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
  PRELABEL_TRY(store.PutMeta(kNameKey, name));
  return name;
}

Result<std::string> NameOf(Store& store) {
  PRELABEL_TRY(const auto stored, store.GetMeta(kNameKey));
  if (stored) return *stored;
  return NewName(store);
}

Result<RunFingerprint> BindFingerprint(Store& store, const RunFingerprint& wanted,
                                       bool anything_planned, bool anything_done) {
  PRELABEL_TRY(const auto stored, store.GetMeta(kFingerprintKey));
  if (!stored) {
    PRELABEL_TRY(store.PutMeta(kFingerprintKey, FormatFingerprint(wanted)));
    return wanted;
  }
  PRELABEL_TRY(auto bound, ParseFingerprint(*stored));
  const auto fits = CheckFingerprint(bound, wanted);
  if (fits) return bound;
  // Nothing was made under the old one yet: a first try with a wrong model binds to nothing. What
  // was planned depends on the sampling.
  if (anything_done || (anything_planned && bound.sampling != wanted.sampling)) {
    return fits.error();
  }
  PRELABEL_TRY(NewName(store));
  PRELABEL_TRY(store.PutMeta(kFingerprintKey, FormatFingerprint(wanted)));
  return wanted;
}

Result<void> BindDataset(Store& store, const Dataset& dataset) {
  PRELABEL_TRY(const auto stored, store.GetMeta(kDatasetKey));
  if (stored) {
    PRELABEL_TRY(CheckSameItems(*stored, dataset));
  }
  return store.PutMeta(kDatasetKey, DatasetFingerprint(dataset));
}

// How each video will be linked, for merge to know later whether that has changed. Its last link
// task is the one that holds; one that was committed keeps the options it was made with.
Result<void> RecordLinkOptions(Store& store, const JobContext& context,
                               const std::vector<TaskRow>& tasks) {
  std::map<SourceId, TaskState> last;
  for (const TaskRow& row : tasks) {
    if (row.task.kind == TaskKind::kLink) last[row.task.source] = row.state;
  }
  for (const auto& [source, state] : last) {
    if (state == TaskState::kCommitted) continue;
    PRELABEL_TRY(store.PutMeta(LinkOptionsKey(source),
                               FormatLinkOptions(context.job.labels, context.classes,
                                                 context.dataset.sources[source.value])));
  }
  return Ok();
}

}  // namespace

Result<PreparedRun> PrepareRun(const JobContext& context, bool retry_failed) {
  std::error_code error;
  std::filesystem::create_directories(context.paths.dir, error);
  if (error) {
    return InvalidArgument("the run directory cannot be made: " + error.message() +
                               "; set output.dir to a folder that you may write to",
                           context.paths.dir.string());
  }
  PreparedRun run;
  PRELABEL_TRY(run.store, OpenSqliteStore(context.paths.Database().string()));
  PRELABEL_TRY(run.tasks, run.store->LoadTasks());
  for (const TaskRow& row : run.tasks) {
    run.resumed |= row.state == TaskState::kCommitted || row.state == TaskState::kQuarantined;
  }
  PRELABEL_TRY(run.fingerprint, BindFingerprint(*run.store, FingerprintOf(context),
                                                !run.tasks.empty(), run.resumed));
  PRELABEL_TRY(run.name, NameOf(*run.store));
  PRELABEL_TRY(BindDataset(*run.store, context.dataset));
  const std::vector<Task> missing =
      PlanMissing(context.dataset, run.tasks, context.job.cluster.shard_size);
  if (!missing.empty()) {
    PRELABEL_TRY(run.store->AppendTasks(missing));
    for (const Task& task : missing) run.tasks.push_back({task});
  }
  if (retry_failed) {
    PRELABEL_TRY(run.retried,
                 RetryFailed(*run.store, context.dataset, context.job.cluster.shard_size));
    PRELABEL_TRY(run.tasks, run.store->LoadTasks());
  }
  PRELABEL_TRY(const bool other_model, ForgetOtherSecondModel(context, *run.store, run.tasks));
  if (other_model) {
    PRELABEL_TRY(run.name, NewName(*run.store));
  }
  PRELABEL_TRY(UpdateSecondLooks(context, retry_failed, *run.store, run.tasks));
  PRELABEL_TRY(RecordLinkOptions(*run.store, context, run.tasks));
  PRELABEL_TRY(WriteWholeFile(context.paths.Job(), FormatJob(context.job)));
  return run;
}

Result<void> PrepareRedo(const JobContext& context, const std::vector<TaskId>& damaged,
                         PreparedRun& run) {
  PRELABEL_TRY(RedoDamaged(*run.store, damaged));
  PRELABEL_TRY(run.tasks, run.store->LoadTasks());
  run.resumed = true;
  return RecordLinkOptions(*run.store, context, run.tasks);
}

Result<void> CheckRunIsOf(const JobContext& context, Store& store) {
  PRELABEL_TRY(const auto fingerprint, store.GetMeta(kFingerprintKey));
  if (fingerprint) {
    PRELABEL_TRY(const auto bound, ParseFingerprint(*fingerprint));
    PRELABEL_TRY(CheckFingerprint(bound, FingerprintOf(context)));
  }
  PRELABEL_TRY(const auto items, store.GetMeta(kDatasetKey));
  return items ? CheckSameItems(*items, context.dataset) : Ok();
}

}  // namespace prelabel
