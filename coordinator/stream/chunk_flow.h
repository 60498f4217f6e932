// Which of the parts that workers fetch are read next, so that neither the coordinator's memory nor
// a slow worker's connection fills up. Pure: no socket, disk, thread or clock. Not thread-safe.
//
// A part's bytes are set aside from when its reading begins until the worker says that it has come.
// Workers take turns. Who has said nothing for long while something was on its way to it is gone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/messages.h"

namespace prelabel {

struct FlowLimits {
  std::uint64_t peer_bytes = std::uint64_t{16} << 20;    // on the way to one connection
  std::uint64_t total_bytes = std::uint64_t{256} << 20;  // to all of them; one part always goes
  std::size_t peer_waiting = 4096;                       // fetches that have not begun
  Duration silence = std::chrono::minutes(1);
};

class ChunkFlow {
 public:
  struct Read {
    std::string peer;
    Fetch fetch;
  };

  explicit ChunkFlow(FlowLimits limits = {}) : limits_(limits) {}

  // False: too many of this peer's wait already; it is not read.
  bool OnFetch(const std::string& peer, Fetch fetch, TimePoint now);

  // What is to be read now. Each ends with OnSent or, if its peer is gone, with Forget.
  std::vector<Read> Begin();

  // The answer to one of a peer's fetches of this length was handed to the network.
  void OnSent(const std::string& peer, std::uint32_t length);

  // The connection is gone.
  void Forget(const std::string& peer);
  // The same for those that have been silent for too long.
  void ForgetSilent(TimePoint now);

  bool Knows(const std::string& peer) const { return peers_.contains(peer); }
  std::uint64_t reserved_bytes() const { return reserved_; }
  std::size_t peer_count() const { return peers_.size(); }

 private:
  struct Peer {
    std::deque<Fetch> waiting;
    std::deque<std::uint32_t> sent;  // lengths, not known to have come
    std::uint64_t came = 0;          // answers
    std::uint64_t reserved = 0;      // bytes
    TimePoint heard{};
  };

  void Release(Peer& peer, std::uint64_t bytes);

  FlowLimits limits_;
  std::map<std::string, Peer> peers_;
  std::string last_;  // whose turn it was
  std::uint64_t reserved_ = 0;
  std::size_t waiting_ = 0;  // of all peers
};

}  // namespace prelabel
