// The transport seam: whole messages to and from peers. Encryption and authorisation live behind
// it. Not thread-safe; one loop owns a transport.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/result.h"

namespace prelabel {

struct Received {
  std::string peer;  // opaque; empty at a worker, whose only peer is the coordinator
  std::string bytes;
  std::string user_id;  // whose key the connection proved; empty where there is no encryption
};

enum class SendStatus : std::uint8_t {
  kSent,        // handed to the network; delivery is not promised
  kBusy,        // the peer's queue is full: try again later
  kUnreachable  // no such peer any more
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Waits until a message may be there, Wake was called or the time is over.
  virtual void Wait(std::chrono::milliseconds timeout) = 0;
  // The next message, or nothing. Multipart messages are dropped.
  virtual std::optional<Received> Receive() = 0;
  virtual SendStatus Send(const std::string& peer, std::string bytes) = 0;
  // Ends a Wait early. The only member that other threads and signal handlers may call.
  virtual void Wake() = 0;
};

}  // namespace prelabel
