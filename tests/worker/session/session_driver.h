// A session with the events of a test, and what tests of it say again and again.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "worker/session/session.h"

namespace prelabel {

inline constexpr Epoch kEpoch(7);

inline Assignment Task1(std::uint64_t id, std::uint32_t attempt = 1) {
  Assignment assignment;
  assignment.task.id = TaskId(id);
  assignment.attempt = Attempt(attempt);
  return assignment;
}

inline EncodedResult ResultOf(std::uint64_t id, std::uint32_t attempt = 1,
                              std::string payload = "p") {
  EncodedResult result;
  result.task = TaskId(id);
  result.attempt = Attempt(attempt);
  result.payload = std::move(payload);
  return result;
}

inline Ack AckOf(std::uint64_t id, std::uint32_t attempt = 1,
                 AckStatus status = AckStatus::kCommitted) {
  return Ack{{{TaskId(id), Attempt(attempt), status}}, 0};
}

inline Lease LeaseOf(std::uint64_t id, std::uint32_t attempt = 1) {
  return {kEpoch, TaskId(id), Attempt(attempt)};
}

// Drives a session and keeps the actions of the last event.
class Driver {
 public:
  explicit Driver(std::uint32_t slots = 1) : session(Options(slots)) {}

  static SessionOptions Options(std::uint32_t slots) {
    SessionOptions options;
    options.hello.worker_uuid = "u";
    options.hello.nonce = 40;
    options.slots = slots;
    return options;
  }

  void Event(const SessionEvent& event) {
    actions.clear();
    session.OnEvent(event, now, actions);
    for (const Heartbeat& beat : Sent<Heartbeat>()) last_beat = beat.sequence;
  }
  // Time passes in steps of a second while the coordinator answers every heartbeat.
  void Live(Duration time) {
    for (const TimePoint end = now + time; now < end;) {
      now += std::min<Duration>(std::chrono::seconds(1), end - now);
      Event(TimePassed{});
      Message(Ack{{}, last_beat});
    }
  }
  void Message(const CoordinatorMessage& message) { Event(message); }
  void Assigned(std::vector<Assignment> tasks, Epoch epoch = kEpoch) {
    Message(Assign{epoch, std::move(tasks)});
  }
  // Joined, configured, and ready for tasks.
  void Join() {
    Event(Started{});
    Message(MakeWelcome());
    Event(Prepared{});
  }
  static Welcome MakeWelcome() {
    Welcome welcome;
    welcome.epoch = kEpoch;
    welcome.heartbeat = std::chrono::seconds(2);
    welcome.lease = std::chrono::seconds(6);
    welcome.model_card = "/models/a/model.yaml";
    welcome.raw_threshold = 0.05F;
    welcome.raw_nms = 0.6F;
    welcome.raw_max_per_image = 100;
    return welcome;
  }

  template <class Action>
  std::vector<Action> Get() const {
    std::vector<Action> found;
    for (const SessionAction& action : actions) {
      if (const auto* a = std::get_if<Action>(&action)) found.push_back(*a);
    }
    return found;
  }
  template <class Message>
  std::vector<Message> Sent() const {
    std::vector<Message> found;
    for (const SendMessage& send : Get<SendMessage>()) {
      if (const auto* m = std::get_if<Message>(&send.message)) found.push_back(*m);
    }
    return found;
  }
  std::vector<std::uint64_t> SentResults() const {
    std::vector<std::uint64_t> tasks;
    for (const ResultMessage& message : Sent<ResultMessage>()) {
      for (const EncodedResult& result : message.results) tasks.push_back(result.task.value);
    }
    return tasks;
  }
  std::vector<std::uint64_t> StartedTasks() const {
    std::vector<std::uint64_t> tasks;
    for (const StartTask& start : Get<StartTask>()) {
      tasks.push_back(start.assignment.task.id.value);
    }
    return tasks;
  }

  Session session;
  TimePoint now = std::chrono::seconds(100);
  std::uint64_t last_beat = 0;  // sequence of the last heartbeat
  std::vector<SessionAction> actions;
};

}  // namespace prelabel
