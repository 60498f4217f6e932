#include "worker/session/session.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace prelabel {
namespace {

constexpr std::size_t kEnvelopeBytes = 1024;  // what a message adds to a payload, generously

}  // namespace

void Session::OnEvent(const SessionEvent& event, TimePoint now, Actions& actions) {
  if (Over()) return;
  std::visit([&](const auto& e) { On(e, now, actions); }, event);
}

void Session::Send(WorkerMessage message, TimePoint now, Actions& actions) {
  last_sent_ = now;
  actions.push_back(SendMessage{std::move(message)});
}

void Session::On(const Started&, TimePoint now, Actions& actions) {
  nonce_ = options_.hello.nonce;
  joining_since_ = now;
  Join(now, actions);
}

void Session::Join(TimePoint now, Actions& actions) {
  state_ = State::kJoining;
  hello_sent_ = now;
  Hello hello = options_.hello;
  hello.nonce = nonce_;
  hello.slots = options_.slots;
  Send(std::move(hello), now, actions);
}

void Session::On(const CoordinatorMessage& event, TimePoint now, Actions& actions) {
  heard_ = now;
  std::visit([&](const auto& message) { Receive(message, now, actions); }, event);
}

void Session::Receive(const Welcome& message, TimePoint, Actions& actions) {
  if (state_ != State::kJoining) return;  // the answer to a Hello that was sent twice
  state_ = State::kWorking;
  epoch_ = message.epoch;
  heartbeat_ = message.heartbeat;
  max_message_bytes_ = message.max_message_bytes;
  actions.push_back(Configure{message});
  credit_ = 0;
}

void Session::On(const Prepared&, TimePoint now, Actions& actions) {
  last_done_ = now;
  UpdateCredit(0, now, actions);
}

void Session::Receive(const Reject& message, TimePoint now, Actions& actions) {
  if (message.permanent) {
    state_ = State::kOver;
    actions.push_back(Leave{false, "the coordinator refused this worker: " + message.reason});
  } else if (state_ == State::kWorking || state_ == State::kLeaving) {
    // It does not know this session any more (it was restarted, or the lease ran out).
    const bool leaving = state_ == State::kLeaving;
    held_.clear();
    unacknowledged_.clear();
    actions.push_back(DropAllTasks{});
    if (leaving) {
      LeaveWhenFlushed(now, actions);
      return;
    }
    ++nonce_;
    joining_since_ = now;
    Join(now, actions);
  }
}

void Session::Receive(const Assign& message, TimePoint now, Actions& actions) {
  if (state_ != State::kWorking || message.epoch != epoch_) return;
  if (held_.empty()) last_done_ = now;  // waiting for work does not count as working
  for (const Assignment& assignment : message.tasks) {
    if (held_.emplace(assignment.task.id, assignment.attempt).second) {
      actions.push_back(StartTask{assignment});
    }
  }
}

void Session::Receive(const Ack& message, TimePoint now, Actions& actions) {
  for (const Ack::Item& item : message.items) {
    unacknowledged_.erase(Key(item.task, item.attempt));
  }
  if (state_ == State::kLeaving) LeaveWhenFlushed(now, actions);
}

void Session::Receive(const Cancel& message, TimePoint, Actions& actions) {
  if (held_.erase(Key(message.task, message.attempt)) > 0) {
    actions.push_back(DropTask{message.task, message.attempt});
  }
}

void Session::Receive(const Drain&, TimePoint now, Actions& actions) {
  if (state_ == State::kOver) return;
  state_ = State::kLeaving;
  held_.clear();
  actions.push_back(DropAllTasks{});
  LeaveWhenFlushed(now, actions);
}

void Session::On(const StopWanted&, TimePoint now, Actions& actions) {
  if (state_ == State::kJoining) {
    state_ = State::kOver;
    actions.push_back(Leave{true, "stopped"});
    return;
  }
  Receive(Drain{}, now, actions);
}

void Session::LeaveWhenFlushed(TimePoint now, Actions& actions) {
  if (!unacknowledged_.empty()) return;
  Send(Goodbye{"done"}, now, actions);
  state_ = State::kOver;
  actions.push_back(Leave{true, "done"});
}

void Session::On(const TasksDone& event, TimePoint now, Actions& actions) {
  std::vector<EncodedResult> wanted;
  for (const EncodedResult& result : event.results) {
    const Key key(result.task, result.attempt);
    if (held_.erase(key) == 0) continue;  // cancelled, or of an epoch that is over
    if (result.payload.size() + kEnvelopeBytes > max_message_bytes_) {
      Send(Failure{epoch_, result.task, result.attempt,
                   "its result is " + std::to_string(result.payload.size()) +
                       " bytes, more than a message may hold; lower cluster.shard_size or "
                       "labels.max_per_image",
                   FailureKind::kTooLarge, std::nullopt},
           now, actions);
      continue;
    }
    unacknowledged_[key] = {result, now};
    wanted.push_back(result);
  }
  if (wanted.empty()) return;
  SendResults(wanted, now, actions);
  UpdateCredit(wanted.size(), now, actions);
}

void Session::SendResults(const std::vector<EncodedResult>& results, TimePoint now,
                          Actions& actions) {
  // Large payloads travel alone, so that no message grows with the number of slots.
  constexpr std::size_t kBatchBytes = 1 << 20;
  ResultMessage message{epoch_, {}};
  std::size_t bytes = 0;
  for (const EncodedResult& result : results) {
    message.results.push_back(result);
    bytes += result.payload.size();
    if (bytes < kBatchBytes) continue;
    Send(std::move(message), now, actions);
    message = ResultMessage{epoch_, {}};
    bytes = 0;
  }
  if (!message.results.empty()) Send(std::move(message), now, actions);
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
  Send(Credit{credit}, now, actions);
}

void Session::On(const TaskBroken& event, TimePoint now, Actions& actions) {
  if (held_.erase(Key(event.task, event.attempt)) == 0) return;
  Send(Failure{epoch_, event.task, event.attempt, event.reason,
               event.permanent ? FailureKind::kPermanent : FailureKind::kTransient, std::nullopt},
       now, actions);
}

void Session::On(const TimePassed& event, TimePoint now, Actions& actions) {
  if (state_ == State::kJoining) {
    if (now - joining_since_ > options_.give_up) {
      state_ = State::kOver;
      actions.push_back(Leave{false, "no coordinator answered"});
    } else if (now - hello_sent_ >= options_.join_retry) {
      Join(now, actions);
    }
    return;
  }
  if (now - heard_ > 5 * heartbeat_) {
    if (state_ == State::kLeaving) {
      state_ = State::kOver;
      actions.push_back(
          Leave{false, "the coordinator fell silent before it acknowledged the rest"});
      return;
    }
    held_.clear();
    unacknowledged_.clear();
    actions.push_back(DropAllTasks{});
    actions.push_back(Reconnect{});
    ++nonce_;
    joining_since_ = now;
    Join(now, actions);
    return;
  }
  std::vector<EncodedResult> late;
  for (auto& [key, entry] : unacknowledged_) {
    if (now - entry.sent < options_.resend) continue;
    entry.sent = now;
    late.push_back(entry.result);
  }
  SendResults(late, now, actions);
  if (now - last_sent_ >= heartbeat_) Send(Heartbeat{event.items_done, 0, {}}, now, actions);
}

}  // namespace prelabel
