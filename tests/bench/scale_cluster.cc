#include "tests/bench/scale_cluster.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/file_limit.h"
#include "common/wire/codec.h"
#include "common/wire/key_files.h"
#include "coordinator/cli/run_observer.h"
#include "tests/bench/child_process.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/noop_cluster.h"
#include "tests/bench/sleeping_worker.h"

namespace prelabel::bench {
namespace {

constexpr int kBoxes = 8;
constexpr std::size_t kEmbedding = 64;     // values an image
constexpr std::size_t kBoxEmbedding = 32;  // values a box

using Children = std::vector<std::unique_ptr<ChildProcess>>;

// As large as what a detect task of images comes to.
std::string Payload(std::uint32_t items) {
  TaskResult result;
  for (std::uint32_t i = 0; i < items; ++i) {
    ItemResult& item = result.items.emplace_back();
    item.item = i;
    item.width = 1920;
    item.height = 1080;
    for (int b = 0; b < kBoxes; ++b) {
      const auto at = static_cast<float>(100 * b);
      item.predictions.push_back({static_cast<std::uint16_t>(b),
                                  0.9F - 0.1F * static_cast<float>(b),
                                  {at, at + 0.25F, at + 93.5F, at + 41.75F}});
    }
    item.stats = {0.4F, 0.2F, 800, 7, 0.4F, 0.5F, 0.3F, 0.1F};
    item.embedding.assign(kEmbedding, FloatToHalf(0.3F));
    item.box_embeddings.assign(kBoxes * kBoxEmbedding, FloatToHalf(0.7F));
  }
  return EncodeTaskPayload(result);
}

// What a run's own observer does, and where the figures stand at its start and end.
class Meter : public RunObserver {
 public:
  Meter(const std::vector<TaskRow>& rows, std::unique_ptr<Progress> progress,
        std::unique_ptr<RunLog> log, const Traffic& traffic, const Children& children)
      : RunObserver(rows, 0, *progress, *log, nullptr, std::nullopt),
        progress_(std::move(progress)),
        log_(std::move(log)),
        traffic_(traffic),
        children_(children),
        waiting_(rows.size()) {}

  void OnWorkerJoined(const WorkerInfo& worker) override {
    if (joined_++ == 0) alone_bytes_ = ResidentBytes();
    RunObserver::OnWorkerJoined(worker);
  }
  void OnDecision(const SchedulerAction& action) override {
    if (!others_ && std::holds_alternative<AssignTask>(action)) {
      others_.emplace();
      begin_ = Now();
      joined_bytes_ = ResidentBytes();
    }
    RunObserver::OnDecision(action);
  }
  void OnCommitted(const std::vector<EncodedResult>& results) override {
    RunObserver::OnCommitted(results);
    ++transactions_;
    waiting_ -= std::min(waiting_, results.size());
    if (waiting_ == 0 && !end_) end_ = Now();
  }

  // After a run in which every task was committed.
  ScaleRun Figures() const {
    const Sample& end = *end_;
    ScaleRun run;
    run.seconds = std::chrono::duration<double>(end.at - begin_.at).count();
    run.coordinator_cpu = end.own_cpu - begin_.own_cpu;
    run.workers_cpu = end.workers_cpu - begin_.workers_cpu;
    run.others = end.others;
    run.received = Difference(end.traffic.received, begin_.traffic.received);
    run.received_bytes = Difference(end.traffic.received_bytes, begin_.traffic.received_bytes);
    run.sent = Difference(end.traffic.sent, begin_.traffic.sent);
    run.sent_bytes = Difference(end.traffic.sent_bytes, begin_.traffic.sent_bytes);
    run.transactions = transactions_;
    run.alone_bytes = alone_bytes_;
    run.joined_bytes = joined_bytes_;
    run.peak_bytes = PeakResidentBytes();
    return run;
  }

 private:
  struct Sample {
    std::chrono::steady_clock::time_point at;
    double own_cpu = 0;
    double workers_cpu = 0;
    double others = 0;
    Traffic traffic;
  };

  Sample Now() const {
    Sample sample{std::chrono::steady_clock::now(), CpuSeconds(RUSAGE_SELF), 0, 0, traffic_};
    for (const auto& child : children_) sample.workers_cpu += CpuSecondsOf(child->pid());
    const double ours = sample.own_cpu - begin_.own_cpu + sample.workers_cpu - begin_.workers_cpu;
    if (others_) sample.others = others_->Share(ours);
    return sample;
  }
  static double Difference(std::uint64_t end, std::uint64_t begin) {
    return static_cast<double>(end - begin);
  }

  std::unique_ptr<Progress> progress_;
  std::unique_ptr<RunLog> log_;
  const Traffic& traffic_;
  const Children& children_;
  std::size_t waiting_;  // tasks
  std::uint64_t joined_ = 0;
  double alone_bytes_ = 0;
  double joined_bytes_ = 0;
  double transactions_ = 0;
  std::optional<Others> others_;  // since the first assignment
  Sample begin_{};
  std::optional<Sample> end_;
};

}  // namespace

double ItemSeconds(const ScaleOptions& options, std::uint64_t task) {
  return 1e-3 * options.item_millis * (0.5 + 0.1 * static_cast<double>(task * 7 % 11));
}

Result<ScaleRun> RunScaleCoordinator(const ScaleOptions& options, std::size_t processes) {
  const WorkFolder folder("scale_bench");
  NoopOptions noop;
  noop.tasks = options.workers * options.tasks_a_worker;
  noop.database = folder.File("run.db");
  noop.keys = folder.File("keys");
  noop.items = options.items;
  noop.workers = options.workers;
  PRELABEL_TRY(const auto worker_keys, GenerateKeys(noop.keys, "worker"));
  Children children;
  std::unique_ptr<Meter> meter;
  noop.observer = [&](const std::vector<TaskRow>& rows,
                      const Traffic& traffic) -> Result<ServerObserver*> {
    PRELABEL_TRY(RunLog log, RunLog::Open(folder.File("log.jsonl")));
    meter = std::make_unique<Meter>(rows, std::make_unique<Progress>(stderr, true),
                                    std::make_unique<RunLog>(std::move(log)), traffic, children);
    meter->WriteStatusTo(folder.File("status.json"), {});
    return meter.get();
  };
  processes = std::min(processes, options.workers);
  PRELABEL_TRY(
      const NoopRun run, RunNoopServer(noop, [&](const std::string& endpoint) {
        std::size_t first = 0;
        for (std::size_t p = 1; p <= processes; ++p) {
          const std::size_t end = options.workers * p / processes;
          children.push_back(std::make_unique<ChildProcess>(std::vector<std::string>{
              OwnPath(), "--endpoint", endpoint, "--keys", worker_keys.string(), "--first",
              std::to_string(first), "--workers", std::to_string(end - first), "--item-millis",
              std::to_string(options.item_millis), "--items", std::to_string(options.items)}));
          first = end;
        }
      }));
  for (const auto& child : children) {
    if (child->Wait() != 0) return Internal("a worker failed");
  }
  ScaleRun figures = meter->Figures();
  figures.backups = static_cast<double>(run.backups);
  return figures;
}

Result<void> RunScaleWorkers(const std::string& endpoint, const std::string& keys,
                             std::uint64_t first, std::uint64_t count,
                             const ScaleOptions& options) {
  RaiseFileLimit();  // a worker has a dozen
  SleepingWorker worker;
  worker.endpoint = endpoint;
  PRELABEL_TRY(worker.keys, LoadWorkerKeys(keys));
  worker.item_time = [options](const Task& task) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(ItemSeconds(options, task.id.value)));
  };
  worker.payload = Payload(options.items);
  std::mutex mutex;
  Result<void> outcome = Ok();
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < count; ++i) {
    threads.emplace_back([&, number = first + i] {
      SleepingWorker own = worker;
      own.number = number;
      if (auto done = RunSleepingWorker(own); !done) {
        const std::lock_guard lock(mutex);
        outcome = done.error();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return outcome;
}

}  // namespace prelabel::bench
