#include "tests/bench/noop_cluster.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/allow_list.h"
#include "common/wire/key_files.h"
#include "common/wire/zmq_transport.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/server/server.h"
#include "coordinator/store/store.h"
#include "worker/loop/worker_loop.h"

namespace prelabel::bench {
namespace {

constexpr std::chrono::seconds kDrainLimit{10};

// Every task is done as soon as it is there, within the loop's own thread.
class NoopExecutor : public Executor {
 public:
  explicit NoopExecutor(std::size_t payload_bytes) : payload_(payload_bytes, 'x') {}
  void Configure(const Welcome&) override { completed_.emplace_back(Readiness{}); }
  void Submit(Assignment assignment) override {
    ++done_;
    completed_.emplace_back(EncodedResult{assignment.task.id, assignment.attempt,
                                          assignment.task.count, 0, 0, payload_});
  }
  void Cancel(TaskId, Attempt) override {}
  void CancelAll() override { completed_.clear(); }
  std::vector<Completion> TakeCompleted() override { return std::exchange(completed_, {}); }
  std::vector<RunningTask> Running() const override { return {}; }
  std::uint64_t ItemsDone() const override { return done_; }

 private:
  const std::string payload_;
  std::vector<Completion> completed_;
  std::uint64_t done_ = 0;
};

// Counts, tells `other` if there is one, and lets the server begin when all workers are there.
class NoopObserver : public ServerObserver {
 public:
  NoopObserver(ServerObserver* other, std::size_t workers) : other_(other), awaited_(workers) {}
  void Watch(Server& server) {
    server_ = &server;
    server.SetPaused(awaited_ > 0);
  }
  void OnWorkerJoined(const WorkerInfo& worker) override {
    if (other_ != nullptr) other_->OnWorkerJoined(worker);
  }
  void OnWorkerLeft(const WorkerInfo& worker, const std::string& reason) override {
    if (other_ != nullptr) other_->OnWorkerLeft(worker, reason);
  }
  void OnCommitted(const std::vector<EncodedResult>& results) override {
    if (other_ != nullptr) other_->OnCommitted(results);
  }
  void OnQuarantined(const QuarantinedTask& task) override {
    if (other_ != nullptr) other_->OnQuarantined(task);
  }
  void OnRefusedMessage(const std::string& reason) override {
    fmt::print(stderr, "refused: {}\n", reason);
  }
  void OnDecision(const SchedulerAction& action) override {
    const auto* assign = std::get_if<AssignTask>(&action);
    if (assign != nullptr && assign->backup) ++backups_;
    if (other_ != nullptr) other_->OnDecision(action);
  }
  void OnStoreTrouble(const Error* error) override {
    if (other_ != nullptr) other_->OnStoreTrouble(error);
  }
  void OnDraining() override {
    if (other_ != nullptr) other_->OnDraining();
  }
  bool OnTurn(const Scheduler& scheduler, TimePoint now) override {
    if (awaited_ > 0 && scheduler.WorkerCount() >= awaited_) {
      awaited_ = 0;
      server_->SetPaused(false);
    }
    held_sum_ += static_cast<double>(scheduler.RunningCount());
    ++turns_;
    return other_ == nullptr || other_->OnTurn(scheduler, now);
  }
  std::uint64_t backups() const { return backups_; }
  double mean_held() const { return held_sum_ / std::max(1.0, turns_); }

 private:
  ServerObserver* other_;
  Server* server_ = nullptr;
  std::size_t awaited_;  // workers; 0: nothing is waited for any more
  std::uint64_t backups_ = 0;
  double held_sum_ = 0;
  double turns_ = 0;
};

class CountingTransport : public Transport {
 public:
  CountingTransport(Transport& transport, Traffic& traffic)
      : transport_(transport), traffic_(traffic) {}
  void Wait(std::chrono::milliseconds timeout) override { transport_.Wait(timeout); }
  std::optional<Received> Receive() override {
    auto received = transport_.Receive();
    if (received) {
      ++traffic_.received;
      traffic_.received_bytes += received->bytes.size();
    }
    return received;
  }
  SendStatus Send(const std::string& peer, std::string bytes) override {
    ++traffic_.sent;
    traffic_.sent_bytes += bytes.size();
    return transport_.Send(peer, std::move(bytes));
  }
  void Wake() override { transport_.Wake(); }

 private:
  Transport& transport_;
  Traffic& traffic_;
};

// As a coordinator that was given `cluster.keys`.
Result<std::optional<ServerSecurity>> Security(const std::string& keys, const Clock& clock) {
  if (keys.empty()) return std::optional<ServerSecurity>();
  PRELABEL_TRY(CurveKeyPair own, LoadCoordinatorKeys(keys));
  PRELABEL_TRY(std::shared_ptr<AllowList> list,
               AllowList::Open({AllowListFolder(keys), {}, {}}, clock));
  return std::optional<ServerSecurity>({std::move(own), std::move(list)});
}

}  // namespace

Result<NoopRun> RunNoopServer(const NoopOptions& options,
                              const std::function<void(const std::string&)>& start_workers) {
  PRELABEL_TRY(const auto store, OpenSqliteStore(options.database));
  PRELABEL_TRY(const Epoch epoch, store->NextEpoch());
  std::vector<Task> tasks;
  for (std::uint64_t i = 0; i < options.tasks; ++i) {
    tasks.push_back(
        {TaskId(i), TaskKind::kDetect, SourceId(0), i * options.items, options.items, 1});
  }
  PRELABEL_TRY(store->AppendTasks(tasks));
  PRELABEL_TRY(const std::vector<TaskRow> rows, store->LoadTasks());
  Scheduler scheduler(rows, {});
  const MonotonicClock clock;
  PRELABEL_TRY(const auto security, Security(options.keys, clock));
  PRELABEL_TRY(const BoundTransport bound, BindCoordinator("tcp://127.0.0.1:0", security));
  Traffic traffic;
  CountingTransport transport(*bound.transport, traffic);
  ServerObserver* told = nullptr;
  if (options.observer) {
    PRELABEL_TRY(told, options.observer(rows, traffic));
  }
  NoopObserver observer(told, options.workers);
  Welcome welcome;
  welcome.epoch = epoch;
  welcome.max_message_bytes = kMaxMessageBytes;
  const auto build = [](const Task& task, Attempt attempt) -> Result<Assignment> {
    Assignment assignment;
    assignment.task = task;
    assignment.attempt = attempt;
    assignment.paths.assign(task.count, "photos/2026/11/camera-03/image-00000000.jpg");
    return assignment;
  };
  Server server(welcome, transport, *store, scheduler, build, clock, observer);
  observer.Watch(server);
  start_workers(bound.endpoint);
  const std::atomic<bool> stop{false};
  PRELABEL_TRY(const ServerStats stats, server.Run(stop, kDrainLimit));
  if (stats.commits != options.tasks) return Internal("not every task was committed once");
  return NoopRun{std::chrono::duration<double>(stats.last_commit - stats.first_assign).count(),
                 stats.transactions, observer.mean_held(), observer.backups()};
}

Result<void> RunNoopWorker(const std::string& endpoint, const std::string& keys,
                           std::size_t payload_bytes) {
  std::optional<WorkerKeys> pair;
  if (!keys.empty()) {
    PRELABEL_TRY(pair, LoadWorkerKeys(keys));
  }
  NoopExecutor executor(payload_bytes);
  const MonotonicClock clock;
  SessionOptions options;
  options.hello.worker_uuid = std::to_string(getpid());
  options.hello.nonce = 1;
  WorkerLoop loop(
      options, [&] { return ConnectWorker(endpoint, pair); }, executor, clock);
  const std::atomic<bool> stop{false};
  return loop.Run(stop);
}

}  // namespace prelabel::bench
