#include "worker/session/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

namespace prelabel {
namespace {

constexpr std::size_t kEnvelopeBytes = 1024;  // what a message adds to a payload, generously
constexpr int kHellosASocket = 5;             // a half-open connection never recovers by itself

}  // namespace

void Session::OnEvent(const SessionEvent& event, TimePoint now, Actions& actions) {
  if (Over()) return;
  std::visit([&](const auto& e) { On(e, now, actions); }, event);
}

Duration Session::LongestWait() const {
  constexpr Duration kIdle = std::chrono::milliseconds(200);
  return held_.empty() ? kIdle : std::min(kIdle, options_.progress_interval);
}

void Session::End(bool ok, std::string reason, Actions& actions) {
  state_ = State::kOver;
  actions.emplace_back(Leave{ok, std::move(reason)});
}

void Session::Send(WorkerMessage message, Actions& actions) {
  actions.emplace_back(SendMessage{std::move(message)});
}

// ---- joining ----

void Session::On(const Started&, TimePoint now, Actions& actions) {
  nonce_ = options_.hello.nonce;
  joining_since_ = now;
  SayHello(now, actions);
}

void Session::SayHello(TimePoint now, Actions& actions) {
  state_ = State::kJoining;
  hello_sent_ = now;
  ++hellos_;
  Hello hello = options_.hello;
  hello.nonce = nonce_;
  hello.slots = options_.slots;
  held_.AppendLeases(hello.held);
  for (const auto& [key, ended] : ended_) hello.held.push_back(ended.lease);
  if (configured_) hello.run = configured_->run;
  Send(std::move(hello), actions);
}

// Through a new socket, so that nothing can arrive that was meant for the session before.
void Session::JoinAgain(TimePoint now, Actions& actions) {
  if (state_ != State::kJoining) joining_since_ = now;
  ++nonce_;
  hellos_ = 0;
  actions.emplace_back(Reconnect{});
  SayHello(now, actions);
}

void Session::On(const CoordinatorMessage& event, TimePoint now, Actions& actions) {
  std::visit([&](const auto& message) { Receive(message, now, actions); }, event);
}

void Session::Receive(const Welcome& message, TimePoint now, Actions& actions) {
  if (state_ != State::kJoining) return;  // the answer to a Hello that was sent twice
  state_ = State::kWorking;
  if (silence_told_) actions.emplace_back(Tell{"the coordinator has answered"});
  silence_told_ = false;
  epoch_ = message.epoch;
  heartbeat_ = message.heartbeat;
  max_message_bytes_ = message.max_message_bytes;
  lease_.Begin(hello_sent_, message.lease);
  heartbeat_sent_ = hello_sent_;
  running_told_.clear();
  cancels_ = 0;
  cancels_told_ = {};
  credit_ = 0;
  const Configuration wanted{message.run,     message.model_card,        message.raw_threshold,
                             message.raw_nms, message.raw_max_per_image, message.second_model_card,
                             message.fusion};
  const bool same = configured_ == wanted;
  if (!same) {
    // Another run or configuration gives other results: none of the old ones counts.
    held_.Clear();
    ended_.clear();
    configured_ = wanted;
    prepared_ = false;
    actions.emplace_back(Configure{message});
  }
  Grants grants;
  for (const Welcome::Grant& grant : message.granted) grants[grant.held] = grant.attempt;
  TakeUp(std::move(grants), now, actions);
  if (prepared_) UpdateCredit(0, now, actions);
}

void Session::TakeUp(Grants grants, TimePoint now, Actions& actions) {
  std::map<Key, Ended> ended;
  std::vector<EncodedResult> results;
  for (auto& [key, entry] : ended_) {
    const auto grant = grants.find(entry.lease);
    if (grant == grants.end()) continue;  // somebody else has it, or its result is there
    const Lease lease{epoch_, entry.lease.task, grant->second};
    grants.erase(grant);
    if (auto* failure = std::get_if<Failure>(&entry.outcome)) {
      failure->epoch = lease.epoch;
      failure->attempt = lease.attempt;
      Send(std::move(*failure), actions);
      continue;
    }
    auto& result = std::get<EncodedResult>(entry.outcome);
    result.attempt = lease.attempt;
    results.push_back(result);
    ended[Key(lease.task, lease.attempt)] = {lease, std::move(result), now};
  }
  ended_ = std::move(ended);
  SendResults(results, actions);
  for (const auto& [task, attempt] : held_.Renew(epoch_, grants)) {
    actions.emplace_back(DropTask{task, attempt});
  }
  // Granted, but not here any more: nobody else would ever do it.
  for (const auto& [held, attempt] : grants) {
    Send(Failure{epoch_, held.task, attempt, "the worker does not hold this task any more",
                 FailureKind::kTransient, std::nullopt},
         actions);
  }
}

void Session::On(const Prepared&, TimePoint now, Actions& actions) {
  prepared_ = true;
  last_done_ = now;
  UpdateCredit(0, now, actions);
}

// ---- working ----

void Session::Receive(const Reject& message, TimePoint now, Actions& actions) {
  if (message.permanent) {
    End(false, "the coordinator refused this worker: " + message.reason, actions);
  } else if (state_ == State::kWorking) {
    // It does not know this session any more: it was restarted, or the lease ran out.
    JoinAgain(now, actions);
  } else if (state_ == State::kLeaving) {
    ended_.clear();
    LeaveWhenFlushed(actions);
  }
}

void Session::Receive(const Assign& message, TimePoint now, Actions& actions) {
  if (state_ != State::kWorking || message.epoch != epoch_) return;
  if (held_.empty()) last_done_ = now;  // waiting for work does not count as working
  for (const Assignment& assignment : message.tasks) {
    const auto started_as = held_.Add({epoch_, assignment.task.id, assignment.attempt});
    if (!started_as) continue;
    StartTask start{assignment};
    start.assignment.attempt = *started_as;
    actions.emplace_back(std::move(start));
  }
}

void Session::Receive(const Ack& message, TimePoint, Actions& actions) {
  if (state_ == State::kJoining) return;
  lease_.Confirm(message.heartbeat);
  for (const Ack::Item& item : message.items) ended_.erase(Key(item.task, item.attempt));
  if (state_ == State::kLeaving) LeaveWhenFlushed(actions);
}

void Session::Receive(const Cancel& message, TimePoint, Actions& actions) {
  if (state_ != State::kWorking) return;
  ++cancels_;
  if (const auto started_as = held_.Cancel(message.task, message.attempt)) {
    actions.emplace_back(DropTask{message.task, *started_as});
  }
}

void Session::On(const TasksDone& event, TimePoint now, Actions& actions) {
  std::vector<EncodedResult> wanted;
  std::size_t finished = 0;
  for (const EncodedResult& result : event.results) {
    const auto lease = held_.Take(result.task, result.attempt);
    if (!lease) continue;  // cancelled, or given to somebody else
    if (result.payload.size() + kEnvelopeBytes > max_message_bytes_) {
      Fail({lease->epoch, lease->task, lease->attempt,
            "its result is " + std::to_string(result.payload.size()) +
                " bytes, more than a message may hold (" + std::to_string(max_message_bytes_) +
                "); lower cluster.shard_size or labels.max_per_image",
            FailureKind::kTooLarge, std::nullopt},
           actions);
      continue;
    }
    ++finished;
    wanted.push_back(result);
    wanted.back().attempt = lease->attempt;
    ended_[Key(lease->task, lease->attempt)] = {*lease, wanted.back(), now};
  }
  if (finished == 0 || state_ == State::kJoining) return;
  SendResults(wanted, actions);
  UpdateCredit(finished, now, actions);
}

void Session::On(const TaskBroken& event, TimePoint, Actions& actions) {
  const auto lease = held_.Take(event.task, event.attempt);
  if (!lease) return;
  Fail({lease->epoch, lease->task, lease->attempt, event.reason, event.kind, event.position},
       actions);
}

void Session::Fail(Failure failure, Actions& actions) {
  if (state_ != State::kJoining) {
    Send(std::move(failure), actions);
    return;
  }
  const Lease lease{failure.epoch, failure.task, failure.attempt};
  ended_[Key(lease.task, lease.attempt)] = {lease, std::move(failure), TimePoint{}};
}

void Session::SendResults(const std::vector<EncodedResult>& results, Actions& actions) {
  // Large payloads travel alone, so that no message grows with the number of slots.
  constexpr std::size_t kBatchBytes = 1 << 20;
  ResultMessage message{epoch_, {}};
  std::size_t bytes = 0;
  for (const EncodedResult& result : results) {
    message.results.push_back(result);
    bytes += result.payload.size();
    if (bytes < kBatchBytes) continue;
    Send(std::move(message), actions);
    message = ResultMessage{epoch_, {}};
    bytes = 0;
  }
  if (!message.results.empty()) Send(std::move(message), actions);
}

void Session::ResendLate(TimePoint now, Actions& actions) {
  if (now < resend_at_) return;
  resend_at_ = now + options_.resend;
  std::vector<EncodedResult> late;
  for (auto& [key, ended] : ended_) {
    if (now - ended.sent >= options_.resend) {
      ended.sent = now;
      late.push_back(std::get<EncodedResult>(ended.outcome));
    }
    resend_at_ = std::min(resend_at_, ended.sent + options_.resend);
  }
  SendResults(late, actions);
}

void Session::UpdateCredit(std::size_t finished, TimePoint now, Actions& actions) {
  if (state_ != State::kWorking) return;
  if (finished > 0) {
    const double seconds =
        std::chrono::duration<double>(now - last_done_).count() / static_cast<double>(finished);
    last_done_ = now;
    seconds_per_task_ = seconds_per_task_ == 0 ? seconds : 0.8 * seconds_per_task_ + 0.2 * seconds;
  }
  // Enough to cover `buffer` beyond what is running; never less than one waiting task a slot, so
  // that decoding runs ahead across the end of a task.
  double waiting = options_.slots;
  if (seconds_per_task_ > 0) {
    waiting = std::max(waiting, std::ceil(std::chrono::duration<double>(options_.buffer).count() /
                                          std::max(seconds_per_task_, 1e-6)));
  }
  const auto credit =
      static_cast<std::uint32_t>(std::min<double>(options_.max_credit, options_.slots + waiting));
  // Small changes are not worth a message.
  const std::uint32_t change = credit > credit_ ? credit - credit_ : credit_ - credit;
  if (credit_ != 0 && change * 4 <= credit_) return;
  credit_ = credit;
  Send(Credit{credit}, actions);
}

// ---- time ----

void Session::On(const TimePassed& event, TimePoint now, Actions& actions) {
  if (state_ == State::kJoining) {
    if (now - joining_since_ > options_.give_up) {
      End(false, "no coordinator answered", actions);
      return;
    }
    TellOfSilence(now, actions);
    if (now - hello_sent_ >= options_.join_retry) {
      hellos_ < kHellosASocket ? SayHello(now, actions) : JoinAgain(now, actions);
    }
    return;
  }
  if (state_ == State::kWorking && lease_.Expiring(now)) {
    JoinAgain(now, actions);
    return;
  }
  if (state_ == State::kLeaving && lease_.Over(now)) {
    End(false, "the coordinator fell silent before it acknowledged the rest", actions);
    return;
  }
  ResendLate(now, actions);
  Beat(event, now, actions);
}

void Session::TellOfSilence(TimePoint now, Actions& actions) {
  if (silence_told_ || now - joining_since_ < options_.notice) return;
  silence_told_ = true;
  const auto limit = std::chrono::duration_cast<std::chrono::seconds>(options_.give_up).count();
  actions.emplace_back(Tell{"no coordinator answers; trying for " + std::to_string(limit) + " s"});
}

void Session::Beat(const TimePassed& event, TimePoint now, Actions& actions) {
  std::vector<RunningTask> running;
  std::uint32_t strays = 0;
  for (const RunningTask& task : event.running) {
    const auto lease = held_.Find(task.task, task.attempt);
    if (!lease) {  // called back after it was started
      ++strays;
      continue;
    }
    running.push_back(task);
    running.back().attempt = lease->attempt;
  }
  const Duration since = now - heartbeat_sent_;
  const bool begun = !running.empty() && running != running_told_;
  // Somebody may wait for this worker to be rid of what was called back.
  const bool rid = std::pair(cancels_, strays) != cancels_told_;
  // A coordinator of many workers takes its time to answer: it can do with less news.
  const bool news = (begun || rid) && lease_.Answered();
  if (since < heartbeat_ && !(news && since >= options_.progress_interval)) return;
  heartbeat_sent_ = now;
  cancels_told_ = {cancels_, strays};
  running_told_ = running;
  Send(Heartbeat{event.items_done, lease_.Beat(now), std::move(running), cancels_, strays,
                 event.resident_bytes},
       actions);
}

// ---- leaving ----

void Session::Receive(const Drain&, TimePoint, Actions& actions) {
  if (state_ == State::kJoining) ended_.clear();  // no fence is left to send them under
  state_ = State::kLeaving;
  held_.Clear();
  actions.emplace_back(DropAllTasks{});
  LeaveWhenFlushed(actions);
}

void Session::On(const StopWanted&, TimePoint now, Actions& actions) {
  if (state_ == State::kJoining) {
    End(true, "stopped", actions);
    return;
  }
  Receive(Drain{}, now, actions);
}

void Session::LeaveWhenFlushed(Actions& actions) {
  if (!ended_.empty()) return;
  Send(Goodbye{"done"}, actions);
  End(true, "done", actions);
}

}  // namespace prelabel
