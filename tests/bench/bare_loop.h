// The least that a durable task queue can be: a ROUTER that hands out numbered frames to DEALERs
// and commits what comes back into one SQLite table (WAL, synchronous=FULL), a group a turn,
// answering after the commit. No protocol, no leases, no attempts. With keys, both sides speak
// CURVE and the server asks the same allow-list as prelabel whom to let in. noop_bench's yardstick.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace prelabel::bench {

struct BareLoopOptions {
  std::uint64_t tasks = 0;
  std::uint32_t clients = 2;
  std::uint32_t in_flight = 0;      // tasks a client holds at once
  std::uint32_t frames_a_body = 1;  // tasks in one message, at most
  std::size_t payload_bytes = 0;    // of every result
  std::string database;             // a file that does not exist yet
  std::string keys;                 // the coordinator's folder (key_files.h); empty: no encryption
};

struct BareLoopRun {
  double seconds = 0;  // first task sent to last commit
  std::uint64_t transactions = 0;
};

// `start_clients` is given the endpoint and starts processes that call RunBareClient.
BareLoopRun RunBareServer(const BareLoopOptions& options,
                          const std::function<void(const std::string&)>& start_clients);

// Works until it is told to stop. `keys`: a worker's folder; empty: no encryption.
void RunBareClient(const std::string& endpoint, const std::string& keys, std::size_t payload_bytes);

}  // namespace prelabel::bench
