// Exceptions of cppzmq and failures of SQLite end the process: this is a yardstick.
#include "tests/bench/bare_loop.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <vector>
#include <zmq.hpp>

#include "common/base/clock.h"
#include "common/wire/allow_list.h"
#include "common/wire/key_files.h"
#include "common/wire/zmq_handshakes.h"

namespace prelabel::bench {
namespace {

constexpr int kHighWaterMark = 100000;

void Check(int code, sqlite3* db) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
  std::exit(1);
}

void Exec(sqlite3* db, const char* sql) {
  Check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), db);
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Table {
 public:
  explicit Table(const std::string& path) {
    Check(sqlite3_open(path.c_str(), &db_), db_);
    Exec(db_,
         "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
         "CREATE TABLE result (task INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    Check(sqlite3_prepare_v2(db_, "INSERT INTO result VALUES (?1, ?2)", -1, &insert_, nullptr),
          db_);
  }
  ~Table() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  void Begin() { Exec(db_, "BEGIN IMMEDIATE"); }
  void Commit() { Exec(db_, "COMMIT"); }
  void Insert(std::uint64_t task, const char* bytes, std::size_t size) {
    sqlite3_bind_int64(insert_, 1, static_cast<sqlite3_int64>(task));
    sqlite3_bind_blob64(insert_, 2, bytes, size, SQLITE_STATIC);
    Check(sqlite3_step(insert_), db_);
    sqlite3_reset(insert_);
  }

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

// What prelabel's coordinator asks of a socket with keys; its handler of handshakes is kept.
class BareSecurity {
 public:
  BareSecurity(zmq::context_t& context, zmq::socket_t& socket, const std::string& keys)
      : zap_(context, AllowList::Open({AllowListFolder(keys), {}, {}}, clock_).value()) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, LoadCoordinatorKeys(keys).value().secret_key);
    socket.set(zmq::sockopt::zap_domain, kZapDomain);
  }
  ZapSocket& zap() { return zap_; }

 private:
  MonotonicClock clock_;
  ZapSocket zap_;
};

}  // namespace

BareLoopRun RunBareServer(const BareLoopOptions& options,
                          const std::function<void(const std::string&)>& start_clients) {
  zmq::context_t context(1);
  zmq::socket_t socket(context, zmq::socket_type::router);
  socket.set(zmq::sockopt::sndhwm, kHighWaterMark);
  socket.set(zmq::sockopt::rcvhwm, kHighWaterMark);
  std::optional<BareSecurity> security;
  if (!options.keys.empty()) security.emplace(context, socket, options.keys);
  socket.bind("tcp://127.0.0.1:*");
  Table table(options.database);
  start_clients(socket.get(zmq::sockopt::last_endpoint));

  BareLoopRun run;
  double begin = 0;
  std::uint64_t next = 0;
  std::uint64_t done = 0;
  std::uint32_t joined = 0;
  const std::size_t result_bytes = sizeof next + options.payload_bytes;
  std::map<std::string, std::uint64_t> owed;  // tasks to send, by peer
  const auto send_owed = [&] {
    for (auto& [peer, count] : owed) {
      std::vector<std::uint64_t> body;
      while (count > 0 && next < options.tasks) {
        body.push_back(next++);
        --count;
        if (body.size() < options.frames_a_body && count > 0 && next < options.tasks) continue;
        socket.send(zmq::buffer(peer), zmq::send_flags::sndmore);
        socket.send(zmq::buffer(body), zmq::send_flags::none);
        body.clear();
      }
    }
  };
  while (done < options.tasks) {
    zmq::pollitem_t items[2] = {{socket.handle(), 0, ZMQ_POLLIN, 0},
                                {security ? security->zap().handle() : nullptr, 0, ZMQ_POLLIN, 0}};
    zmq::poll(items, security ? 2 : 1, std::chrono::milliseconds(100));
    if (security) security->zap().Serve();
    bool open = false;
    zmq::message_t peer;
    zmq::message_t body;
    for (int i = 0; i < 4096 && socket.recv(peer, zmq::recv_flags::dontwait); ++i) {
      if (!socket.recv(body, zmq::recv_flags::dontwait)) std::abort();
      if (body.size() == 0) {  // a client's first message
        owed[peer.to_string()] = options.in_flight;
        if (++joined == options.clients) begin = Now();
        continue;
      }
      if (!open) table.Begin();
      open = true;
      const auto* bytes = body.data<char>();
      for (std::size_t at = 0; at < body.size(); at += result_bytes) {
        std::uint64_t task = 0;
        std::memcpy(&task, bytes + at, sizeof task);
        table.Insert(task, bytes + at + sizeof task, options.payload_bytes);
        ++done;
        ++owed[peer.to_string()];
      }
    }
    if (open) {
      table.Commit();
      ++run.transactions;
    }
    if (joined == options.clients) send_owed();
  }
  run.seconds = Now() - begin;
  for (const auto& [peer, count] : owed) {
    socket.send(zmq::buffer(peer), zmq::send_flags::sndmore);
    socket.send(zmq::message_t(), zmq::send_flags::none);
  }
  return run;
}

void RunBareClient(const std::string& endpoint, const std::string& keys,
                   std::size_t payload_bytes) {
  zmq::context_t context(1);
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::sndhwm, kHighWaterMark);
  socket.set(zmq::sockopt::rcvhwm, kHighWaterMark);
  if (!keys.empty()) UseClientKeys(socket, LoadWorkerKeys(keys).value());
  socket.connect(endpoint);
  socket.send(zmq::message_t(), zmq::send_flags::none);
  const std::string payload(payload_bytes, 'x');
  std::string results;
  for (;;) {
    zmq::message_t body;
    if (!socket.recv(body, zmq::recv_flags::none)) continue;
    if (body.size() == 0) return;
    results.clear();
    for (std::size_t at = 0; at < body.size(); at += sizeof(std::uint64_t)) {
      results.append(body.data<char>() + at, sizeof(std::uint64_t));
      results += payload;
    }
    socket.send(zmq::buffer(results), zmq::send_flags::none);
  }
}

}  // namespace prelabel::bench
