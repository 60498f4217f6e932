// ZeroMQ's side of handshakes, used by zmq_transport.cc (and a benchmark): the socket that ZAP
// requests arrive at, and the monitor that tells how a client's handshakes ended. Not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "common/base/result.h"
#include "common/wire/zmq_transport.h"

namespace prelabel {

inline constexpr const char* kZapDomain = "prelabel";

// Answers the ZAP requests of a context's server sockets. Make it before they are bound.
class ZapSocket {
 public:
  ZapSocket(zmq::context_t& context, std::shared_ptr<Authorizer> authorizer);

  void* handle() { return socket_.handle(); }
  // Answers what has arrived, at most 64 requests, so that strangers cannot starve the loop.
  void Serve();
  Authorizer& authorizer() { return *authorizer_; }

 private:
  zmq::socket_t socket_;
  std::shared_ptr<Authorizer> authorizer_;
};

enum class HandshakeEnd : std::uint8_t { kSucceeded, kRefused, kMismatch, kBroken };

// Of one client socket. Make it before the socket connects; destroy it before the socket.
class HandshakeMonitor {
 public:
  HandshakeMonitor(zmq::context_t& context, zmq::socket_t& socket);
  ~HandshakeMonitor();
  HandshakeMonitor(const HandshakeMonitor&) = delete;
  HandshakeMonitor& operator=(const HandshakeMonitor&) = delete;

  void* handle() { return events_.handle(); }
  std::optional<HandshakeEnd> Next();

 private:
  zmq::socket_t& socket_;
  zmq::socket_t events_;
};

void UseClientKeys(zmq::socket_t& socket, const WorkerKeys& keys);

// Connects to `server`, for which `zap` decides, with a key that nobody knows: through a Unix
// socket of its own, so that no network need be up and nothing else need be bound yet. Unavailable:
// no answer. Internal: that key was let in.
Result<void> CheckStrangersAreRefused(zmq::context_t& context, zmq::socket_t& server,
                                      ZapSocket& zap, const std::string& coordinator_key);

}  // namespace prelabel
