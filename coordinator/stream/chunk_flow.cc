#include "coordinator/stream/chunk_flow.h"

#include <algorithm>
#include <utility>

namespace prelabel {

void ChunkFlow::Release(Peer& peer, std::uint64_t bytes) {
  bytes = std::min(bytes, peer.reserved);  // of a connection that was forgotten in between
  peer.reserved -= bytes;
  reserved_ -= bytes;
}

bool ChunkFlow::OnFetch(const std::string& peer, Fetch fetch, TimePoint now) {
  const auto [known, is_new] = peers_.try_emplace(peer);
  Peer& from = known->second;
  from.heard = now;
  // What an earlier coordinator sent through this connection was never on its way from here.
  if (is_new) from.came = fetch.received;
  while (from.came < fetch.received && !from.sent.empty()) {
    Release(from, from.sent.front());
    from.sent.pop_front();
    ++from.came;
  }
  from.came = std::max(from.came, fetch.received);
  if (fetch.kind == FetchKind::kNothing) return true;
  if (from.waiting.size() >= limits_.peer_waiting) return false;
  from.waiting.push_back(std::move(fetch));
  ++waiting_;
  return true;
}

std::vector<ChunkFlow::Read> ChunkFlow::Begin() {
  std::vector<Read> reads;
  // Ends when everybody in a row could not begin anything.
  for (std::size_t idle = 0; waiting_ > 0 && idle < peers_.size();) {
    auto next = peers_.upper_bound(last_);
    if (next == peers_.end()) next = peers_.begin();
    last_ = next->first;
    Peer& peer = next->second;
    const std::uint64_t length = peer.waiting.empty() ? 0 : peer.waiting.front().length;
    const bool peer_has_room = peer.reserved == 0 || peer.reserved + length <= limits_.peer_bytes;
    const bool all_have_room = reserved_ == 0 || reserved_ + length <= limits_.total_bytes;
    if (length == 0 || !peer_has_room || !all_have_room) {
      ++idle;
      continue;
    }
    idle = 0;
    peer.reserved += length;
    reserved_ += length;
    reads.push_back({next->first, std::move(peer.waiting.front())});
    peer.waiting.pop_front();
    --waiting_;
  }
  return reads;
}

void ChunkFlow::OnSent(const std::string& peer, std::uint32_t length) {
  const auto known = peers_.find(peer);
  if (known != peers_.end()) known->second.sent.push_back(length);
}

void ChunkFlow::Forget(const std::string& peer) {
  const auto known = peers_.find(peer);
  if (known == peers_.end()) return;
  reserved_ -= known->second.reserved;
  waiting_ -= known->second.waiting.size();
  peers_.erase(known);
}

void ChunkFlow::ForgetSilent(TimePoint now) {
  std::vector<std::string> silent;
  for (const auto& [name, peer] : peers_) {
    if (now - peer.heard > limits_.silence) silent.push_back(name);
  }
  for (const std::string& name : silent) Forget(name);
}

}  // namespace prelabel
