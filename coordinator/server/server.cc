#include "coordinator/server/server.h"

#include <algorithm>
#include <utility>

#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr int kMessagesPerTurn = 4096;  // then commit, so that acknowledgements are not late
constexpr std::chrono::milliseconds kLongestWait{100};
constexpr Duration kTickEvery = std::chrono::milliseconds(100);

}  // namespace

Server::Server(Welcome welcome, Transport& transport, Store& store, Scheduler& scheduler,
               AssignmentBuilder build, const Clock& clock, ServerObserver& observer)
    : welcome_(std::move(welcome)),
      transport_(transport),
      store_(store),
      scheduler_(scheduler),
      build_(std::move(build)),
      clock_(clock),
      observer_(observer) {}

Result<ServerStats> Server::Run(const std::atomic<bool>& stop, Duration drain_limit) {
  while (!scheduler_.Finished() && !stop.load()) {
    transport_.Wait(kLongestWait);
    const TimePoint now = clock_.Now();
    PRELABEL_TRY(Turn(now, true));
    if (!observer_.OnTurn(scheduler_, now)) break;
  }
  PRELABEL_TRY(CommitWaiting());  // what the last messages could not reach
  PRELABEL_TRY(Drain(drain_limit));
  return stats_;
}

Result<void> Server::Drain(Duration limit) {
  draining_ = true;
  for (const auto& [id, session] : sessions_) Send(id, prelabel::Drain{});
  const TimePoint end = clock_.Now() + limit;
  while (!sessions_.empty() && clock_.Now() < end) {
    transport_.Wait(kLongestWait);
    const TimePoint now = clock_.Now();
    PRELABEL_TRY(Turn(now, false));
    observer_.OnTurn(scheduler_, now);
  }
  return Ok();
}

Result<void> Server::Turn(TimePoint now, bool dispatch) {
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    const auto received = transport_.Receive();
    if (!received) break;
    Handle(*received, now);
  }
  if (now - last_tick_ >= kTickEvery) {
    last_tick_ = now;
    Raise(Tick{}, now);
  }
  // What a link task is made of must be in the store before the task is given out.
  PRELABEL_TRY(CommitWaiting());
  if (dispatch) {
    scheduler_.Dispatch(now, actions_);
    for (const SchedulerAction& action : actions_) Apply(action, now);
    actions_.clear();
    PRELABEL_TRY(CommitWaiting());  // tasks that could not be given out
  }
  Flush(now);
  return Ok();
}

Result<void> Server::CommitWaiting() {
  if (to_commit_.empty() && to_quarantine_.empty()) return Ok();
  PRELABEL_TRY(store_.CommitBatch({to_commit_, to_quarantine_, {}, {}}));
  if (!to_commit_.empty()) {
    stats_.commits += to_commit_.size();
    ++stats_.transactions;
    stats_.last_commit = clock_.Now();
    observer_.OnCommitted(to_commit_);
  }
  for (const QuarantinedTask& task : to_quarantine_) observer_.OnQuarantined(task);
  to_commit_.clear();
  to_quarantine_.clear();
  return Ok();
}

void Server::Raise(const SchedulerEvent& event, TimePoint now) {
  std::vector<SchedulerAction> actions;
  scheduler_.OnEvent(event, now, actions);
  for (const SchedulerAction& action : actions) Apply(action, now);
}

void Server::Handle(const Received& received, TimePoint now) {
  auto decoded = DecodeWorkerMessage(received.bytes);
  if (!decoded) {
    observer_.OnRefusedMessage(decoded.error().ToString());
    Reply(received.peer, Reject{decoded.error().message, true});
    return;
  }
  WorkerMessage& message = decoded.value();
  if (const auto* hello = std::get_if<Hello>(&message)) {
    Handle(received.peer, *hello, now);
    return;
  }
  const auto known = by_peer_.find(received.peer);
  if (known == by_peer_.end()) {
    if (!std::holds_alternative<Goodbye>(message)) {
      Reply(received.peer, Reject{"no session: say Hello first", false});
    }
    return;
  }
  const WorkerId worker = known->second;
  if (const auto* credit = std::get_if<Credit>(&message)) {
    Raise(WorkerCredit{worker, credit->tasks}, now);
  } else if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    Raise(WorkerSeen{worker}, now);
    Outbox& outbox = outboxes_[worker];
    outbox.answer = true;
    outbox.ack.heartbeat = std::max(outbox.ack.heartbeat, heartbeat->sequence);
  } else if (auto* results = std::get_if<ResultMessage>(&message)) {
    Handle(worker, std::move(*results), now);
  } else if (const auto* failure = std::get_if<Failure>(&message)) {
    if (failure->epoch == welcome_.epoch) {
      Raise(TaskFailed{worker, failure->task, failure->attempt, failure->reason,
                       failure->kind == FailureKind::kPermanent},
            now);
    }
  } else if (const auto* goodbye = std::get_if<Goodbye>(&message)) {
    Raise(WorkerLeft{worker, false, goodbye->reason}, now);
  }
}

void Server::Handle(const std::string& peer, const Hello& hello, TimePoint now) {
  if (hello.protocol_version != kProtocolVersion) {
    Reply(peer, Reject{"protocol version " + std::to_string(hello.protocol_version) +
                           "; the coordinator speaks " + std::to_string(kProtocolVersion) +
                           ": install the same release on both",
                       true});
    return;
  }
  if (draining_) {
    Reply(peer, Reject{"the run is over", true});
    return;
  }
  const auto known = by_peer_.find(peer);
  if (known != by_peer_.end()) {
    const Session& session = sessions_.at(known->second);
    if (session.nonce == hello.nonce && session.uuid == hello.worker_uuid) {
      Reply(peer, welcome_);  // our answer crossed its second Hello
      return;
    }
    // Nonces count up: a late copy of an old Hello must not end the session that came after it.
    if (session.uuid == hello.worker_uuid && hello.nonce < session.nonce) return;
    Raise(WorkerLeft{known->second, false, "it joined again"}, now);
  }
  // The same process under a new connection: its old session is over.
  WorkerId earlier;
  for (const auto& [id, session] : sessions_) {
    if (session.uuid == hello.worker_uuid) earlier = id;
  }
  if (earlier != WorkerId()) Raise(WorkerLeft{earlier, false, "it connected again"}, now);

  const WorkerId worker(++last_worker_);
  sessions_[worker] = {
      {worker, hello.hostname, hello.slots, hello.compute}, peer, hello.worker_uuid, hello.nonce};
  by_peer_[peer] = worker;
  Raise(WorkerJoined{worker, hello.slots}, now);
  observer_.OnWorkerJoined(sessions_[worker].info);
  Reply(peer, welcome_);
}

void Server::Handle(WorkerId worker, ResultMessage message, TimePoint now) {
  for (EncodedResult& result : message.results) {
    if (message.epoch != welcome_.epoch) {
      outboxes_[worker].ack.items.push_back({result.task, result.attempt, AckStatus::kStale});
      continue;
    }
    const std::size_t before = to_commit_.size();
    Raise(ResultReceived{worker, result.task, result.attempt}, now);
    // Apply(CommitResult) made room for the payload.
    if (to_commit_.size() > before) to_commit_.back() = std::move(result);
  }
}

void Server::Apply(const SchedulerAction& action, TimePoint now) {
  if (const auto* assign = std::get_if<AssignTask>(&action)) {
    auto assignment = build_(assign->task, assign->attempt);
    if (assignment) assignment = FitsAMessage(std::move(assignment).value());
    if (!assignment) {
      std::vector<SchedulerAction> more;
      scheduler_.OnEvent(TaskFailed{assign->worker, assign->task.id, assign->attempt,
                                    assignment.error().ToString(), true},
                         now, more);
      for (const SchedulerAction& next : more) Apply(next, now);
      return;
    }
    if (stats_.first_assign == TimePoint{}) stats_.first_assign = now;
    outboxes_[assign->worker].assign.tasks.push_back(std::move(assignment).value());
  } else if (const auto* cancel = std::get_if<CancelTask>(&action)) {
    Outbox& outbox = outboxes_[cancel->worker];
    // Given and taken back within one turn: the worker need not know.
    const std::size_t unsent = std::erase_if(outbox.assign.tasks, [&](const Assignment& a) {
      return a.task.id == cancel->task && a.attempt == cancel->attempt;
    });
    if (unsent == 0) outbox.cancels.push_back({cancel->task, cancel->attempt});
  } else if (const auto* commit = std::get_if<CommitResult>(&action)) {
    to_commit_.emplace_back();
    outboxes_[commit->worker].ack.items.push_back(
        {commit->task, commit->attempt, AckStatus::kCommitted});
  } else if (const auto* refuse = std::get_if<RefuseResult>(&action)) {
    outboxes_[refuse->worker].ack.items.push_back({refuse->task, refuse->attempt, refuse->status});
  } else if (const auto* quarantine = std::get_if<QuarantineTask>(&action)) {
    to_quarantine_.push_back({quarantine->task, quarantine->attempts, quarantine->reason});
  } else if (const auto* drop = std::get_if<DropWorker>(&action)) {
    Forget(drop->worker, drop->reason);
  }
}

void Server::Forget(WorkerId worker, const std::string& reason) {
  const auto it = sessions_.find(worker);
  if (it == sessions_.end()) return;
  observer_.OnWorkerLeft(it->second.info, reason);
  by_peer_.erase(it->second.peer);
  sessions_.erase(it);
}

void Server::Flush(TimePoint now) {
  std::vector<WorkerId> unreachable;
  for (auto& [worker, outbox] : outboxes_) {
    bool sent = true;
    if (!outbox.ack.items.empty() || outbox.answer) sent = Send(worker, outbox.ack);
    for (const Cancel& cancel : outbox.cancels) sent = sent && Send(worker, cancel);
    if (!outbox.assign.tasks.empty()) {
      outbox.assign.epoch = welcome_.epoch;
      sent = sent && Send(worker, outbox.assign);
    }
    if (!sent) unreachable.push_back(worker);
  }
  outboxes_.clear();
  // What could not be sent goes to somebody else; the worker may join again.
  for (const WorkerId worker : unreachable) {
    Raise(WorkerLeft{worker, true, "its connection is gone"}, now);
  }
}

// Only a link task's detections grow with the dataset; merge links what no worker could.
Result<Assignment> Server::FitsAMessage(Assignment assignment) const {
  if (assignment.task.kind != TaskKind::kLink) return assignment;
  Assign message{welcome_.epoch, {std::move(assignment)}};
  const std::size_t bytes = EncodeCoordinatorMessage(message).size();
  if (bytes > welcome_.max_message_bytes) {
    return InvalidArgument("the video's detections are " + std::to_string(bytes) +
                           " bytes, more than a message may hold; its tracks are linked by the "
                           "coordinator instead");
  }
  return std::move(message.tasks.front());
}

bool Server::Send(WorkerId worker, const CoordinatorMessage& message) {
  const auto it = sessions_.find(worker);
  if (it == sessions_.end()) return true;  // it left; the scheduler knows already
  return transport_.Send(it->second.peer, EncodeCoordinatorMessage(message)) == SendStatus::kSent;
}

void Server::Reply(const std::string& peer, const CoordinatorMessage& message) {
  transport_.Send(peer, EncodeCoordinatorMessage(message));
}

}  // namespace prelabel
