#include "tests/simulation/simulated_cluster.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <sstream>
#include <utility>

#include "common/wire/codec.h"
#include "coordinator/server/server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "tests/support/in_memory_store.h"
#include "worker/session/session.h"

namespace prelabel {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kTimeToFinish = minutes(30);  // after the last fault

// Numbers from a seed, the same on every machine (the standard's distributions are not).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }
  Duration Between(Duration low, Duration high) {
    return low + Duration(Below(static_cast<std::uint64_t>((high - low).count()) + 1));
  }

 private:
  std::mt19937_64 engine_;
};

// What happened, and what must not have.
struct Record {
  std::vector<std::string> violations;
  std::map<std::string, int> events;
  void Violation(const std::string& what) { violations.push_back(what); }
  void Count(const std::string& what) { ++events[what]; }
};

// What is made of a task, a line an item: it does not depend on how the items are cut into tasks.
std::vector<std::string> LabelsOf(const Task& task) {
  const std::string source = std::to_string(task.source.value);
  if (task.kind == TaskKind::kLink) return {"link of " + source};
  std::vector<std::string> labels;
  for (const std::uint64_t item : TaskItems(task)) {
    labels.push_back("label of " + source + "/" + std::to_string(item));
  }
  return labels;
}

std::string PayloadOf(const Task& task) {
  std::string payload;
  for (const std::string& label : LabelsOf(task)) payload += label + "\n";
  return payload;
}

// Checks each commit as it is made; fails now and then, before or after it is durable.
class CheckedStore : public InMemoryStore {
 public:
  CheckedStore(Record& record, Dice& dice) : record_(record), dice_(dice) {}

  Result<void> CommitBatch(const StoreBatch& batch) override {
    const bool fail = may_fail && dice_.OneIn(60);
    if (fail && dice_.OneIn(2)) return Crash();
    const std::vector<TaskRow> before = LoadTasks().value();
    for (const EncodedResult& result : batch.results) Check(result, before);
    for (const QuarantinedTask& task : batch.quarantined) {
      if (!ended_.insert(task.task).second) {
        record_.Violation("task " + std::to_string(task.task.value) + " quarantined after its end");
      }
    }
    for (const TaskSplit& split : batch.splits) {
      if (!ended_.insert(split.task).second) {
        record_.Violation("task " + std::to_string(split.task.value) + " replaced after its end");
      }
    }
    PRELABEL_TRY(InMemoryStore::CommitBatch(batch));
    if (fail) return Crash();
    return Ok();
  }

  bool may_fail = false;
  std::map<std::pair<TaskId, Attempt>, WorkerId> live;  // attempts of this epoch that count
  std::set<std::pair<TaskId, Attempt>> accepted;        // of these, those with a result

 private:
  Error Crash() {
    record_.Count("commit failed");
    return Internal("the disk failed");
  }

  void Check(const EncodedResult& result, const std::vector<TaskRow>& before) {
    const std::string name = "task " + std::to_string(result.task.value);
    if (!ended_.insert(result.task).second) record_.Violation(name + " committed after its end");
    if (accepted.count({result.task, result.attempt}) == 0) {
      record_.Violation(name + " committed from a stale attempt");
    }
    const Task& task = before[result.task.value].task;
    if (task.kind != TaskKind::kLink) return;
    for (const TaskRow& row : before) {
      if (row.task.kind == TaskKind::kDetect && row.task.source == task.source &&
          row.state == TaskState::kPending) {
        record_.Violation(name + " linked before its video was looked at");
      }
    }
  }

  Record& record_;
  Dice& dice_;
  std::set<TaskId> ended_;
};

class Cluster : public ServerObserver {
 public:
  explicit Cluster(const SimulationOptions& options)
      : options_(options), dice_(options.seed), store_(record_, dice_) {
    // In three histories of four no task is given up, so that all payloads can be compared.
    scheduling_.max_attempts = options.seed % 4 == 0 ? 1 : 1000000;
    scheduling_.task_deadline = seconds(60);
    in_order_ = options.seed % 3 != 0;
    // Fast tasks mean much credit, slow ones that the faults meet tasks that run.
    slowest_task_ = options.seed % 5 < 2 ? milliseconds(20) : seconds(4);
  }

  SimulationOutcome Run() {
    Plan();
    const std::size_t workers = 1 + dice_.Below(4);
    for (std::size_t i = 0; i < workers; ++i) {
      StartProcess(dice_.Between(Duration(0), milliseconds(500)));
    }
    ScheduleFault();
    transport_.on_wait = [this](milliseconds timeout) { Wait(timeout); };
    while (!Live()) {
    }
    SimulationOutcome outcome;
    const std::vector<TaskRow> rows = store_.LoadTasks().value();
    for (const TaskRow& row : rows) {
      if (row.state == TaskState::kPending) record_.Violation("a task was left");
      if (row.state == TaskState::kQuarantined) {
        for (std::string& label : LabelsOf(row.task)) outcome.quarantined.insert(std::move(label));
      }
      if (const auto payload = store_.ReadPayload(row.task.id).value()) {
        std::istringstream lines(*payload);
        for (std::string line; std::getline(lines, line);) outcome.labels.insert(line);
      }
    }
    outcome.wanted = wanted_;
    outcome.violations = record_.violations;
    outcome.events = record_.events;
    return outcome;
  }

 private:
  struct Work {
    Task task;
    std::uint64_t epoch = 0;  // of the coordinator that gave it
  };
  struct Process {
    std::unique_ptr<Session> session;
    std::uint64_t connection = 0;
    TimePoint paused_until{};
    TimePoint free_at{};  // when its slots have nothing to do
    std::map<std::pair<TaskId, Attempt>, Work> tasks;
    Epoch epoch;
    bool gone = false;
  };
  struct Connection {
    std::size_t process = 0;
    bool open = true;
    TimePoint last_up{};  // arrival of the last message each way: a stream keeps its order
    TimePoint last_down{};
  };
  struct Event {
    TimePoint at;
    std::uint64_t order;
    std::function<void()> run;
    bool operator>(const Event& other) const {
      return std::pair(at, order) > std::pair(other.at, other.order);
    }
  };

  void Plan() {
    std::vector<Task> tasks;
    const std::uint64_t sources = 1 + dice_.Below(3);
    for (std::uint32_t source = 0; source < sources; ++source) {
      const std::uint64_t detects = 1 + dice_.Below(60);
      for (std::uint64_t i = 0; i < detects; ++i) {
        tasks.push_back({TaskId(), TaskKind::kDetect, SourceId(source), 4 * i, 4, 1});
      }
      if (dice_.OneIn(2)) {
        tasks.push_back({TaskId(), TaskKind::kLink, SourceId(source), 0, 4, 1});
      }
    }
    std::uint64_t next = 0;
    for (Task& task : tasks) {
      task.id = TaskId(next++);
      for (std::string& label : LabelsOf(task)) wanted_.insert(std::move(label));
    }
    (void)store_.AppendTasks(tasks);
  }

  // One life of a coordinator; whether the run is over.
  bool Live() {
    Welcome welcome;
    welcome.epoch = store_.NextEpoch().value();
    welcome.heartbeat = seconds(2);
    store_.live.clear();
    store_.accepted.clear();
    Scheduler scheduler(store_.LoadTasks().value(), scheduling_);
    const auto build = [this](const Task& task, Attempt attempt) -> Result<Assignment> {
      if (task.kind == TaskKind::kLink) CheckLink(task);
      Assignment assignment;
      assignment.task = task;
      assignment.attempt = attempt;
      return assignment;
    };
    Server server(welcome, transport_, store_, scheduler, build, clock_, *this);
    const auto stats = server.Run(stop_, seconds(10));
    if (stats) return true;
    // The process ended: what it had read and not stored is lost, and so are its connections.
    record_.Count("coordinator restarted");
    transport_.inbox.clear();
    for (std::uint64_t id = 1, end = last_connection_; id <= end; ++id) {
      if (connections_[id].open) Cut(id);
    }
    Wait(std::chrono::duration_cast<milliseconds>(dice_.Between(seconds(0), seconds(20))));
    transport_.inbox.clear();
    return false;
  }

  void CheckLink(const Task& link) {
    const std::vector<TaskRow> rows = store_.LoadTasks().value();
    for (const TaskRow& row : rows) {
      if (row.task.kind == TaskKind::kDetect && row.task.source == link.source &&
          row.state == TaskState::kPending) {
        record_.Violation("a link task was made before its detections were stored");
      }
    }
  }

  // ---- time ----

  bool Faulty() const { return options_.faults && clock_.Now() < options_.faults_end; }

  void At(TimePoint at, std::function<void()> run) {
    events_.push({std::max(at, clock_.Now()), ++order_, std::move(run)});
  }

  // What the coordinator sees of time: the world goes on until there is a message or time is up.
  void Wait(milliseconds timeout) {
    TimePoint end = clock_.Now() + timeout;
    bool asleep = false;
    if (Faulty() && dice_.OneIn(2000)) {  // stopped and continued, or a slow disk
      record_.Count("coordinator paused");
      asleep = true;
      end = clock_.Now() + dice_.Between(milliseconds(100), seconds(20));
    }
    while (!events_.empty() && events_.top().at <= end) {
      if (!asleep && !transport_.inbox.empty()) return;
      const Event event = events_.top();
      events_.pop();
      clock_.Set(event.at);
      event.run();
      TakeSent();
    }
    if (asleep || transport_.inbox.empty()) clock_.Set(end);
  }

  // ---- network ----

  // What the server sent since the last look. Called often enough to keep the order of events.
  void TakeSent() {
    for (FakeTransport::Sent& sent : std::exchange(transport_.sent, {})) {
      const std::uint64_t id = std::stoull(sent.peer);
      Connection& connection = connections_[id];
      const TimePoint at = Arrival(connection.last_down);
      At(at, [this, id, bytes = std::move(sent.bytes)] { ArriveAtWorker(id, bytes); });
    }
  }

  TimePoint Arrival(TimePoint& last) {
    Duration delay = microseconds(100) + microseconds(dice_.Below(900));
    if (Faulty() && dice_.OneIn(50)) delay = dice_.Between(milliseconds(1), seconds(8));
    TimePoint at = clock_.Now() + delay;
    if (Faulty() && !in_order_ && dice_.OneIn(10)) {
      record_.Count("reordered");
      return at;
    }
    at = std::max(at, last);
    last = at;
    return at;
  }

  void SendToCoordinator(std::uint64_t id, const WorkerMessage& message) {
    Connection& connection = connections_[id];
    const std::string bytes = EncodeWorkerMessage(message);
    int copies = 1;
    if (Faulty() && !in_order_ && dice_.OneIn(30)) {
      record_.Count("duplicated");
      ++copies;
    }
    for (int i = 0; i < copies; ++i) {
      At(Arrival(connection.last_up), [this, id, bytes] {
        // A message that was under way may arrive although its connection is gone.
        if (!connections_[id].open && dice_.OneIn(2)) return;
        transport_.inbox.push_back({std::to_string(id), bytes, {}});
      });
    }
  }

  void ArriveAtWorker(std::uint64_t id, const std::string& bytes) {
    const Connection& connection = connections_[id];
    if (!connection.open) return;
    const std::size_t index = connection.process;
    Process& process = *processes_[index];
    if (process.gone) return;
    if (process.paused_until > clock_.Now()) {
      At(process.paused_until, [this, id, bytes] { ArriveAtWorker(id, bytes); });
      return;
    }
    auto message = DecodeCoordinatorMessage(bytes);
    if (!message) {
      record_.Violation("a worker cannot read: " + message.error().ToString());
      return;
    }
    // Tasks go on across sessions, so there may be no Configure with it.
    if (const auto* welcome = std::get_if<Welcome>(&message.value())) {
      process.epoch = welcome->epoch;
    }
    Raise(index, std::move(message).value());
  }

  void Open(std::size_t index) {
    const std::uint64_t id = ++last_connection_;
    connections_[id].process = index;
    processes_[index]->connection = id;
  }

  // As with ZeroMQ: the worker's socket connects again by itself, under another name.
  void Cut(std::uint64_t id) {
    connections_[id].open = false;
    transport_.status[std::to_string(id)] = SendStatus::kUnreachable;
    Process& process = *processes_[connections_[id].process];
    if (process.connection == id && !process.gone) Open(connections_[id].process);
  }

  // ---- workers ----

  void StartProcess(Duration delay) {
    At(clock_.Now() + delay, [this] {
      const std::size_t index = processes_.size();
      processes_.push_back(std::make_unique<Process>());
      SessionOptions session;
      session.slots = 1 + static_cast<std::uint32_t>(dice_.Below(4));
      session.hello.worker_uuid = "process " + std::to_string(index);
      session.hello.nonce = 1;
      session.give_up = std::chrono::hours(10);
      processes_[index]->session = std::make_unique<Session>(session);
      Open(index);
      Raise(index, Started{});
      Turn(index);
    });
  }

  // The loop of a worker: at least five times a second.
  void Turn(std::size_t index) {
    Process& process = *processes_[index];
    if (process.gone) return;
    if (process.paused_until <= clock_.Now()) Raise(index, TimePassed{});
    At(clock_.Now() + milliseconds(200), [this, index] { Turn(index); });
  }

  void Raise(std::size_t index, const SessionEvent& event) {
    Process& process = *processes_[index];
    std::vector<SessionAction> actions;
    process.session->OnEvent(event, clock_.Now(), actions);
    for (const SessionAction& action : actions) Apply(index, process, action);
  }

  void Apply(std::size_t index, Process& process, const SessionAction& action) {
    if (const auto* send = std::get_if<SendMessage>(&action)) {
      SendToCoordinator(process.connection, send->message);
    } else if (const auto* configure = std::get_if<Configure>(&action)) {
      process.epoch = configure->welcome.epoch;
      process.tasks.clear();
      const Duration loading =
          Faulty() ? dice_.Between(milliseconds(1), seconds(15)) : milliseconds(1);
      const std::uint64_t load = ++process_loads_[index];
      At(clock_.Now() + loading, [this, index, load] {
        if (processes_[index]->gone || process_loads_[index] != load) return;
        Raise(index, Prepared{});
      });
    } else if (const auto* start = std::get_if<StartTask>(&action)) {
      Begin(index, process, start->assignment);
    } else if (const auto* drop = std::get_if<DropTask>(&action)) {
      // A task that has started cannot be dropped: its result comes all the same.
      if (dice_.OneIn(2)) process.tasks.erase({drop->task, drop->attempt});
    } else if (std::holds_alternative<DropAllTasks>(action)) {
      if (dice_.OneIn(2)) process.tasks.clear();
    } else if (std::holds_alternative<Reconnect>(action)) {
      record_.Count("reconnected");
      Connection& old = connections_[process.connection];
      old.open = false;
      transport_.status[std::to_string(process.connection)] = SendStatus::kUnreachable;
      Open(index);
    } else if (const auto* leave = std::get_if<Leave>(&action)) {
      process.gone = true;
      // Its last words are under way: the connection closes behind them.
      // Somebody starts it again, unless it was told that the run is over.
      if (Faulty() || !leave->ok) StartProcess(dice_.Between(milliseconds(1), seconds(5)));
    }
  }

  void Begin(std::size_t index, Process& process, const Assignment& assignment) {
    Duration takes = dice_.Between(slowest_task_ / 100, slowest_task_);
    if (Faulty() && dice_.OneIn(60)) takes = dice_.Between(seconds(1), seconds(90));
    process.free_at = std::max(process.free_at, clock_.Now()) + takes;
    const std::pair key(assignment.task.id, assignment.attempt);
    process.tasks[key] = {assignment.task, process.epoch.value};
    const bool broken = Faulty() && dice_.OneIn(100);
    At(process.free_at, [this, index, key, broken] { End(index, key, broken); });
  }

  void End(std::size_t index, std::pair<TaskId, Attempt> key, bool broken) {
    Process& process = *processes_[index];
    if (process.gone) return;
    if (process.paused_until > clock_.Now()) {
      At(process.paused_until, [this, index, key, broken] { End(index, key, broken); });
      return;
    }
    const auto task = process.tasks.find(key);
    if (task == process.tasks.end()) return;
    EncodedResult result;
    result.task = key.first;
    result.attempt = key.second;
    result.payload = PayloadOf(task->second.task);
    process.tasks.erase(task);
    if (broken) {
      record_.Count("task broken");
      Raise(index, TaskBroken{key.first, key.second, "out of memory"});
    } else {
      Raise(index, TasksDone{{result}});
    }
  }

  // ---- faults ----

  void ScheduleFault() {
    if (!Faulty()) {
      store_.may_fail = false;
      return;
    }
    store_.may_fail = options_.seed % 2 == 0;
    At(clock_.Now() + dice_.Between(milliseconds(10), seconds(3)), [this] {
      if (Faulty() && !processes_.empty()) Fault(dice_.Below(processes_.size()));
      ScheduleFault();
    });
  }

  void Fault(std::size_t index) {
    Process& process = *processes_[index];
    if (process.gone) return;
    switch (dice_.Below(4)) {
      case 0:
        record_.Count("connection cut");
        Cut(process.connection);
        break;
      case 1:
        record_.Count("worker crashed");
        process.gone = true;
        Cut(process.connection);
        StartProcess(dice_.Between(milliseconds(1), seconds(10)));
        break;
      case 2:
        record_.Count("worker paused");
        process.paused_until = clock_.Now() + dice_.Between(milliseconds(100), seconds(25));
        break;
      default:
        break;  // a quiet moment
    }
  }

  // ---- ServerObserver ----

  void OnWorkerJoined(const WorkerInfo&) override { record_.Count("joined"); }
  void OnWorkerLeft(const WorkerInfo&, const std::string&) override { record_.Count("left"); }
  void OnCommitted(const std::vector<EncodedResult>&) override {}
  void OnQuarantined(const QuarantinedTask&) override { record_.Count("quarantined"); }
  // Keeps by itself which attempts may be committed.
  void OnDecision(const SchedulerAction& action) override {
    auto& live = store_.live;
    if (const auto* assign = std::get_if<AssignTask>(&action)) {
      if (assign->backup) record_.Count("backup copy");
      live[{assign->task.id, assign->attempt}] = assign->worker;
    } else if (const auto* adopt = std::get_if<AdoptTask>(&action)) {
      record_.Count("lease adopted");
      live[{adopt->held.task, adopt->attempt}] = adopt->worker;
    } else if (const auto* cancel = std::get_if<CancelTask>(&action)) {
      live.erase({cancel->task, cancel->attempt});
    } else if (const auto* drop = std::get_if<DropWorker>(&action)) {
      std::erase_if(live, [&](const auto& entry) { return entry.second == drop->worker; });
    } else if (const auto* commit = std::get_if<CommitResult>(&action)) {
      if (live.count({commit->task, commit->attempt}) > 0) {
        store_.accepted.insert({commit->task, commit->attempt});
      }
    } else if (std::holds_alternative<ReplaceTask>(action)) {
      record_.Count("task split");
    } else if (std::holds_alternative<BenchWorker>(action)) {
      record_.Count("worker benched");
    }
  }
  void OnStoreTrouble(const Error*) override {}
  void OnRefusedMessage(const std::string& reason) override {
    record_.Violation("the coordinator cannot read: " + reason);
  }
  bool OnTurn(const Scheduler& scheduler, TimePoint now) override {
    TakeSent();
    // At most two copies of what has not ended.
    if (scheduler.RunningCount() > 2 * (scheduler.TaskCount() - scheduler.DoneCount())) {
      record_.Violation("more tasks run than there are");
    }
    return now < options_.faults_end + kTimeToFinish && record_.violations.size() < 20;
  }

  const SimulationOptions options_;
  Record record_;
  Dice dice_;
  CheckedStore store_;
  FakeClock clock_;
  FakeTransport transport_;
  SchedulerOptions scheduling_;
  bool in_order_ = true;
  Duration slowest_task_{};
  std::atomic<bool> stop_{false};
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  std::uint64_t last_connection_ = 0;
  std::map<std::uint64_t, Connection> connections_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::map<std::size_t, std::uint64_t> process_loads_;
  SimulationOutcome::Labels wanted_;
};

}  // namespace

SimulationOutcome Simulate(const SimulationOptions& options) { return Cluster(options).Run(); }

}  // namespace prelabel
