// What the live page costs a coordinator with many workers. Every second somebody polls once: the
// status is made by the run's loop, formatted, and sent over a socket. Measured is the CPU time of
// all of that, without the client's.
//
//   page_bench --workers 1000 --tasks 100000
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>

#include "coordinator/http/http_server.h"
#include "coordinator/http/page_router.h"
#include "coordinator/http/page_token.h"
#include "tests/bench/cpu_time.h"
#include "tests/support/example_cluster.h"

namespace prelabel::bench {
namespace {

constexpr double kTarget = 0.05;  // of a core

double ThreadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Bytes of one response, head included; 0: none came.
std::size_t Ask(std::uint16_t port, const std::string& path) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::size_t bytes = 0;
  if (connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + "Connection: close\r\n\r\n";
    send(client, request.data(), request.size(), 0);
    std::string buffer(1 << 16, '\0');
    for (ssize_t n = 0; (n = recv(client, buffer.data(), buffer.size(), 0)) > 0;) {
      bytes += static_cast<std::size_t>(n);
    }
  }
  close(client);
  return bytes;
}

struct Cost {
  double make = 0;   // seconds of CPU a poll: the status, in the run's loop
  double serve = 0;  // formatting and sending, in the server's thread
  std::size_t bytes = 0;
};

Cost Measure(std::size_t workers, std::uint64_t tasks, int polls, const std::string& path) {
  ExampleCluster cluster(workers, tasks);
  PageRouterOptions options;
  options.read_report = [] { return nullptr; };
  options.nonce = [] { return RandomHex(16); };
  PageRouter router(options);
  std::mutex mutex;
  PublishedStatus published;
  const auto server = HttpServer::Start("127.0.0.1", 0, [&](const HttpRequest& request) {
    const std::lock_guard lock(mutex);
    return router.Handle(request, published, published.at);
  });
  Cost cost;
  if (!server) return cost;
  for (int i = 0; i < polls; ++i) {
    cluster.Step(std::chrono::seconds(1), 4);
    const double before = ThreadSeconds();
    auto status = std::make_shared<RunStatus>(cluster.Status("2026-11-27T12:00:00.000Z"));
    cost.make += ThreadSeconds() - before;
    {
      const std::lock_guard lock(mutex);
      published = {std::move(status), {}};
    }
    // This thread asks and reads; what else the process uses is the server's.
    const double all = CpuSeconds(RUSAGE_SELF) - ThreadSeconds();
    cost.bytes = Ask(server.value()->port(), path);
    cost.serve += CpuSeconds(RUSAGE_SELF) - ThreadSeconds() - all;
  }
  cost.make /= polls;
  cost.serve /= polls;
  return cost;
}

int Main(int argc, char** argv) {
  CLI::App app("What the live page costs.", "page_bench");
  std::size_t workers = 1000;
  std::uint64_t tasks = 100'000;
  int polls = 200;
  app.add_option("--workers", workers)->capture_default_str();
  app.add_option("--tasks", tasks)->capture_default_str();
  app.add_option("--polls", polls)->capture_default_str()->check(CLI::Range(1, 1'000'000));
  CLI11_PARSE(app, argc, argv);
  for (const char* path : {"/", "/metrics", "/api/v1/status"}) {
    const Cost cost = Measure(workers, tasks, polls, path);
    if (cost.bytes == 0) {
      fmt::print(stderr, "page_bench: no answer\n");
      return 1;
    }
    const double all = cost.make + cost.serve;
    fmt::print("{} workers, {} tasks, {}: {} bytes, {:.2f} ms to make, {:.2f} ms to serve\n",
               workers, tasks, path, cost.bytes, 1e3 * cost.make, 1e3 * cost.serve);
    if (std::string(path) != "/api/v1/status") continue;
    fmt::print("RATIO live_page/5% {:.3f} target <=1.00 ({:.2f} ms of CPU a poll, {} workers)\n",
               all / kTarget, 1e3 * all, workers);
  }
  return 0;
}

}  // namespace
}  // namespace prelabel::bench

int main(int argc, char** argv) { return prelabel::bench::Main(argc, argv); }
