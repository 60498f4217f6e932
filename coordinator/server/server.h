// The coordinator's loop: one thread that turns messages into scheduler events, commits results in
// groups, and turns actions into messages. A result is acknowledged only after its commit is
// durable. While the store is full nothing is given out or acknowledged, and the commit is tried
// again. All decisions are the scheduler's; all I/O goes through Transport and Store.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/wire/messages.h"
#include "common/wire/transport.h"
#include "coordinator/scheduler/scheduler.h"
#include "coordinator/store/store.h"

namespace prelabel {

struct WorkerInfo {
  WorkerId id;
  std::string hostname;
  std::uint32_t slots = 0;
  ComputeClass compute;
  std::uint64_t process_id = 0;
  std::string user_id;     // whose key it proved; empty without encryption
  std::string allocation;  // what its launcher calls its place; empty: it has none
};

// Told of what happens, in the loop's thread; must not block.
class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  virtual void OnWorkerJoined(const WorkerInfo& worker) = 0;
  virtual void OnWorkerLeft(const WorkerInfo& worker, const std::string& reason) = 0;
  // After the commit is durable.
  virtual void OnCommitted(const std::vector<EncodedResult>& results) = 0;
  virtual void OnQuarantined(const QuarantinedTask& task) = 0;
  virtual void OnRefusedMessage(const std::string& reason) = 0;
  // As it is decided: not durable yet, nothing sent yet.
  virtual void OnDecision(const SchedulerAction& action) = 0;
  // The store takes nothing at present (`error` says why; work at hand is kept, no more is given
  // out), and, with null, takes it again.
  virtual void OnStoreTrouble(const Error* error) = 0;
  // Workers are told to leave: the run has ended, or was stopped. Turns go on until they have left.
  virtual void OnDraining() {}
  // What a worker's heartbeat says of its process; 0: not known.
  virtual void OnWorkerMemory(WorkerId /*worker*/, std::uint64_t /*resident_bytes*/) {}
  // Every turn of the loop, at least ten times a second. False ends the run early.
  virtual bool OnTurn(const Scheduler& scheduler, TimePoint now) = 0;
};

// Answers what workers fetch, in the loop's thread; must not block. What takes time it does in
// threads of its own, and calls Transport::Wake when something can be sent.
class FetchService {
 public:
  virtual ~FetchService() = default;
  // `peer`: a connection; it need not have a session.
  virtual void OnFetch(const std::string& peer, Fetch fetch, TimePoint now) = 0;
  // Every turn of the loop: sends what is ready.
  virtual void Send(Transport& transport, TimePoint now) = 0;
};

// Adds to a task what a worker needs to run it: paths, or a video's detections.
using AssignmentBuilder = std::function<Result<Assignment>(const Task&, Attempt)>;

struct ServerStats {
  TimePoint first_assign{};
  TimePoint first_commit{};
  std::uint64_t first_items = 0;  // that the model looked at in tasks of the first commit
  TimePoint last_commit{};
  std::uint64_t commits = 0;       // tasks
  std::uint64_t transactions = 0;  // groups they were committed in
};

class Server {
 public:
  // `welcome`: what every worker is told; its epoch fences the results. References must outlive
  // the server.
  Server(Welcome welcome, Transport& transport, Store& store, Scheduler& scheduler,
         AssignmentBuilder build, const Clock& clock, ServerObserver& observer);

  // While paused nothing is given out; what has been is finished and committed. Call it from the
  // observer or before Run.
  void SetPaused(bool paused) { paused_ = paused; }

  // Who answers fetches; outlives the server. Without one they are refused.
  void SetFetchService(FetchService* service) { fetches_ = service; }

  // Serves until every task has ended, `stop` is set (and Transport::Wake called) or the observer
  // says so; then tells the workers to leave and waits for their last results, at most
  // `drain_limit`. An error means that the store failed: nothing unacknowledged was lost.
  Result<ServerStats> Run(const std::atomic<bool>& stop, Duration drain_limit);

  // A worker's process on this host was seen to end without a Goodbye. Call it from the observer or
  // between runs of the loop; it takes effect after the messages that have arrived until then.
  void ReportProcessEnd(std::uint64_t process_id, const std::string& status);

  // Tells a worker to leave, whatever is still to do; what it has not finished goes to others.
  // Call it from the observer or between runs of the loop.
  void Dismiss(WorkerId worker) { outboxes_[worker].drain = true; }

 private:
  struct Session {
    WorkerInfo info;
    std::string peer;
    std::string uuid;
    std::uint64_t nonce = 0;
    TimePoint heard{};
    std::vector<Welcome::Grant> granted;  // told again where the Hello comes again
    std::uint64_t cancels_sent = 0;
    TimePoint cancel_sent{};      // the last one
    std::uint64_t heartbeat = 0;  // sequence of the last one
    bool unanswered = false;      // it is, and answers_ says when it will be
  };
  // Who somebody claims to be: a User-Id and a uuid.
  using Identity = std::pair<std::string, std::string>;
  struct ProcessEnd {
    std::uint64_t process_id = 0;
    std::string status;
  };
  struct Outbox {
    Ack ack;
    bool answer = false;  // send `ack` even when it is empty
    Assign assign;
    std::vector<Cancel> cancels;
    bool drain = false;
  };

  void Handle(const Received& received, TimePoint now);
  void Handle(const Received& received, const Hello& hello, TimePoint now);
  bool MayJoin(const Received& received, const Hello& hello, TimePoint now);
  void Handle(WorkerId worker, ResultMessage message, TimePoint now);
  void Handle(const Received& received, Fetch fetch, TimePoint now);
  Result<void> Turn(TimePoint now, bool dispatch);
  void NoticeGap(TimePoint now);
  void HandleProcessEnds(TimePoint now);
  Result<void> CommitWaiting();
  void Raise(const SchedulerEvent& event, TimePoint now);
  void Apply(const SchedulerAction& action, TimePoint now);
  Result<Assignment> FitsAMessage(Assignment assignment) const;
  void Forget(WorkerId worker, const std::string& reason);
  void AnswerLater(WorkerId worker, Session& session, std::uint64_t heartbeat, TimePoint now);
  void AnswerDue(TimePoint now);
  std::chrono::milliseconds LongestWait() const;
  void Flush(TimePoint now);
  bool Send(WorkerId worker, const CoordinatorMessage& message);
  void Reply(const std::string& peer, const CoordinatorMessage& message);
  void ReplyWelcome(const Session& session);
  Result<void> Drain(Duration limit);

  Welcome welcome_;
  Transport& transport_;
  Store& store_;
  Scheduler& scheduler_;
  AssignmentBuilder build_;
  const Clock& clock_;
  ServerObserver& observer_;
  FetchService* fetches_ = nullptr;
  bool paused_ = false;

  std::map<WorkerId, Session> sessions_;
  std::map<std::string, WorkerId> by_peer_;
  std::map<Identity, WorkerId> by_identity_;
  std::vector<ProcessEnd> process_ends_;
  std::uint64_t last_worker_ = 0;
  std::vector<SchedulerAction> actions_;
  StoreBatch batch_;          // decided, not durable yet
  bool store_waits_ = false;  // the last commit said: not now
  TimePoint next_commit_{};
  std::map<WorkerId, Outbox> outboxes_;
  std::multimap<TimePoint, WorkerId> answers_;  // to heartbeats, when they are due
  TimePoint last_turn_{};
  TimePoint last_tick_{};
  bool draining_ = false;
  ServerStats stats_;
};

}  // namespace prelabel
