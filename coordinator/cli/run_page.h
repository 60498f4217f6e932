// The live page of a run: HTTP server, router and the latest status between the run's loop and the
// server's thread. The loop hands a status over and goes on; it never waits for a client.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/job/job_spec.h"
#include "coordinator/http/http_server.h"
#include "coordinator/http/page_router.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

class RunPage {
 public:
  // Where cluster.page is off: null. Where it is auto and no port is to be had: null, and `problem`
  // says why. `run`: the run directory, in which tokens are made.
  // InvalidArgument: a token that cannot be used. Unavailable: the address cannot be bound.
  static Result<std::unique_ptr<RunPage>> Start(const ClusterOptions& cluster,
                                                const std::filesystem::path& run,
                                                std::string& problem);
  // Where somebody is looking, waits up to 3 s until they have seen the last status.
  ~RunPage();
  RunPage(const RunPage&) = delete;
  RunPage& operator=(const RunPage&) = delete;

  const std::string& url() const { return url_; }
  // Empty: none is asked for.
  const std::filesystem::path& token_file() const { return token_file_; }

  // What was asked for since the last call, in its order. Thread-safe.
  std::vector<ControlCommand> TakeCommands();
  // Called in the server's thread when something is asked for; set before anybody can know of the
  // page, taken back by an empty function. Thread-safe.
  void OnCommand(std::function<void()> wake);

  // Thread-safe; returns at once.
  void Publish(std::shared_ptr<const RunStatus> status);
  // The latest status in another state; nothing where there was none yet.
  void SetState(const std::string& state, const std::string& reason,
                const std::filesystem::path& report = {});

 private:
  RunPage(std::string token, std::string control, std::filesystem::path token_file,
          const std::filesystem::path& run);

  HttpResponse Answer(const HttpRequest& request);
  std::shared_ptr<const std::string> ReadReport();
  PublishedStatus Latest();

  const MonotonicClock clock_;
  std::string url_;
  std::filesystem::path token_file_;
  std::filesystem::path report_path_;

  std::mutex mutex_;  // of what follows; held for a moment only
  std::condition_variable seen_;
  PublishedStatus latest_;
  std::shared_ptr<const RunStatus> shown_;  // the last one that somebody got
  TimePoint asked_{};                       // when they did
  bool report_shown_ = false;
  std::vector<ControlCommand> commands_;
  std::function<void()> wake_;

  // Of the server's thread.
  std::shared_ptr<const std::string> report_;  // as it was read
  std::filesystem::file_time_type report_time_;
  std::optional<PageRouter> router_;
  std::unique_ptr<HttpServer> server_;  // last: its thread uses the others
};

}  // namespace prelabel
