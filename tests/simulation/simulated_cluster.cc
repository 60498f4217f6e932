#include "tests/simulation/simulated_cluster.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <sstream>
#include <utility>

#include "common/wire/codec.h"
#include "coordinator/server/server.h"
#include "tests/simulation/checked_store.h"
#include "tests/simulation/dice.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_transport.h"
#include "worker/session/session.h"

namespace prelabel {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kFrames = 2000;  // of a video, of which detect tasks cover the first few
constexpr Duration kTimeToFinish = minutes(30);  // after the last fault

class Cluster : public ServerObserver {
 public:
  explicit Cluster(const SimulationOptions& options)
      : options_(options), dice_(options.seed), store_(record_, dice_) {
    // In three histories of four nothing is given up but what deserves it.
    scheduling_.max_attempts = options.seed % 4 == 0 ? 1 : 1000000;
    scheduling_.seed = options.seed;
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
    if (poison_) outcome.poison = *poison_;
    outcome.violations = record_.violations;
    outcome.events = record_.events;
    return outcome;
  }

 private:
  // What is made of a task, a line an item: it does not depend on how the items are cut into tasks.
  std::vector<std::string> LabelsOf(const Task& task) const {
    const std::string source = std::to_string(task.source.value);
    if (task.kind == TaskKind::kLink) {
      return {(task.id.value < planned_ ? "link of " : "second link of ") + source};
    }
    std::vector<std::string> labels;
    for (const std::uint64_t item : TaskItems(task)) {
      const std::string what = task.kind == TaskKind::kDetect ? "label" : TaskKindName(task.kind);
      labels.push_back(what + " of " + source + "/" + std::to_string(item));
    }
    return labels;
  }

  std::string PayloadOf(const Task& task) const {
    std::string payload;
    for (const std::string& label : LabelsOf(task)) payload += label + "\n";
    return payload;
  }

  using Key = std::pair<TaskId, Attempt>;
  // A task at a worker, as planned: its items one after the other.
  struct Work {
    Task task;
    TimePoint start{};
    Duration an_item{};
    std::uint32_t stuck_at = UINT32_MAX;  // the item that it never gets past
  };
  struct Process {
    std::unique_ptr<Session> session;
    std::uint64_t connection = 0;
    TimePoint paused_until{};
    std::vector<TimePoint> free_at;  // by slot: when it has nothing to do
    std::map<Key, Work> tasks;
    std::uint64_t loads = 0;  // of the model
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
        tasks.push_back({TaskId(), TaskKind::kLink, SourceId(source), 0, kFrames, 1});
      }
    }
    if (options_.seed % 7 == 3) PlanSecondLooks(sources, tasks);
    planned_ = tasks.size();
    std::uint64_t next = 0;
    for (Task& task : tasks) {
      task.id = TaskId(next++);
      for (std::string& label : LabelsOf(task)) wanted_.insert(std::move(label));
    }
    (void)store_.AppendTasks(tasks);
    // An item that kills the process, or that the model never gets past.
    if (options_.faults && options_.seed % 4 == 2) {
      const Task& task = tasks[dice_.Below(tasks.size())];
      const std::vector<std::string> labels = LabelsOf(task);
      poison_ = labels[dice_.Below(labels.size())];
      poison_hangs_ = dice_.OneIn(3);
    }
    PlanRounds(tasks);
  }

  // Of some seeds only, so that the others still play their old histories.
  void PlanSecondLooks(std::uint64_t sources, std::vector<Task>& tasks) {
    for (std::uint32_t source = 0; source < sources; ++source) {
      for (const TaskKind kind : {TaskKind::kFlip, TaskKind::kSecondModel}) {
        for (std::uint64_t i = dice_.Below(10); i > 0; --i) {
          tasks.push_back({TaskId(), kind, SourceId(source), 4 * i, 4, 1});
        }
      }
    }
  }

  // Some first link tasks will want further frames; not where they may be given up themselves.
  void PlanRounds(const std::vector<Task>& tasks) {
    Dice dice(~options_.seed);  // of their own, so that old seeds still play their histories
    for (const Task& task : tasks) {
      if (task.kind != TaskKind::kLink || options_.seed % 4 == 0 || dice.OneIn(2)) continue;
      if (poison_ == LabelsOf(task).front()) continue;
      for (std::int64_t frame = kFrames - 20; frame < kFrames; frame += dice.OneIn(3) ? 2 : 1) {
        rounds_[task.id].push_back(frame);
        const Task look = {
            TaskId(), TaskKind::kDetect, task.source, static_cast<std::uint64_t>(frame), 1, 1};
        wanted_.insert(LabelsOf(look).front());
      }
      Task again = task;
      again.id = TaskId(planned_);
      wanted_.insert(LabelsOf(again).front());
    }
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
    server_ = &server;
    const auto stats = server.Run(stop_, seconds(10));
    server_ = nullptr;
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
      session.hello.nonce = (std::uint64_t{index} << 32) + 1;
      session.hello.process_id = index + 1;
      session.give_up = std::chrono::hours(10);
      processes_[index]->free_at.resize(session.slots);
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
    if (process.paused_until <= clock_.Now()) {
      Raise(index, TimePassed{0, Running(process)});
    }
    At(clock_.Now() + milliseconds(200), [this, index] { Turn(index); });
  }

  std::vector<RunningTask> Running(const Process& process) const {
    std::vector<RunningTask> running;
    for (const auto& [key, work] : process.tasks) {
      if (work.start > clock_.Now()) continue;
      const auto done = static_cast<std::uint32_t>((clock_.Now() - work.start) / work.an_item);
      const std::uint32_t position = std::min({done, work.task.count - 1, work.stuck_at});
      running.push_back({key.first, key.second, position, position});
    }
    return running;
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
    } else if (std::holds_alternative<Configure>(action)) {
      process.tasks.clear();
      std::fill(process.free_at.begin(), process.free_at.end(), TimePoint{});
      const Duration loading =
          Faulty() ? dice_.Between(milliseconds(1), seconds(15)) : milliseconds(1);
      const std::uint64_t load = ++process.loads;
      At(clock_.Now() + loading, [this, index, load] {
        if (processes_[index]->gone || processes_[index]->loads != load) return;
        Raise(index, Prepared{});
      });
    } else if (const auto* start = std::get_if<StartTask>(&action)) {
      Begin(index, process, start->assignment);
    } else if (const auto* drop = std::get_if<DropTask>(&action)) {
      Drop(process, [&](const Key& key) { return key == Key(drop->task, drop->attempt); });
    } else if (std::holds_alternative<DropAllTasks>(action)) {
      Drop(process, [](const Key&) { return true; });
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

  // What has started may go on all the same, and end.
  template <class Which>
  void Drop(Process& process, const Which& which) {
    const bool stops = dice_.OneIn(2);
    std::erase_if(process.tasks, [&](const auto& task) {
      return which(task.first) && (stops || task.second.start > clock_.Now());
    });
  }

  void Begin(std::size_t index, Process& process, const Assignment& assignment) {
    Duration takes = dice_.Between(slowest_task_ / 100, slowest_task_);
    if (Faulty() && dice_.OneIn(60)) takes = dice_.Between(seconds(1), seconds(25));
    Work work;
    work.task = assignment.task;
    const std::uint32_t items = assignment.task.kind == TaskKind::kLink ? 1 : work.task.count;
    work.an_item = std::max<Duration>(takes / items, microseconds(1));
    TimePoint& free_at = *std::min_element(process.free_at.begin(), process.free_at.end());
    work.start = std::max(free_at, clock_.Now());
    free_at = work.start + takes;
    const Key key(assignment.task.id, assignment.attempt);
    const std::vector<std::string> labels = LabelsOf(assignment.task);
    const auto poison = poison_ ? std::find(labels.begin(), labels.end(), *poison_) : labels.end();
    if (poison != labels.end()) {
      const auto position = static_cast<std::uint32_t>(poison - labels.begin());
      work.stuck_at = position;
      process.tasks[key] = work;
      if (poison_hangs_) {
        free_at = std::chrono::hours(1000);
      } else {
        At(work.start + work.an_item * position, [this, index, key] { Kill(index, key); });
      }
      return;
    }
    process.tasks[key] = work;
    const bool unlucky = dice_.OneIn(100);
    const bool hopeless = options_.seed % 5 == 4 && index == 0;  // everything fails there
    const bool broken = Faulty() && (unlucky || hopeless);
    At(free_at, [this, index, key, broken] { End(index, key, broken); });
  }

  // The poison's work. Whoever started the process tells the coordinator, if there is one.
  void Kill(std::size_t index, Key key) {
    Process& process = *processes_[index];
    if (process.gone) return;
    if (process.paused_until > clock_.Now()) {
      At(process.paused_until, [this, index, key] { Kill(index, key); });
      return;
    }
    if (process.tasks.count(key) == 0) return;  // called back before it began
    record_.Count("poisoned");
    process.gone = true;
    Cut(process.connection);
    if (server_ != nullptr) server_->ReportProcessEnd(index + 1, "was killed by signal 11");
    StartProcess(dice_.Between(milliseconds(1), seconds(2)));
  }

  void End(std::size_t index, Key key, bool broken) {
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
    const Task done = task->second.task;
    result.payload = PayloadOf(done);
    if (const auto round = rounds_.find(done.id); round != rounds_.end()) {
      result.wanted = round->second;
    }
    process.tasks.erase(task);
    if (broken) {
      record_.Count("task broken");
      TaskBroken failure{key.first, key.second, "out of memory"};
      if (options_.seed % 4 == 0 && dice_.OneIn(4)) failure.kind = FailureKind::kPermanent;
      // One item that is too large is rightly given up.
      const bool divisible = done.kind != TaskKind::kLink && done.count > 1;
      if (divisible && dice_.OneIn(4)) failure.kind = FailureKind::kTooLarge;
      if (dice_.OneIn(2)) failure.position = static_cast<std::uint32_t>(dice_.Below(4));
      Raise(index, failure);
    } else {
      Raise(index, TasksDone{{result}});
    }
  }

  // ---- faults ----

  void ScheduleFault() {
    if (!Faulty()) {
      store_.may_fail = store_.full = false;
      return;
    }
    store_.full = options_.seed % 3 == 0 && dice_.OneIn(5);
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
  void Trace(const SchedulerAction& action) const {
    const double now = std::chrono::duration<double>(clock_.Now()).count();
    const auto id = [](auto typed) { return static_cast<unsigned long long>(typed.value); };
    std::printf("%9.3f s  ", now);
    if (const auto* a = std::get_if<AssignTask>(&action)) {
      std::printf("task %llu.%llu to worker %llu%s\n", id(a->task.id), id(a->attempt),
                  id(a->worker), a->backup ? ", a copy" : "");
    } else if (const auto* b = std::get_if<AdoptTask>(&action)) {
      std::printf("task %llu.%llu adopted by worker %llu\n", id(b->held.task), id(b->attempt),
                  id(b->worker));
    } else if (const auto* c = std::get_if<CancelTask>(&action)) {
      std::printf("task %llu.%llu called back\n", id(c->task), id(c->attempt));
    } else if (const auto* d = std::get_if<CommitResult>(&action)) {
      std::printf("task %llu.%llu has a result\n", id(d->task), id(d->attempt));
    } else if (const auto* e = std::get_if<RefuseResult>(&action)) {
      std::printf("task %llu.%llu: result refused\n", id(e->task), id(e->attempt));
    } else if (const auto* f = std::get_if<RecordFailure>(&action)) {
      std::printf("task %llu failed: %u failures, %u losses; %s\n", id(f->failures.task),
                  f->failures.failures, f->failures.losses, f->failures.reason.c_str());
    } else if (const auto* g = std::get_if<ReplaceTask>(&action)) {
      std::printf("task %llu replaced by %llu to %llu: %s\n", id(*g->split.replaces),
                  id(g->split.tasks.front().id), id(g->split.tasks.back().id), g->reason.c_str());
    } else if (const auto* k = std::get_if<PlanRound>(&action)) {
      std::printf("a further round: %llu to %llu\n", id(k->planned.tasks.front().id),
                  id(k->planned.tasks.back().id));
    } else if (const auto* h = std::get_if<QuarantineTask>(&action)) {
      std::printf("task %llu given up: %s\n", id(h->task), h->reason.c_str());
    } else if (const auto* i = std::get_if<BenchWorker>(&action)) {
      std::printf("worker %llu benched\n", id(i->worker));
    } else if (const auto* j = std::get_if<DropWorker>(&action)) {
      std::printf("worker %llu dropped%s: %s\n", id(j->worker), j->permanent ? " for good" : "",
                  j->reason.c_str());
    }
  }
  // Keeps by itself which attempts may be committed.
  void OnDecision(const SchedulerAction& action) override {
    if (options_.trace) Trace(action);
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
    } else if (std::holds_alternative<PlanRound>(action)) {
      record_.Count("round planned");
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
  SimulationRecord record_;
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
  Server* server_ = nullptr;   // while one lives
  std::uint64_t planned_ = 0;  // tasks before the run
  std::optional<std::string> poison_;
  std::map<TaskId, std::vector<std::int64_t>> rounds_;  // by first link task: what it will want
  bool poison_hangs_ = false;
  SimulationOutcome::Labels wanted_;
};

}  // namespace

SimulationOutcome Simulate(const SimulationOptions& options) { return Cluster(options).Run(); }

}  // namespace prelabel
