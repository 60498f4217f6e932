// The worker's side of the protocol as a pure state machine: no socket, clock or thread. Events and
// times go in, actions come out. Not thread-safe.
//
// joining --Welcome--> working --Drain or Stop--> leaving --all acknowledged--> over
// After a silence it joins again under a new nonce; what it holds then is another epoch's or
// attempt's business, so unstarted and unacknowledged work is forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/messages.h"

namespace prelabel {

struct SessionOptions {
  Hello hello;  // nonce is counted up from this one
  std::uint32_t slots = 1;
  std::uint32_t max_credit = 1024;
  Duration join_retry = std::chrono::seconds(2);    // Hello again while there is no answer
  Duration give_up = std::chrono::minutes(5);       // without any answer at all
  Duration resend = std::chrono::seconds(5);        // unacknowledged results
  Duration buffer = std::chrono::milliseconds(50);  // observed work to hold beyond what is running
};

// ---- events ----
struct Started {};
struct Prepared {};  // what Configure asked for is there: tasks may come
struct TasksDone {
  std::vector<EncodedResult> results;  // attempt and task as assigned
};
struct TaskBroken {
  TaskId task;
  Attempt attempt;
  std::string reason;
  bool permanent = false;
};
struct TimePassed {
  std::uint64_t items_done = 0;
};
struct StopWanted {};  // SIGTERM: hand back and leave
using SessionEvent = std::variant<Started, Prepared, CoordinatorMessage, TasksDone, TaskBroken,
                                  TimePassed, StopWanted>;

// ---- actions ----
struct SendMessage {
  WorkerMessage message;
};
struct Configure {  // after every Welcome; answered by Prepared
  Welcome welcome;
};
struct StartTask {
  Assignment assignment;
};
struct DropTask {
  TaskId task;
  Attempt attempt;
};
struct DropAllTasks {};
struct Reconnect {};  // close the socket, open a new one; a Hello follows
struct Leave {
  bool ok = true;
  std::string reason;
};
using SessionAction =
    std::variant<SendMessage, Configure, StartTask, DropTask, DropAllTasks, Reconnect, Leave>;

class Session {
 public:
  explicit Session(SessionOptions options) : options_(std::move(options)) {}

  void OnEvent(const SessionEvent& event, TimePoint now, std::vector<SessionAction>& actions);

  bool Over() const { return state_ == State::kOver; }

 private:
  enum class State : std::uint8_t { kJoining, kWorking, kLeaving, kOver };
  using Key = std::pair<TaskId, Attempt>;
  using Actions = std::vector<SessionAction>;
  struct Unacknowledged {
    EncodedResult result;
    TimePoint sent{};
  };

  void On(const Started& event, TimePoint now, Actions& actions);
  void On(const Prepared& event, TimePoint now, Actions& actions);
  void On(const CoordinatorMessage& event, TimePoint now, Actions& actions);
  void On(const TasksDone& event, TimePoint now, Actions& actions);
  void On(const TaskBroken& event, TimePoint now, Actions& actions);
  void On(const TimePassed& event, TimePoint now, Actions& actions);
  void On(const StopWanted& event, TimePoint now, Actions& actions);

  void Receive(const Welcome& message, TimePoint now, Actions& actions);
  void Receive(const Reject& message, TimePoint now, Actions& actions);
  void Receive(const Assign& message, TimePoint now, Actions& actions);
  void Receive(const Ack& message, TimePoint now, Actions& actions);
  void Receive(const Cancel& message, TimePoint now, Actions& actions);
  void Receive(const Drain& message, TimePoint now, Actions& actions);

  void Join(TimePoint now, Actions& actions);
  void Send(WorkerMessage message, TimePoint now, Actions& actions);
  void SendResults(const std::vector<EncodedResult>& results, TimePoint now, Actions& actions);
  void UpdateCredit(std::size_t finished, TimePoint now, Actions& actions);
  void LeaveWhenFlushed(TimePoint now, Actions& actions);

  SessionOptions options_;
  State state_ = State::kJoining;
  Epoch epoch_;
  Duration heartbeat_ = std::chrono::seconds(2);
  std::uint64_t max_message_bytes_ = 0;
  TimePoint joining_since_{};
  TimePoint hello_sent_{};
  TimePoint heard_{};
  TimePoint last_sent_{};
  std::uint64_t nonce_ = 0;
  std::uint32_t credit_ = 0;     // last one announced
  double seconds_per_task_ = 0;  // moving average; 0 before the first result
  TimePoint last_done_{};
  std::set<Key> held_;  // assigned, not finished
  std::map<Key, Unacknowledged> unacknowledged_;
};

}  // namespace prelabel
