// How fast a worker gets the coordinator's bytes (cluster.transport: stream), against the same
// sockets with nothing behind them: whole messages of the same size through ROUTER and DEALER with
// CURVE over the loopback, as many of them outstanding. Both in one process, turn about. What is
// streamed are items of a chunk each, as many asked for at once as a worker does (fetch_ahead.h).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/wire/codec.h"
#include "common/wire/zmq_transport.h"
#include "coordinator/stream/file_server.h"
#include "coordinator/stream/served_files.h"
#include "worker/stream/file_client.h"

namespace prelabel {
namespace {

constexpr int kOutstanding = 8;  // as the client's window has it
constexpr std::chrono::milliseconds kWait{100};

class OneWorker : public Authorizer {
 public:
  explicit OneWorker(std::string key) : key_(std::move(key)) {}
  std::optional<std::string> UserOf(const std::string& key) override {
    if (key == key_) return "worker";
    return std::nullopt;
  }
  bool Allows(const std::string& user) override { return user == "worker"; }

 private:
  std::string key_;
};

struct Ends {
  BoundTransport server;
  WorkerKeys keys;
};

Ends Bind() {
  const CurveKeyPair own = MakeCurveKeyPair().value();
  const CurveKeyPair workers = MakeCurveKeyPair().value();
  ServerSecurity security{own, std::make_shared<OneWorker>(workers.public_key)};
  return {BindCoordinator("tcp://127.0.0.1:0", security).value(), {workers, own.public_key}};
}

double SecondsOf(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Messages of kMaxChunkBytes, each answering one of a few bytes.
double BareSeconds(std::uint64_t messages) {
  Ends ends = Bind();
  std::atomic<bool> stop{false};
  std::thread serving([&] {
    const std::string bytes(kMaxChunkBytes, 'x');
    Transport& transport = *ends.server.transport;
    while (!stop) {
      transport.Wait(kWait);
      while (const auto received = transport.Receive()) transport.Send(received->peer, bytes);
    }
  });
  const auto client = ConnectWorker(ends.server.endpoint, ends.keys).value();
  const auto fetch = [&](std::uint64_t count) {
    std::uint64_t asked = 0;
    for (std::uint64_t came = 0; came < count;) {
      for (; asked < std::min(count, came + kOutstanding); ++asked) client->Send({}, "more");
      client->Wait(kWait);
      while (client->Receive()) ++came;
    }
  };
  fetch(kOutstanding);  // the handshake is over
  const double seconds = SecondsOf([&] { fetch(messages); });
  stop = true;
  ends.server.transport->Wake();
  serving.join();
  return seconds;
}

double StreamedSeconds(const std::string& file, std::uint64_t bytes) {
  Ends ends = Bind();
  Transport& transport = *ends.server.transport;
  const Dataset dataset;
  const ServedFiles files(dataset, {file});
  const MonotonicClock clock;
  std::atomic<bool> stop{false};
  std::thread serving([&] {
    FileServer server([&files](const Fetch& fetch) { return files.Read(fetch); },
                      [&transport] { transport.Wake(); });
    while (!stop) {
      transport.Wait(kWait);
      while (const auto received = transport.Receive()) {
        auto message = DecodeWorkerMessage(received->bytes);
        server.OnFetch(received->peer, std::get<Fetch>(std::move(message).value()), clock.Now());
      }
      server.Send(transport, clock.Now());
    }
  });
  double seconds = 0;
  {
    FileClient::Options options;
    options.connect = [&ends] { return ConnectWorker(ends.server.endpoint, ends.keys); };
    FileClient client(std::move(options), clock);
    const auto read = [&](std::uint64_t to) {
      std::atomic<std::uint64_t> next{0};
      std::vector<std::thread> threads;
      for (int i = 0; i < 2 * kOutstanding; ++i) {
        threads.emplace_back([&] {
          for (;;) {
            const std::uint64_t at = next.fetch_add(kMaxChunkBytes);
            if (at >= to) return;
            const auto got = client.ReadAll(FetchKind::kFile, file, at, kMaxChunkBytes, bytes);
            if (got && got.value().size() == kMaxChunkBytes) continue;
            fmt::print(stderr, "stream_bench: a part did not come\n");
            std::exit(1);
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
    };
    read(kOutstanding * std::uint64_t{kMaxChunkBytes});
    seconds = SecondsOf([&] { read(bytes); });
  }
  stop = true;
  transport.Wake();
  serving.join();
  return seconds;
}

int Main(int argc, char** argv) {
  CLI::App app("Bytes a second to a worker that streams, and of the bare sockets.");
  std::uint64_t mib = 512;
  int rounds = 5;
  app.add_option("--mib", mib, "How much is sent, a round")->capture_default_str();
  app.add_option("--rounds", rounds)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const std::string file = (std::filesystem::current_path() / "stream_bench.bin").string();
  {
    std::ofstream out(file, std::ios::binary);
    const std::string block(kMaxChunkBytes, 'b');
    for (std::uint64_t i = 0; i < mib; ++i) out << block;
  }
  std::vector<double> ratios;
  for (int i = 0; i < rounds; ++i) {
    const double bare = BareSeconds(mib);
    const double streamed = StreamedSeconds(file, mib << 20);
    ratios.push_back(bare / streamed);
    fmt::print("bare {:.0f} MiB/s, streamed {:.0f} MiB/s\n", static_cast<double>(mib) / bare,
               static_cast<double>(mib) / streamed);
  }
  std::filesystem::remove(file);
  std::sort(ratios.begin(), ratios.end());
  fmt::print("RATIO stream/curve {:.2f} target >=0.80 (of the bare sockets' bytes a second)\n",
             ratios[ratios.size() / 2]);
  return 0;
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) { return prelabel::Main(argc, argv); }
