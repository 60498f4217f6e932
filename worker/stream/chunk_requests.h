// What a worker has asked the coordinator for and not got yet. Pure: no socket, thread or clock.
// Not thread-safe.
//
// Fetches go out in the order in which they were added, as many as the window allows. Where nothing
// comes any more, what is outstanding is asked for again through a new connection.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/messages.h"

namespace prelabel {

struct RequestLimits {
  std::uint64_t window = std::uint64_t{8} << 20;  // bytes outstanding; one fetch always goes
  Duration silence = std::chrono::seconds(10);    // without any chunk
  Duration slowest = std::chrono::minutes(2);     // a fetch that others have overtaken
};

class ChunkRequests {
 public:
  explicit ChunkRequests(RequestLimits limits = {}) : limits_(limits) {}

  // `fetch.id` is of the caller's own, each once; `received` is filled in.
  void Add(Fetch fetch, TimePoint now);

  // Nobody wants its chunk any more.
  void Drop(std::uint64_t id);

  // To be sent now, in this order.
  std::vector<Fetch> Send(TimePoint now);

  // False: nobody waits for it.
  bool OnChunk(const Chunk& chunk, TimePoint now);

  // Something is outstanding and does not come: open a new connection and call Restart.
  bool Stuck(TimePoint now) const;
  void Restart(TimePoint now);

  // Since when nothing has come although something was asked for, through however many connections.
  std::optional<TimePoint> WaitingSince() const;
  bool idle() const { return outstanding_.empty() && waiting_.empty(); }

 private:
  struct Outstanding {
    Fetch fetch;
    TimePoint sent{};
  };

  RequestLimits limits_;
  std::deque<Fetch> waiting_;
  std::map<std::uint64_t, Outstanding> outstanding_;  // by id, in the order of adding
  std::uint64_t outstanding_bytes_ = 0;
  std::uint64_t received_ = 0;  // through this connection
  std::uint64_t told_ = 0;      // of these
  TimePoint heard_{};           // the last chunk, or the first fetch after a pause or a restart
  TimePoint waiting_since_{};
};

}  // namespace prelabel
