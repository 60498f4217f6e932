// Durable no-op tasks a second: the real Server, Scheduler, SQLite store, codec and ZeroMQ with
// real worker processes (WorkerLoop, Session) whose executor does nothing, against a bare ROUTER +
// SQLite loop with the same payloads and the same number of tasks in flight, plain and with CURVE.
// In turn, several rounds.
//
//   noop_bench --tasks 200000
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "common/base/clock.h"
#include "common/wire/zmq_transport.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/server/server.h"
#include "coordinator/store/store.h"
#include "tests/bench/bare_loop.h"
#include "tests/bench/child_process.h"
#include "worker/loop/worker_loop.h"

namespace prelabel::bench {
namespace {

constexpr int kWorkers = 2;
constexpr std::size_t kPayloadBytes = 64;
const std::uint32_t kMaxCredit = SessionOptions{}.max_credit;

struct Arguments {
  std::uint64_t tasks = 200000;
  int rounds = 3;
  std::string worker;
  std::string bare_client;
  std::string keys;
};

// Every task is done as soon as it is there, within the loop's own thread.
class NoopExecutor : public Executor {
 public:
  void Configure(const Welcome&) override { completed_.emplace_back(Readiness{}); }
  void Submit(Assignment assignment) override {
    ++done_;
    completed_.emplace_back(EncodedResult{assignment.task.id, assignment.attempt,
                                          assignment.task.count, 0, 0,
                                          std::string(kPayloadBytes, 'x')});
  }
  void Cancel(TaskId, Attempt) override {}
  void CancelAll() override { completed_.clear(); }
  std::vector<Completion> TakeCompleted() override { return std::exchange(completed_, {}); }
  std::vector<RunningTask> Running() const override { return {}; }
  std::uint64_t ItemsDone() const override { return done_; }

 private:
  std::vector<Completion> completed_;
  std::uint64_t done_ = 0;
};

class SilentObserver : public ServerObserver {
 public:
  void OnWorkerJoined(const WorkerInfo&) override {}
  void OnWorkerLeft(const WorkerInfo&, const std::string&) override {}
  void OnCommitted(const std::vector<EncodedResult>&) override {}
  void OnQuarantined(const QuarantinedTask&) override {}
  void OnRefusedMessage(const std::string& reason) override {
    fmt::print(stderr, "refused: {}\n", reason);
  }
  void OnDecision(const SchedulerAction&) override {}
  void OnStoreTrouble(const Error*) override {}
  bool OnTurn(const Scheduler& scheduler, TimePoint) override {
    held_sum_ += scheduler.RunningCount();
    ++turns_;
    return true;
  }
  double mean_held() const { return held_sum_ / std::max(1.0, turns_); }

 private:
  double held_sum_ = 0;
  double turns_ = 0;
};

class OneKey : public Authorizer {
 public:
  explicit OneKey(std::string key) : key_(std::move(key)) {}
  std::optional<std::string> UserOf(const std::string& public_key) override {
    if (public_key != key_) return std::nullopt;
    return "worker";
  }
  bool Allows(const std::string&) override { return true; }

 private:
  std::string key_;
};

// The coordinator's keys and those of all workers; the children read theirs from a file.
struct Keys {
  CurveKeyPair coordinator;
  WorkerKeys worker;
};

std::optional<WorkerKeys> ReadKeys(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return ParseWorkerKeys(text.str()).value();
}

int RunWorker(const std::string& endpoint, const std::optional<WorkerKeys>& keys) {
  NoopExecutor executor;
  const MonotonicClock clock;
  SessionOptions options;
  options.hello.worker_uuid = std::to_string(getpid());
  options.hello.nonce = 1;
  WorkerLoop loop(
      options, [&] { return ConnectWorker(endpoint, keys); }, executor, clock);
  const std::atomic<bool> stop{false};
  const auto outcome = loop.Run(stop);
  if (!outcome) fmt::print(stderr, "worker: {}\n", outcome.error().ToString());
  return outcome ? 0 : 1;
}

using Children = std::vector<std::unique_ptr<ChildProcess>>;

void StartChildren(Children& children, const std::string& role, const std::string& endpoint,
                   const std::string& keys_file) {
  std::vector<std::string> arguments{OwnPath(), role, endpoint};
  if (!keys_file.empty()) arguments.insert(arguments.end(), {"--keys", keys_file});
  for (int i = 0; i < kWorkers; ++i) {
    children.push_back(std::make_unique<ChildProcess>(arguments));
  }
}

std::string WriteKeys(const WorkFolder& folder, const std::optional<Keys>& keys) {
  if (!keys) return {};
  std::string path = folder.File("worker.keys");
  std::ofstream(path) << FormatWorkerKeys(keys->worker);
  return path;
}

struct Rate {
  double tasks_per_second = 0;
  double group = 0;      // tasks a transaction
  double in_flight = 0;  // mean over the loop's turns
};

Result<Rate> Real(std::uint64_t count, const std::optional<Keys>& keys) {
  const WorkFolder folder("noop_bench");
  PRELABEL_TRY(const auto store, OpenSqliteStore(folder.File("run.db")));
  PRELABEL_TRY(const Epoch epoch, store->NextEpoch());
  std::vector<Task> tasks;
  for (std::uint64_t i = 0; i < count; ++i) {
    tasks.push_back({TaskId(i), TaskKind::kDetect, SourceId(0), i, 1, 1});
  }
  PRELABEL_TRY(store->AppendTasks(tasks));
  PRELABEL_TRY(const std::vector<TaskRow> rows, store->LoadTasks());
  Scheduler scheduler(rows, {});
  std::optional<ServerSecurity> security;
  if (keys) {
    security = {keys->coordinator, std::make_shared<OneKey>(keys->worker.own.public_key)};
  }
  PRELABEL_TRY(const BoundTransport bound, BindCoordinator("tcp://127.0.0.1:0", security));
  const MonotonicClock clock;
  SilentObserver observer;
  Welcome welcome;
  welcome.epoch = epoch;
  welcome.max_message_bytes = kMaxMessageBytes;
  const auto build = [](const Task& task, Attempt attempt) -> Result<Assignment> {
    Assignment assignment;
    assignment.task = task;
    assignment.attempt = attempt;
    assignment.paths = {"photos/2026/11/camera-03/image-00000000.jpg"};
    return assignment;
  };
  Server server(welcome, *bound.transport, *store, scheduler, build, clock, observer);
  Children workers;
  StartChildren(workers, "--worker", bound.endpoint, WriteKeys(folder, keys));
  const std::atomic<bool> stop{false};
  PRELABEL_TRY(const ServerStats stats, server.Run(stop, std::chrono::seconds(10)));
  for (const auto& worker : workers) {
    if (worker->Wait() != 0) return Internal("a worker failed");
  }
  if (stats.commits != count) return Internal("not every task was committed once");
  const double seconds =
      std::chrono::duration<double>(stats.last_commit - stats.first_assign).count();
  return Rate{static_cast<double>(count) / seconds,
              static_cast<double>(count) / static_cast<double>(stats.transactions),
              observer.mean_held()};
}

Rate Bare(std::uint64_t count, std::uint32_t frames_a_body, const std::optional<Keys>& keys) {
  const WorkFolder folder("noop_bench");
  BareLoopOptions options;
  options.tasks = count;
  options.clients = kWorkers;
  options.in_flight = kMaxCredit;
  options.frames_a_body = frames_a_body;
  options.payload_bytes = kPayloadBytes;
  options.database = folder.File("bare.db");
  if (keys) options.keys = keys->coordinator;
  Children clients;
  const BareLoopRun run = RunBareServer(options, [&](const std::string& endpoint) {
    StartChildren(clients, "--bare-client", endpoint, WriteKeys(folder, keys));
  });
  for (const auto& client : clients) client->Wait();
  return Rate{static_cast<double>(count) / run.seconds,
              static_cast<double>(count) / static_cast<double>(run.transactions),
              static_cast<double>(kWorkers * kMaxCredit)};
}

Result<void> MeasureOne(const Arguments& arguments, const std::optional<Keys>& keys) {
  const char* name = keys ? "noop-curve" : "noop";
  std::vector<double> ratios;
  std::vector<double> batched_ratios;
  for (int round = 1; round <= arguments.rounds; ++round) {
    const Rate bare = Bare(arguments.tasks, 1, keys);
    PRELABEL_TRY(const Rate real, Real(arguments.tasks, keys));
    const Rate batched = Bare(arguments.tasks, kMaxCredit, keys);
    ratios.push_back(real.tasks_per_second / bare.tasks_per_second);
    batched_ratios.push_back(real.tasks_per_second / batched.tasks_per_second);
    fmt::print(
        "{} round {}: prelabel {:.0f} tasks/s ({:.0f} a commit, {:.0f} in flight); bare loop "
        "{:.0f} tasks/s ({:.0f} a commit), with all its tasks in one message {:.0f} ({:.0f} a "
        "commit); ratios {:.3f} and {:.3f}\n",
        name, round, real.tasks_per_second, real.group, real.in_flight, bare.tasks_per_second,
        bare.group, batched.tasks_per_second, batched.group, ratios.back(), batched_ratios.back());
    std::fflush(stdout);
  }
  fmt::print("RATIO {}/bare {:.3f} target >={} (a message a task)\n", name, Median(ratios),
             keys ? "0.50" : "0.30");
  fmt::print("RATIO {}/bare-batched {:.3f} target - (many tasks a message, as prelabel does)\n",
             name, Median(batched_ratios));
  return Ok();
}

Result<void> Measure(const Arguments& arguments) {
  fmt::print("{} tasks, {} workers, payloads of {} bytes, at most {} tasks in flight a worker\n",
             arguments.tasks, kWorkers, kPayloadBytes, kMaxCredit);
  PRELABEL_TRY(MeasureOne(arguments, std::nullopt));
  Keys keys;
  PRELABEL_TRY(keys.coordinator, MakeCurveKeyPair());
  PRELABEL_TRY(keys.worker.own, MakeCurveKeyPair());
  keys.worker.coordinator_key = keys.coordinator.public_key;
  return MeasureOne(arguments, keys);
}

int Main(int argc, char** argv) {
  CLI::App app("Durable no-op tasks a second against a bare loop.", "noop_bench");
  Arguments arguments;
  app.add_option("--tasks", arguments.tasks, "tasks a round")->capture_default_str();
  app.add_option("--rounds", arguments.rounds, "rounds")->capture_default_str();
  app.add_option("--worker", arguments.worker, "be a worker of this endpoint");
  app.add_option("--bare-client", arguments.bare_client, "be a bare client of this endpoint");
  app.add_option("--keys", arguments.keys, "file of a child's CURVE keys");
  CLI11_PARSE(app, argc, argv);
  const auto keys = ReadKeys(arguments.keys);
  if (!arguments.worker.empty()) return RunWorker(arguments.worker, keys);
  if (!arguments.bare_client.empty()) {
    RunBareClient(arguments.bare_client, kPayloadBytes, keys);
    return 0;
  }
  const auto done = Measure(arguments);
  if (done) return 0;
  fmt::print(stderr, "noop_bench: {}\n", done.error().ToString());
  return 1;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
