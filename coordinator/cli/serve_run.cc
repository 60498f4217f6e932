#include "coordinator/cli/serve_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/wire/zmq_transport.h"
#include "coordinator/cli/assignments.h"
#include "coordinator/cli/run_observer.h"
#include "coordinator/cli/run_security.h"
#include "coordinator/cli/start_workers.h"
#include "coordinator/launch/fleet.h"
#include "coordinator/plan/item_counts.h"
#include "coordinator/plan/redo.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/server/server.h"
#include "coordinator/stream/file_server.h"
#include "coordinator/stream/served_files.h"

namespace prelabel {
namespace {

constexpr std::chrono::seconds kDrainLimit{10};
// A little under three heartbeats: what a lost worker held runs elsewhere within three.
constexpr double kLeaseHeartbeats = 2.75;
constexpr std::chrono::milliseconds kLooks{300};

std::chrono::milliseconds LeaseOf(const ClusterOptions& cluster) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(kLeaseHeartbeats *
                                                               cluster.heartbeat);
}

Welcome MakeWelcome(const JobContext& context, const PreparedRun& run, Epoch epoch) {
  Welcome welcome;
  welcome.epoch = epoch;
  welcome.run = run.name;
  welcome.heartbeat = context.job.cluster.heartbeat;
  welcome.lease = LeaseOf(context.job.cluster);
  welcome.max_message_bytes = kMaxMessageBytes;
  welcome.model_card = context.job.model.string();
  welcome.fusion = context.job.fusion;
  if (context.second_card) {
    welcome.second_model_card = context.job.report.second_opinion->model.string();
  }
  // The run's own limits, not the job's: a tighter job filters later, in merge.
  welcome.raw_threshold = run.fingerprint.raw_threshold;
  welcome.raw_nms = run.fingerprint.raw_nms;
  welcome.stream = context.job.cluster.transport == DataTransport::kStream;
  welcome.raw_max_per_image = static_cast<std::uint32_t>(run.fingerprint.raw_max_per_image);
  return welcome;
}

// The cards of the job's models and their weights.
Result<std::vector<std::string>> ModelFiles(const JobSpec& job) {
  std::vector<std::filesystem::path> cards;
  if (!job.model.empty()) cards.push_back(job.model);
  for (const JobModel& model : job.fusion.models) cards.emplace_back(model.card);
  if (job.report.second_opinion && !job.report.second_opinion->model.empty()) {
    cards.push_back(job.report.second_opinion->model);
  }
  std::vector<std::string> files;
  for (const std::filesystem::path& path : cards) {
    PRELABEL_TRY(const ModelCard card, LoadModelCard(path));
    files.push_back(path.string());
    files.push_back(card.weights.string());
  }
  return files;
}

std::optional<std::uint64_t> MaxFailedItems(const FailedItemsLimit& limit,
                                            const std::vector<TaskRow>& tasks) {
  if (limit.percent && limit.value >= 100) return std::nullopt;
  if (!limit.percent) return static_cast<std::uint64_t>(limit.value);
  return static_cast<std::uint64_t>(limit.value / 100 *
                                    static_cast<double>(CountItems(tasks).total));
}

}  // namespace

void WarnAboutSources(const Dataset& dataset, Progress& progress) {
  for (const SourceItems& source : dataset.sources) {
    if (!source.error.empty()) progress.Note("warning: " + source.error);
    for (const std::string& warning : source.warnings) progress.Note("warning: " + warning);
  }
}

Result<ServedRun> ServeRun(const JobContext& context, PreparedRun& run, bool launch,
                           StopSignals& signals, Progress& progress, RunLog& log, RunPage* page) {
  const ClusterOptions& cluster = context.job.cluster;
  const MonotonicClock clock;
  RunInfo info;
  info.version = PRELABEL_VERSION;
  info.started = UtcNow();
  info.resumed = run.resumed;

  const bool stream = cluster.transport == DataTransport::kStream;
  const bool launches = launch && cluster.launcher != LauncherKind::kNone;
  PRELABEL_TRY(const RunSecurity security, PrepareSecurity(
                                               cluster, launches,
                                               [&](const std::string& problem) {
                                                 progress.Note("warning: " + problem);
                                                 log.Write("keys refused", {{"reason", problem}});
                                               },
                                               clock));
  PRELABEL_TRY(const Epoch epoch, run.store->NextEpoch());
  PRELABEL_TRY(auto bound, BindCoordinator(cluster.listen, security.server));
  Transport& transport = *bound.transport;
  signals.OnStop([&transport] { transport.Wake(); });

  SchedulerOptions options;
  options.lease = LeaseOf(cluster);
  options.seed = epoch.value;
  options.shard_size = static_cast<std::uint32_t>(cluster.shard_size);
  // The loop looks a few times a second; what hangs is elsewhere when the deadline is over.
  options.task_deadline = cluster.task_deadline - std::min(kLooks, cluster.task_deadline / 10);
  options.max_attempts = static_cast<std::uint32_t>(cluster.max_attempts);
  Scheduler scheduler(run.tasks, options);

  std::unique_ptr<Launcher> launcher;
  std::optional<Fleet> fleet;
  if (launches) {
    PRELABEL_TRY(launcher,
                 MakeLauncher(context, run.name, epoch, bound.endpoint, security.launched_keys));
    fleet.emplace(*launcher, LimitsOf(cluster));
  } else {
    // Also under --quiet: with port 0 nobody could know it otherwise.
    fmt::print(stderr, "waiting for workers: prelabel-worker --connect {}{}{}\n",
               ReachableEndpoint(bound.endpoint), security.server ? " --keys DIR" : "",
               IsLocalBinding(bound.endpoint) || stream ? "" : " --data-root DIR");
    if (!security.server) {
      progress.Note(IsLocalBinding(bound.endpoint)
                        ? "no keys: every user of this machine may join"
                        : "warning: cluster.security is none: everybody in the network may join");
    }
  }
  if (page != nullptr) {
    progress.Note("live page: " + page->url() +
                  (page->token_file().empty()
                       ? std::string()
                       : " (its token is in " + page->token_file().string() + ")"));
  }
  log.Write("run started", {{"job", context.job.name},
                            {"epoch", static_cast<std::int64_t>(epoch.value)},
                            {"endpoint", bound.endpoint},
                            {"tasks", static_cast<std::int64_t>(scheduler.TaskCount())},
                            {"done", static_cast<std::int64_t>(scheduler.DoneCount())}});
  PRELABEL_TRY(const std::uint64_t failed_items, CountFailedItems(*run.store, run.tasks));
  RunObserver observer(run.tasks, failed_items, progress, log, fleet ? &*fleet : nullptr,
                       MaxFailedItems(cluster.max_failed_items, run.tasks));
  Server server(MakeWelcome(context, run, epoch), transport, *run.store, scheduler,
                MakeAssignmentBuilder(context, *run.store), clock, observer);
  std::optional<ServedFiles> files;
  std::optional<FileServer> file_server;
  if (stream) {
    PRELABEL_TRY(const std::vector<std::string> models, ModelFiles(context.job));
    files.emplace(context.dataset, models);
    file_server.emplace([&files](const Fetch& fetch) { return files->Read(fetch); },
                        [&transport] { transport.Wake(); });
    server.SetFetchService(&*file_server);
  }
  RunStatus known;
  known.job = context.job.name;
  known.version = PRELABEL_VERSION;
  known.started = info.started;
  known.endpoint = bound.endpoint;
  if (page != nullptr) {
    known.page = page->url();
    observer.on_status = [page](const auto& status) { page->Publish(status); };
    observer.take_commands = [page] { return page->TakeCommands(); };
    page->OnCommand([&transport] { transport.Wake(); });
  }
  observer.WriteStatusTo(context.paths.Status(), std::move(known));
  observer.on_process_end = [&server](std::uint64_t process_id, const std::string& status) {
    server.ReportProcessEnd(process_id, status);
  };
  observer.on_dismiss = [&server](WorkerId worker) { server.Dismiss(worker); };
  observer.on_pause = [&server](bool paused) { server.SetPaused(paused); };
  observer.on_cancel = [] { kill(getpid(), SIGTERM); };
  observer.StartWorkers(scheduler, clock.Now());
  auto stats = server.Run(signals.stop(), kDrainLimit);
  signals.OnStop({});
  if (page != nullptr) page->OnCommand({});
  observer.Finish(scheduler, clock.Now());
  if (launcher) launcher->Terminate(std::chrono::seconds(5));
  if (!stats) return stats.error();
  if (!observer.failure().empty()) {
    return observer.failed_for_good() ? InvalidArgument(observer.failure())
                                      : Unavailable(observer.failure());
  }

  info.seconds =
      std::chrono::duration<double>(stats.value().last_commit - stats.value().first_assign).count();
  info.items_run = observer.items_in_this_session();
  if (info.seconds > 0) info.items_per_second = static_cast<double>(info.items_run) / info.seconds;
  info.workers = observer.worker_names();
  info.compute_classes.assign(observer.compute_classes().begin(), observer.compute_classes().end());
  log.Write(scheduler.Finished() ? "run finished" : "run stopped",
            {{"seconds", info.seconds},
             {"items", static_cast<std::int64_t>(info.items_run)},
             {"items_per_second", info.items_per_second},
             {"transactions", static_cast<std::int64_t>(stats.value().transactions)}});
  ServedRun served{std::move(info), 0, observer.devices(), observer.ended_early()};
  const double steady =
      std::chrono::duration<double>(stats.value().last_commit - stats.value().first_commit).count();
  if (steady > 0) {
    served.steady_items_per_second =
        static_cast<double>(served.info.items_run - stats.value().first_items) / steady;
  }
  return served;
}

}  // namespace prelabel
