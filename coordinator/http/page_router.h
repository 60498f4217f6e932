// What each address of the coordinator's HTTP server answers, and to whom. Sees values only: the
// status is handed in, so is the report's file. Not thread-safe (one server has one thread).
//
//   GET /                the live page
//   GET /api/v1/status   RunStatus as JSON
//   GET /metrics         for Prometheus
//   GET /report/         report.html as it is, once it is there
//   GET /healthz         200: the process lives
//   GET /readyz          200: it gives out work and stores results; 503 otherwise
//   POST /api/v1/pause, /api/v1/resume, /api/v1/cancel, /api/v1/workers/ID/drain
//                        202: it is passed on (control.h); 409 where the run does not go on
//
// With a token everything but the last two asks for it: `Authorization: Bearer TOKEN`, `?token=`,
// or the cookie that `/?token=` sets. Without one only names of this machine are answered as Host,
// so that no web page can read it through a name that it controls (DNS rebinding); what is posted
// needs a token even then, or every user of the machine could stop the run.
// What would change something is refused from pages of other origins, whatever they know.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "coordinator/http/http_message.h"
#include "coordinator/status/control.h"
#include "coordinator/status/run_status.h"

namespace prelabel {

// The run's latest status, and when it was published. Null before the first one.
struct PublishedStatus {
  std::shared_ptr<const RunStatus> status;
  TimePoint at{};
};

struct PageRouterOptions {
  std::string token;                      // empty: none is asked for
  std::string control_token;              // of what is posted, where `token` is empty
  std::string token_file;                 // named to people who have none
  std::string cookie = "prelabel_token";  // its name; cookies are shared by all ports of a host
  // The bytes of report.html; null where there is none.
  std::function<std::shared_ptr<const std::string>()> read_report;
  // Passes on what somebody asks of the run. Null: nothing can be asked.
  std::function<void(const ControlCommand&)> control{};
  std::function<std::string()> nonce;  // another unpredictable one each call
};

class PageRouter {
 public:
  explicit PageRouter(PageRouterOptions options);

  HttpResponse Handle(const HttpRequest& request, const PublishedStatus& published, TimePoint now);

 private:
  struct Target {
    std::string_view path;
    std::string_view token;  // of the query
    std::string_view of;     // of the query: which run's report is meant
  };
  bool Authorized(const HttpRequest& request, const Target& target) const;
  HttpResponse Refuse(const Target& target) const;
  HttpResponse Ready(const PublishedStatus& published, bool authorized, TimePoint now) const;
  HttpResponse Page(const Target& target) const;
  HttpResponse Report(const Target& target) const;
  HttpResponse Status(const PublishedStatus& published);
  HttpResponse Control(std::string_view path, const HttpRequest& request,
                       const ControlCommand& command, const PublishedStatus& published) const;

  PageRouterOptions options_;
  // What a status looks like as JSON is worked out once for all who ask.
  std::shared_ptr<const RunStatus> formatted_;
  std::shared_ptr<const std::string> json_;
};

}  // namespace prelabel
