// A transport in memory: a test puts messages into `inbox`, reads what was sent from `sent`, and
// plays the rest of the world inside `on_wait`. Only Wake is thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/transport.h"

namespace prelabel {

class FakeTransport : public Transport {
 public:
  struct Sent {
    std::string peer;
    std::string bytes;
  };

  void Wait(std::chrono::milliseconds timeout) override {
    if (on_wait) on_wait(timeout);
  }
  std::optional<Received> Receive() override {
    if (inbox.empty()) return std::nullopt;
    Received received = std::move(inbox.front());
    inbox.pop_front();
    if (on_receive) on_receive();
    return received;
  }
  SendStatus Send(const std::string& peer, std::string bytes) override {
    const auto scripted = status.find(peer);
    if (scripted != status.end() && scripted->second != SendStatus::kSent) return scripted->second;
    sent.push_back({peer, std::move(bytes)});
    if (on_send) on_send(sent.back());
    return SendStatus::kSent;
  }
  void Wake() override { ++wakes; }

  std::function<void(std::chrono::milliseconds timeout)> on_wait;
  std::function<void()> on_receive;          // after each message
  std::function<void(const Sent&)> on_send;  // for what outlives the transport
  std::deque<Received> inbox;
  std::vector<Sent> sent;                    // what was accepted, in order
  std::map<std::string, SendStatus> status;  // of sends to a peer; kSent where it is not named
  std::atomic<int> wakes{0};
};

}  // namespace prelabel
