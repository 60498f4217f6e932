#include "worker/stream/chunk_requests.h"

#include <algorithm>
#include <utility>

namespace prelabel {

void ChunkRequests::Add(Fetch fetch, TimePoint now) {
  if (idle()) waiting_since_ = now;
  waiting_.push_back(std::move(fetch));
}

void ChunkRequests::Drop(std::uint64_t id) {
  std::erase_if(waiting_, [&](const Fetch& fetch) { return fetch.id == id; });
  // What is outstanding comes all the same, and takes its part of the window until then.
}

std::vector<Fetch> ChunkRequests::Send(TimePoint now) {
  std::vector<Fetch> fetches;
  while (!waiting_.empty()) {
    const std::uint64_t length = waiting_.front().length;
    if (outstanding_bytes_ > 0 && outstanding_bytes_ + length > limits_.window) break;
    if (outstanding_.empty()) heard_ = now;
    Fetch fetch = std::move(waiting_.front());
    waiting_.pop_front();
    fetch.received = told_ = received_;
    outstanding_bytes_ += length;
    outstanding_[fetch.id] = {fetch, now};
    fetches.push_back(std::move(fetch));
  }
  // Otherwise the coordinator would hold back others for what has come long ago.
  if (outstanding_.empty() && told_ < received_) {
    told_ = received_;
    fetches.push_back({0, FetchKind::kNothing, {}, 0, 0, received_});
  }
  return fetches;
}

bool ChunkRequests::OnChunk(const Chunk& chunk, TimePoint now) {
  ++received_;
  heard_ = waiting_since_ = now;
  const auto found = outstanding_.find(chunk.id);
  if (found == outstanding_.end()) return false;
  outstanding_bytes_ -= found->second.fetch.length;
  outstanding_.erase(found);
  return true;
}

bool ChunkRequests::Stuck(TimePoint now) const {
  if (outstanding_.empty()) return false;
  if (now - heard_ > limits_.silence) return true;
  return std::any_of(outstanding_.begin(), outstanding_.end(),
                     [&](const auto& entry) { return now - entry.second.sent > limits_.slowest; });
}

void ChunkRequests::Restart(TimePoint now) {
  for (auto entry = outstanding_.rbegin(); entry != outstanding_.rend(); ++entry) {
    waiting_.push_front(std::move(entry->second.fetch));
  }
  outstanding_.clear();
  outstanding_bytes_ = received_ = told_ = 0;
  heard_ = now;
}

std::optional<TimePoint> ChunkRequests::WaitingSince() const {
  if (idle()) return std::nullopt;
  return waiting_since_;
}

}  // namespace prelabel
