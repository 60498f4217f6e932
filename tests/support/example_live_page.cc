// Serves the live page of a run that is made up, until its standard input ends. Prints the address.
//   example_live_page WORKERS [STATE] [TOKEN]
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "coordinator/http/http_server.h"
#include "coordinator/http/page_router.h"
#include "coordinator/http/page_token.h"
#include "tests/support/example_cluster.h"

namespace prelabel {
namespace {

int Main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: example_live_page WORKERS [STATE] [TOKEN]\n");
    return 2;
  }
  const auto workers = static_cast<std::size_t>(std::atoi(argv[1]));
  const std::string state = argc > 2 ? argv[2] : "running";
  PageRouterOptions options;
  options.token = argc > 3 ? argv[3] : "";
  options.token_file = "/runs/street/page.token";
  options.read_report = [] { return nullptr; };
  options.nonce = [] { return RandomHex(16); };
  PageRouter router(options);

  std::mutex mutex;
  PublishedStatus published;
  auto server = HttpServer::Start("127.0.0.1", 0, [&](const HttpRequest& request) {
    const std::lock_guard lock(mutex);
    return router.Handle(request, published, published.at);
  });
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().ToString());
    return 1;
  }
  std::atomic<bool> over = false;
  std::thread clock([&] {
    ExampleCluster cluster(workers, 100 * workers + 50);
    for (std::uint64_t turn = 0; !over.load(); ++turn) {
      cluster.Step(std::chrono::milliseconds(250), 4 + turn / 8 % 3);
      auto status = std::make_shared<RunStatus>(cluster.Status(fmt::format(
          "{:%Y-%m-%dT%H:%M:%S}Z",
          fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())))));
      status->state = state;
      if (state == "waiting") status->reason = "the disk is full: /runs/street/run.db";
      {
        const std::lock_guard lock(mutex);
        published = {std::move(status), {}};
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
  });
  fmt::print("http://127.0.0.1:{}/\n", server.value()->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  over = true;
  clock.join();
  return 0;
}

}  // namespace
}  // namespace prelabel

int main(int argc, char** argv) { return prelabel::Main(argc, argv); }
