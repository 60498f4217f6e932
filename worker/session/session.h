// The worker's side of the protocol as a pure state machine: no socket, clock or thread. Events and
// times go in, actions come out. Not thread-safe.
//
// joining --Welcome--> working --Drain or Stop--> leaving --all acknowledged--> over
// When its lease is about to run out unconfirmed, or the coordinator does not know it any more, it
// joins again through a new connection under the next nonce. It goes on computing meanwhile, and
// names what it holds in its Hello: what is granted again goes on under a new fence.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/messages.h"
#include "worker/session/held_tasks.h"
#include "worker/session/lease_timer.h"

namespace prelabel {

struct SessionOptions {
  Hello hello;  // nonce: that of the first session; the later ones count up from it
  std::uint32_t slots = 1;
  std::uint32_t max_credit = 1024;
  Duration join_retry = std::chrono::seconds(2);    // Hello again while there is no answer
  Duration give_up = std::chrono::minutes(5);       // without any answer at all
  Duration notice = std::chrono::seconds(10);       // of no answer, until a person is told
  Duration resend = std::chrono::seconds(5);        // unacknowledged results
  Duration buffer = std::chrono::milliseconds(50);  // observed work to hold beyond what is running
  // Least time between heartbeats that tell of an item just begun.
  Duration progress_interval = std::chrono::milliseconds(20);
};

// ---- events ----
struct Started {};
struct Prepared {};  // what Configure asked for is there: tasks may come
// Here and below, tasks and attempts are those of StartTask.
struct TasksDone {
  std::vector<EncodedResult> results;
};
struct TaskBroken {
  TaskId task;
  Attempt attempt;
  std::string reason;
  FailureKind kind = FailureKind::kTransient;
  std::optional<std::uint32_t> position = std::nullopt;  // of the item, where one is named
};
struct TimePassed {
  std::uint64_t items_done = 0;
  std::vector<RunningTask> running{};  // what has been started
  std::uint64_t resident_bytes = 0;    // of this process; 0: not known
};
struct StopWanted {};  // SIGTERM: hand back and leave
using SessionEvent = std::variant<Started, Prepared, CoordinatorMessage, TasksDone, TaskBroken,
                                  TimePassed, StopWanted>;

// ---- actions ----
struct SendMessage {
  WorkerMessage message;
};
// Get ready for this model and these limits, and drop all tasks; answered by Prepared. Comes with
// the first Welcome, and with a later one that asks for something else.
struct Configure {
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
struct Reconnect {};  // close the socket, open a new one; a Hello follows. Tasks go on
struct Tell {         // a person
  std::string news;
};
struct Leave {
  bool ok = true;
  std::string reason;
};
using SessionAction =
    std::variant<SendMessage, Configure, StartTask, DropTask, DropAllTasks, Reconnect, Tell, Leave>;

class Session {
 public:
  explicit Session(SessionOptions options) : options_(std::move(options)) {}

  void OnEvent(const SessionEvent& event, TimePoint now, std::vector<SessionAction>& actions);

  bool Over() const { return state_ == State::kOver; }

  // The next TimePassed should not be further away.
  Duration LongestWait() const;

 private:
  enum class State : std::uint8_t { kJoining, kWorking, kLeaving, kOver };
  using Key = std::pair<TaskId, Attempt>;
  using Actions = std::vector<SessionAction>;
  // What Configure depends on.
  struct Configuration {
    std::string run;
    std::string model_card;
    float raw_threshold = 0;
    float raw_nms = 0;
    std::uint32_t raw_max_per_image = 0;
    std::string second_model_card;
    ModelFusion fusion;
    friend bool operator==(const Configuration&, const Configuration&) = default;
  };
  // A task that has ended: a result until it is acknowledged, a failure until there is a session to
  // report it in.
  struct Ended {
    Lease lease;
    std::variant<EncodedResult, Failure> outcome;
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
  // Chunks come through a connection of their own.
  void Receive(const Chunk& /*message*/, TimePoint /*now*/, Actions& /*actions*/) {}

  void SayHello(TimePoint now, Actions& actions);
  void JoinAgain(TimePoint now, Actions& actions);
  void TakeUp(Grants grants, TimePoint now, Actions& actions);
  static void Send(WorkerMessage message, Actions& actions);
  void Fail(Failure failure, Actions& actions);
  void SendResults(const std::vector<EncodedResult>& results, Actions& actions);
  void ResendLate(TimePoint now, Actions& actions);
  void Beat(const TimePassed& event, TimePoint now, Actions& actions);
  void UpdateCredit(std::size_t finished, TimePoint now, Actions& actions);
  void TellOfSilence(TimePoint now, Actions& actions);
  void LeaveWhenFlushed(Actions& actions);
  void End(bool ok, std::string reason, Actions& actions);

  SessionOptions options_;
  State state_ = State::kJoining;
  std::uint64_t nonce_ = 0;
  TimePoint joining_since_{};
  TimePoint hello_sent_{};
  int hellos_ = 0;  // through the present socket
  bool silence_told_ = false;

  Epoch epoch_;
  Duration heartbeat_ = std::chrono::seconds(2);
  std::uint64_t max_message_bytes_ = 0;
  LeaseTimer lease_;
  TimePoint heartbeat_sent_{};
  std::vector<RunningTask> running_told_;  // in the last heartbeat
  std::uint64_t cancels_ = 0;              // of this session
  // With the number of strays, as the last heartbeat told them.
  std::pair<std::uint64_t, std::uint32_t> cancels_told_;

  std::optional<Configuration> configured_;
  bool prepared_ = false;
  std::uint32_t credit_ = 0;     // last one announced
  double seconds_per_task_ = 0;  // moving average; 0 before the first result
  TimePoint last_done_{};

  HeldTasks held_;
  std::map<Key, Ended> ended_;
  TimePoint resend_at_{};  // not before
};

}  // namespace prelabel
