// A cluster in one process, for the thread sanitizer too: the real Server, SQLite store, CURVE
// sockets and worker loops, and executors whose threads take no-op tasks from queues under mutexes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <utility>

#include "common/wire/zmq_transport.h"
#include "coordinator/server/server.h"
#include "tests/support/queue_executor.h"
#include "worker/loop/worker_loop.h"

namespace prelabel {
namespace {

constexpr std::uint64_t kTasks = 400;

std::string PayloadOf(TaskId task) { return "labels of task " + std::to_string(task.value); }

class Everyone : public Authorizer {
 public:
  explicit Everyone(std::string key) : key_(std::move(key)) {}
  std::optional<std::string> UserOf(const std::string& public_key) override {
    if (public_key != key_) return std::nullopt;
    return "worker";
  }
  bool Allows(const std::string& user_id) override { return user_id == "worker"; }

 private:
  std::string key_;
};

// The model. Some tasks fail the first time; the second half waits until `gate` is open.
Completion Work(const Assignment& assignment, const std::atomic<bool>& gate) {
  const TaskId task = assignment.task.id;
  do {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  } while (task.value >= kTasks / 2 && !gate);
  if (task.value % 50 == 7 && assignment.attempt.value == 1) {
    return BrokenTask{task, assignment.attempt, "no memory"};
  }
  return EncodedResult{task, assignment.attempt, 1, 0, 0, PayloadOf(task)};
}

class Watcher : public ServerObserver {
 public:
  void OnWorkerJoined(const WorkerInfo& worker) override {
    users.push_back(worker.user_id);
    ++joined;
  }
  void OnWorkerLeft(const WorkerInfo&, const std::string&) override {}
  void OnCommitted(const std::vector<EncodedResult>& results) override {
    committed += results.size();
  }
  void OnQuarantined(const QuarantinedTask&) override { ++quarantined; }
  void OnRefusedMessage(const std::string&) override { ++refused; }
  void OnDecision(const SchedulerAction& action) override {
    if (std::holds_alternative<RecordFailure>(action)) ++failures;
  }
  void OnStoreTrouble(const Error*) override {}
  bool OnTurn(const Scheduler&, TimePoint) override { return true; }

  std::vector<std::string> users;
  std::atomic<std::uint64_t> committed{0};
  std::atomic<int> joined{0};
  int quarantined = 0;
  int refused = 0;
  int failures = 0;
};

void RunWorker(const std::string& endpoint, const WorkerKeys& keys, int number,
               const std::atomic<bool>& gate, const std::atomic<bool>& stop) {
  SessionOptions options;
  options.hello.worker_uuid = "thread " + std::to_string(number);
  options.hello.nonce = (static_cast<std::uint64_t>(number) << 32) + 1;
  const MonotonicClock clock;
  WorkerLoop* to_wake = nullptr;
  QueueExecutor executor([&to_wake] { to_wake->Wake(); },
                         [&gate](const Assignment& assignment) { return Work(assignment, gate); });
  WorkerLoop loop(
      options, [&] { return ConnectWorker(endpoint, keys); }, executor, clock);
  to_wake = &loop;
  const auto outcome = loop.Run(stop);
  executor.Stop();
  EXPECT_TRUE(outcome.has_value()) << outcome.error().ToString();
}

TEST(ThreadsOfACluster, EveryTaskIsCommittedOnceWhileWorkersComeAndGo) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("threads_test_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  {
    const auto store = OpenSqliteStore((folder / "run.db").string()).value();
    const Epoch epoch = store->NextEpoch().value();
    std::vector<Task> tasks;
    for (std::uint64_t i = 0; i < kTasks; ++i) {
      tasks.push_back({TaskId(i), TaskKind::kDetect, SourceId(0), i, 1, 1});
    }
    ASSERT_TRUE(store->AppendTasks(tasks));
    const CurveKeyPair own = MakeCurveKeyPair().value();
    const WorkerKeys keys{MakeCurveKeyPair().value(), own.public_key};
    auto bound = BindCoordinator(
        "tcp://127.0.0.1:0", ServerSecurity{own, std::make_shared<Everyone>(keys.own.public_key)});
    ASSERT_TRUE(bound.has_value()) << bound.error().ToString();
    const MonotonicClock clock;
    Watcher watcher;
    Scheduler scheduler(store->LoadTasks().value(), {});
    Welcome welcome;
    welcome.epoch = epoch;
    welcome.max_message_bytes = 1 << 20;
    const auto build = [](const Task& task, Attempt attempt) -> Result<Assignment> {
      Assignment assignment;
      assignment.task = task;
      assignment.attempt = attempt;
      return assignment;
    };
    Server server(welcome, *bound.value().transport, *store, scheduler, build, clock, watcher);
    const std::atomic<bool> never{false};
    std::atomic<bool> first_leaves{false};
    std::atomic<bool> gate{false};
    std::thread coordinator([&] {
      const auto stats = server.Run(never, std::chrono::seconds(20));
      EXPECT_TRUE(stats.has_value()) << stats.error().ToString();
    });
    const std::string endpoint = bound.value().endpoint;
    std::thread first([&] { RunWorker(endpoint, keys, 1, gate, first_leaves); });
    std::thread second([&] { RunWorker(endpoint, keys, 2, gate, never); });
    while (watcher.committed < kTasks / 4) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    first_leaves = true;  // SIGTERM: it hands back what it has not finished
    std::thread third([&] { RunWorker(endpoint, keys, 3, gate, never); });
    while (watcher.joined < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    gate = true;
    first.join();
    coordinator.join();
    second.join();
    third.join();
    EXPECT_EQ(watcher.users, (std::vector<std::string>{"worker", "worker", "worker"}));
    EXPECT_EQ(watcher.quarantined, 0);
    EXPECT_EQ(watcher.refused, 0);
    EXPECT_GE(watcher.failures, 1);  // those of tasks 7, 57 ... 357 that were not called back first
    EXPECT_LE(watcher.failures, 8);
    EXPECT_EQ(watcher.committed, kTasks);
    for (std::uint64_t i = 0; i < kTasks; ++i) {
      EXPECT_EQ(store->ReadPayload(TaskId(i)).value(), PayloadOf(TaskId(i)));
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace prelabel
