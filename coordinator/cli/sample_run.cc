#include "coordinator/cli/sample_run.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "common/wire/codec.h"
#include "coordinator/cli/prepare_run.h"
#include "coordinator/cli/run_fingerprint.h"
#include "coordinator/cli/run_log.h"
#include "coordinator/cli/serve_run.h"
#include "coordinator/formats/item_names.h"
#include "coordinator/plan/sample_tasks.h"

namespace prelabel {
namespace {

constexpr std::size_t kFailuresNamed = 5;

// A folder of its own below the system's for temporary files, removed at the end unless kept.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> Make() {
    std::error_code error;
    std::string name = (std::filesystem::temp_directory_path(error) / "prelabel-plan-XXXXXX");
    if (error || mkdtemp(name.data()) == nullptr) {
      return Unavailable("no folder can be made for the sample; set TMPDIR to one with room", name);
    }
    return TemporaryFolder(name);
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// Reads what the sample's tasks came to.
Result<void> Count(const JobContext& context, Store& store, PlanSample& sample,
                   std::vector<PlannedCategory>& categories) {
  PRELABEL_TRY(const std::vector<TaskRow> tasks, store.LoadTasks());
  PRELABEL_TRY(const std::vector<QuarantinedTask> quarantined, store.LoadQuarantined());
  std::map<TaskId, std::string> reasons;
  for (const QuarantinedTask& task : quarantined) reasons[task.task] = task.reason;
  const ItemNames names(context.dataset);
  const auto fail = [&](SourceId source, std::uint64_t item, const std::string& reason) {
    ++sample.items;
    ++sample.failed;
    if (sample.failures.size() == kFailuresNamed) return;
    sample.failures.push_back(
        names.FileName(source, context.dataset.sources[source.value].ItemOfLook(item)) + ": " +
        reason);
  };
  std::uint64_t micros = 0;
  std::uint64_t looked_at = 0;
  for (const TaskRow& row : tasks) {
    if (row.state == TaskState::kQuarantined) {
      for (const std::uint64_t item : TaskItems(row.task)) {
        fail(row.task.source, item, reasons[row.task.id]);
      }
    }
    if (row.state != TaskState::kCommitted) continue;
    PRELABEL_TRY(const auto payload, store.ReadPayload(row.task.id));
    if (!payload) continue;
    PRELABEL_TRY(const TaskResult result, DecodeTaskPayload(*payload));
    micros += row.compute_micros;
    for (const ItemResult& item : result.items) {
      if (!item.ok()) {
        fail(row.task.source, item.item, item.error);
        continue;
      }
      ++sample.items;
      ++looked_at;
      CountKept(item, context.classes, context.job.labels, categories);
    }
  }
  if (looked_at > 0) {
    sample.model_seconds_per_item =
        static_cast<double>(micros) / 1e6 / static_cast<double>(looked_at);
  }
  return Ok();
}

}  // namespace

Result<PlanSample> RunSample(const JobContext& context, std::uint64_t items, StopSignals& signals,
                             Progress& progress, std::vector<PlannedCategory>& categories) {
  PRELABEL_TRY(TemporaryFolder folder, TemporaryFolder::Make());
  JobContext here = context;
  here.paths.dir = folder.path();
  // Not all the machines that the job may have.
  const LauncherKind kind = std::exchange(here.job.cluster.launcher, LauncherKind::kLocal);
  if (kind != LauncherKind::kLocal) here.job.cluster.workers = {};
  here.job.cluster.listen = "tcp://127.0.0.1:0";
  here.job.cluster.security = WireSecurity::kCurve;
  here.job.cluster.keys.clear();
  here.job.cluster.max_failed_items = {};

  PreparedRun run;
  PRELABEL_TRY(run.store, OpenSqliteStore(here.paths.Database().string()));
  PRELABEL_TRY(
      run.store->AppendTasks(SampleTasks(here.dataset, items, here.job.cluster.shard_size)));
  PRELABEL_TRY(run.tasks, run.store->LoadTasks());
  run.fingerprint = FingerprintOf(here);
  run.name = "sample of a plan";
  PRELABEL_TRY(RunLog log, RunLog::Open(here.paths.Log()));
  Result<ServedRun> served = ServeRun(here, run, true, signals, progress, log, nullptr);
  if (!served) {
    folder.Keep();  // the error names the workers' logs
    return std::move(served).error();
  }
  if (signals.signal() != 0) return Unavailable("stopped before the sample was done");
  PlanSample sample;
  PRELABEL_TRY(Count(here, *run.store, sample, categories));
  const ServedRun& done = served.value();
  sample.items_per_second =
      done.steady_items_per_second > 0 ? done.steady_items_per_second : done.info.items_per_second;
  sample.workers = done.info.workers.size();
  sample.device = fmt::format("{}", fmt::join(done.devices, " or "));
  return sample;
}

}  // namespace prelabel
