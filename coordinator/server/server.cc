#include "coordinator/server/server.h"

#include <algorithm>
#include <utility>

#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr int kMessagesPerTurn = 4096;  // then commit, so that acknowledgements are not late
// The same by time: where messages arrive as fast as they are read, a turn would never end.
constexpr Duration kReadingPerTurn = std::chrono::milliseconds(10);
constexpr int kLookAtClock = 32;  // messages
constexpr std::chrono::milliseconds kLongestWait{100};
// Workers tell of every item that they begin, and tell no more before they are answered: with many
// workers answers wait, so that all together bring no more than 5,000 heartbeats a second.
constexpr Duration kAnswerEach = std::chrono::microseconds(200);
constexpr Duration kAnswerAtOnce = std::chrono::milliseconds(10);  // up to 50 workers
constexpr Duration kTickEvery = std::chrono::milliseconds(100);
constexpr Duration kCommitRetry = std::chrono::seconds(1);  // while the disk is full
constexpr int kCancelArrives = 5;  // heartbeats after which it has, or never will
constexpr int kProcessBits = 32;   // of a nonce: what is above names the process (messages.h)

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
  last_turn_ = clock_.Now();
  while ((!scheduler_.Finished() || !batch_.empty()) && !stop.load()) {
    transport_.Wait(LongestWait());
    const TimePoint now = clock_.Now();
    PRELABEL_TRY(Turn(now, !paused_));
    if (!observer_.OnTurn(scheduler_, now)) break;
  }
  PRELABEL_TRY(CommitWaiting());  // what the last messages could not reach
  PRELABEL_TRY(Drain(drain_limit));
  return stats_;
}

Result<void> Server::Drain(Duration limit) {
  draining_ = true;
  observer_.OnDraining();
  for (const auto& [id, session] : sessions_) Send(id, prelabel::Drain{});
  const TimePoint end = clock_.Now() + limit;
  while (!sessions_.empty() && clock_.Now() < end) {
    transport_.Wait(LongestWait());
    const TimePoint now = clock_.Now();
    PRELABEL_TRY(Turn(now, false));
    observer_.OnTurn(scheduler_, now);
  }
  return Ok();
}

Result<void> Server::Turn(TimePoint now, bool dispatch) {
  NoticeGap(now);
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    if (i % kLookAtClock == kLookAtClock - 1 && clock_.Now() - now > kReadingPerTurn) break;
    const auto received = transport_.Receive();
    if (!received) break;
    Handle(*received, now);
  }
  if (fetches_ != nullptr) fetches_->Send(transport_, now);
  HandleProcessEnds(now);
  if (now - last_tick_ >= kTickEvery) {
    last_tick_ = now;
    Raise(Tick{}, now);
  }
  // What a link task is made of must be in the store before the task is given out.
  PRELABEL_TRY(CommitWaiting());
  if (dispatch && !store_waits_) {
    scheduler_.Dispatch(now, actions_);
    for (const SchedulerAction& action : actions_) Apply(action, now);
    actions_.clear();
    PRELABEL_TRY(CommitWaiting());  // tasks that could not be given out
  }
  AnswerDue(now);
  Flush(now);
  return Ok();
}

void Server::AnswerLater(WorkerId worker, Session& session, std::uint64_t heartbeat,
                         TimePoint now) {
  session.heartbeat = std::max(session.heartbeat, heartbeat);
  if (std::exchange(session.unanswered, true)) return;
  Duration wait = kAnswerEach * sessions_.size();
  if (wait <= kAnswerAtOnce) wait = {};
  answers_.emplace(now + std::min<Duration>(wait, welcome_.heartbeat / 4), worker);
}

// What acknowledged a result in between has answered, too.
void Server::AnswerDue(TimePoint now) {
  while (!answers_.empty() && answers_.begin()->first <= now) {
    const auto session = sessions_.find(answers_.begin()->second);
    if (session != sessions_.end() && session->second.unanswered) {
      outboxes_[session->first].answer = true;
    }
    answers_.erase(answers_.begin());
  }
}

std::chrono::milliseconds Server::LongestWait() const {
  if (answers_.empty()) return kLongestWait;
  const auto due =
      std::chrono::ceil<std::chrono::milliseconds>(answers_.begin()->first - clock_.Now());
  return std::clamp(due, std::chrono::milliseconds(0), kLongestWait);
}

// After a stop of this process itself every lease would be over before its renewal is read.
void Server::NoticeGap(TimePoint now) {
  const Duration gap = now - last_turn_;
  last_turn_ = now;
  if (gap < std::max<Duration>(welcome_.heartbeat / 2, 3 * kLongestWait)) return;
  Raise(ClockGap{gap}, now);
  for (auto& [id, session] : sessions_) session.heard += gap;
}

void Server::ReportProcessEnd(std::uint64_t process_id, const std::string& status) {
  process_ends_.push_back({process_id, status});
}

void Server::HandleProcessEnds(TimePoint now) {
  for (const ProcessEnd& end : std::exchange(process_ends_, {})) {
    for (const auto& [id, session] : sessions_) {
      if (session.info.process_id != end.process_id) continue;
      Raise(WorkerLeft{id, Departure::kCrashed, "its process " + end.status}, now);
      break;  // the session is gone
    }
  }
}

Result<void> Server::CommitWaiting() {
  if (batch_.empty()) return Ok();
  const TimePoint now = clock_.Now();
  if (store_waits_ && now < next_commit_) return Ok();
  const Result<void> committed = store_.CommitBatch(batch_);
  if (!committed && committed.error().code == ErrorCode::kUnavailable) {
    next_commit_ = now + kCommitRetry;
    if (!std::exchange(store_waits_, true)) observer_.OnStoreTrouble(&committed.error());
    return Ok();
  }
  PRELABEL_TRY(committed);
  if (std::exchange(store_waits_, false)) observer_.OnStoreTrouble(nullptr);
  if (!batch_.results.empty()) {
    stats_.commits += batch_.results.size();
    stats_.last_commit = clock_.Now();
    if (stats_.transactions++ == 0) {
      stats_.first_commit = stats_.last_commit;
      for (const EncodedResult& result : batch_.results) stats_.first_items += result.items;
    }
    observer_.OnCommitted(batch_.results);
  }
  for (const QuarantinedTask& task : batch_.quarantined) observer_.OnQuarantined(task);
  batch_.results.clear();
  batch_.quarantined.clear();
  batch_.failures.clear();
  batch_.planned.clear();
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
    Handle(received, *hello, now);
    return;
  }
  if (auto* fetch = std::get_if<Fetch>(&message)) {
    Handle(received, std::move(*fetch), now);
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
  sessions_.at(worker).heard = now;
  if (const auto* credit = std::get_if<Credit>(&message)) {
    Raise(WorkerCredit{worker, credit->tasks}, now);
  } else if (auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    observer_.OnWorkerMemory(worker, heartbeat->resident_bytes);
    Session& session = sessions_.at(worker);
    const auto outbox = outboxes_.find(worker);
    const bool seen_all = heartbeat->cancels == session.cancels_sent ||
                          now - session.cancel_sent > kCancelArrives * welcome_.heartbeat;
    Raise(WorkerProgress{worker, std::move(heartbeat->running), heartbeat->strays > 0,
                         seen_all && (outbox == outboxes_.end() || outbox->second.cancels.empty())},
          now);
    AnswerLater(worker, session, heartbeat->sequence, now);
  } else if (auto* results = std::get_if<ResultMessage>(&message)) {
    Handle(worker, std::move(*results), now);
  } else if (const auto* failure = std::get_if<Failure>(&message)) {
    if (failure->epoch == welcome_.epoch) {
      Raise(TaskFailed{worker, failure->task, failure->attempt, failure->reason, failure->kind,
                       failure->position},
            now);
    }
  } else if (const auto* goodbye = std::get_if<Goodbye>(&message)) {
    Raise(WorkerLeft{worker, Departure::kGoodbye, goodbye->reason}, now);
  }
}

// Whether a Hello begins a session; ends the one that it follows.
bool Server::MayJoin(const Received& received, const Hello& hello, TimePoint now) {
  if (hello.protocol_version != kProtocolVersion) {
    Reply(received.peer, Reject{"protocol version " + std::to_string(hello.protocol_version) +
                                    "; the coordinator speaks " + std::to_string(kProtocolVersion) +
                                    ": install the same release on both",
                                true});
    return false;
  }
  if (draining_) {
    Reply(received.peer, Reject{"the run is over", true});
    return false;
  }
  const auto same_peer = by_peer_.find(received.peer);
  const auto same_worker = by_identity_.find({received.user_id, hello.worker_uuid});
  if (same_worker != by_identity_.end()) {
    const WorkerId earlier = same_worker->second;
    const Session& session = sessions_.at(earlier);
    if (session.peer == received.peer && session.nonce == hello.nonce) {
      ReplyWelcome(session);  // our answer crossed its second Hello
      return false;
    }
    if (session.nonce >> kProcessBits == hello.nonce >> kProcessBits) {
      // Nonces count up: a late copy of an old Hello must not end the session that came after it.
      if (hello.nonce <= session.nonce) return false;
    } else if (now - session.heard < 2 * welcome_.heartbeat) {
      Reply(received.peer, Reject{"another worker with this uuid is working (on " +
                                      session.info.hostname + "); start this one anew",
                                  true});
      return false;
    }
    Raise(WorkerLeft{earlier, Departure::kGoodbye, "it joined again"}, now);
  } else if (same_peer != by_peer_.end()) {
    Raise(WorkerLeft{same_peer->second, Departure::kGoodbye, "it joined again"}, now);
  }
  return true;
}

void Server::Handle(const Received& received, const Hello& hello, TimePoint now) {
  if (!MayJoin(received, hello, now)) return;
  const WorkerId worker(++last_worker_);
  Session& session = sessions_[worker];
  session.info = {worker,           hello.hostname,   hello.slots,     hello.compute,
                  hello.process_id, received.user_id, hello.allocation};
  session.peer = received.peer;
  session.uuid = hello.worker_uuid;
  session.nonce = hello.nonce;
  session.heard = now;
  by_peer_[received.peer] = worker;
  by_identity_[{received.user_id, hello.worker_uuid}] = worker;
  observer_.OnWorkerJoined(session.info);
  // Of another run it holds other tasks under the same numbers.
  const bool ours = hello.run == welcome_.run;
  Raise(WorkerJoined{worker, hello.slots, ours ? hello.held : std::vector<Lease>()}, now);
  ReplyWelcome(session);
}

void Server::Handle(const Received& received, Fetch fetch, TimePoint now) {
  if (fetches_ != nullptr) {
    fetches_->OnFetch(received.peer, std::move(fetch), now);
    return;
  }
  Chunk chunk{fetch.id, 0, 0, {}, {}};
  chunk.error = InvalidArgument("workers of this job read files themselves (cluster.transport)");
  Reply(received.peer, chunk);
}

void Server::ReplyWelcome(const Session& session) {
  Welcome welcome = welcome_;
  welcome.granted = session.granted;
  Reply(session.peer, welcome);
}

void Server::Handle(WorkerId worker, ResultMessage message, TimePoint now) {
  for (EncodedResult& result : message.results) {
    if (message.epoch != welcome_.epoch) {
      outboxes_[worker].ack.items.push_back({result.task, result.attempt, AckStatus::kStale});
      continue;
    }
    const std::size_t before = batch_.results.size();
    Raise(ResultReceived{worker, result.task, result.attempt, result.wanted}, now);
    // Apply(CommitResult) made room for the payload; what it makes pending is given out only after.
    if (batch_.results.size() > before) batch_.results.back() = std::move(result);
  }
}

void Server::Apply(const SchedulerAction& action, TimePoint now) {
  observer_.OnDecision(action);
  if (const auto* assign = std::get_if<AssignTask>(&action)) {
    auto assignment = build_(assign->task, assign->attempt);
    if (assignment) assignment = FitsAMessage(std::move(assignment).value());
    if (!assignment) {
      Raise(TaskFailed{assign->worker, assign->task.id, assign->attempt,
                       assignment.error().ToString(), FailureKind::kPermanent, std::nullopt},
            now);
      return;
    }
    if (stats_.first_assign == TimePoint{}) stats_.first_assign = now;
    outboxes_[assign->worker].assign.tasks.push_back(std::move(assignment).value());
  } else if (const auto* adopt = std::get_if<AdoptTask>(&action)) {
    sessions_.at(adopt->worker).granted.push_back({adopt->held, adopt->attempt});
    if (stats_.first_assign == TimePoint{}) stats_.first_assign = now;
  } else if (const auto* cancel = std::get_if<CancelTask>(&action)) {
    Outbox& outbox = outboxes_[cancel->worker];
    // Given and taken back within one turn: the worker need not know.
    const std::size_t unsent = std::erase_if(outbox.assign.tasks, [&](const Assignment& a) {
      return a.task.id == cancel->task && a.attempt == cancel->attempt;
    });
    if (unsent == 0) outbox.cancels.push_back({cancel->task, cancel->attempt});
  } else if (const auto* commit = std::get_if<CommitResult>(&action)) {
    batch_.results.emplace_back();
    outboxes_[commit->worker].ack.items.push_back(
        {commit->task, commit->attempt, AckStatus::kCommitted});
  } else if (const auto* refuse = std::get_if<RefuseResult>(&action)) {
    outboxes_[refuse->worker].ack.items.push_back({refuse->task, refuse->attempt, refuse->status});
  } else if (const auto* failure = std::get_if<RecordFailure>(&action)) {
    batch_.failures.push_back(failure->failures);
  } else if (const auto* replace = std::get_if<ReplaceTask>(&action)) {
    batch_.planned.push_back(replace->split);
  } else if (const auto* round = std::get_if<PlanRound>(&action)) {
    batch_.planned.push_back(round->planned);
  } else if (const auto* quarantine = std::get_if<QuarantineTask>(&action)) {
    batch_.quarantined.push_back({quarantine->task, quarantine->attempts, quarantine->reason});
  } else if (const auto* drop = std::get_if<DropWorker>(&action)) {
    if (drop->permanent) Send(drop->worker, Reject{drop->reason, true});
    Forget(drop->worker, drop->reason);
  }
}

void Server::Forget(WorkerId worker, const std::string& reason) {
  const auto it = sessions_.find(worker);
  if (it == sessions_.end()) return;
  observer_.OnWorkerLeft(it->second.info, reason);
  by_peer_.erase(it->second.peer);
  by_identity_.erase({it->second.info.user_id, it->second.uuid});
  outboxes_.erase(worker);
  sessions_.erase(it);
}

void Server::Flush(TimePoint now) {
  std::vector<WorkerId> unreachable;
  for (auto& [worker, outbox] : outboxes_) {
    bool sent = true;
    const auto session = sessions_.find(worker);
    if (session == sessions_.end()) continue;  // it left
    outbox.ack.heartbeat = session->second.heartbeat;
    if (store_waits_) {  // nothing is promised, and nothing is given out, before the commit
      if (outbox.answer) sent = Send(worker, Ack{{}, outbox.ack.heartbeat});
      if (std::exchange(outbox.answer, false)) session->second.unanswered = false;
    } else {
      if (!outbox.ack.items.empty() || outbox.answer) {
        sent = Send(worker, outbox.ack);
        session->second.unanswered = false;
      }
      for (const Cancel& cancel : outbox.cancels) {
        sent = sent && Send(worker, cancel);
        ++session->second.cancels_sent;
        session->second.cancel_sent = now;
      }
      if (!outbox.assign.tasks.empty()) {
        outbox.assign.epoch = welcome_.epoch;
        sent = sent && Send(worker, outbox.assign);
      }
    }
    // One that it does not reach would work on, though nobody counts on it.
    if (std::exchange(outbox.drain, false)) sent = sent && Send(worker, prelabel::Drain{});
    if (!sent) unreachable.push_back(worker);
  }
  if (!store_waits_) outboxes_.clear();
  // What could not be sent goes to somebody else; the worker may join again.
  for (const WorkerId worker : unreachable) {
    Raise(WorkerLeft{worker, Departure::kLost, "its connection is gone"}, now);
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
