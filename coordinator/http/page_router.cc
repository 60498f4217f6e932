#include "coordinator/http/page_router.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "common/job/page_address.h"
#include "coordinator/formats/json_text.h"
#include "coordinator/http/live_page.h"
#include "coordinator/http/metrics_text.h"
#include "coordinator/http/page_token.h"

namespace prelabel {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr Duration kStale = std::chrono::seconds(15);  // the run's loop does not turn

constexpr std::array<std::string_view, 7> kPaths = {
    "/", "/api/v1/status", "/healthz", "/metrics", "/readyz", "/report", "/report/"};

// Nothing is kept by caches, guessed, framed or told to other sites.
HttpResponse Response(int status, const char* type, std::shared_ptr<const std::string> body) {
  return {status,
          type,
          {{"Cache-Control", "no-store"},
           {"X-Content-Type-Options", "nosniff"},
           {"X-Frame-Options", "DENY"},
           {"Referrer-Policy", "no-referrer"},
           {"Cross-Origin-Resource-Policy", "same-origin"}},
          std::move(body)};
}

HttpResponse Response(int status, const char* type, std::string body) {
  return Response(status, type, std::make_shared<std::string>(std::move(body)));
}

HttpResponse HtmlResponse(int status, std::string body, const std::string& nonce) {
  HttpResponse response = Response(status, kHtml, std::move(body));
  response.headers.emplace_back("Content-Security-Policy", PagePolicy(nonce));
  return response;
}

// In the form in which the path's other answers are.
HttpResponse Problem(int status, std::string_view path, const std::string& words) {
  if (!path.starts_with("/api/")) return Response(status, kText, words + "\n");
  return Response(status, kJson, fmt::format("{{\"error\":{}}}\n", JsonString(words)));
}

HttpResponse NotAllowed(std::string_view path, const std::string& allowed) {
  HttpResponse response =
      Problem(405, path, allowed == "POST" ? "this is asked for by POST" : "this can only be read");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

// Relative: a proxy may have put the server below a path.
HttpResponse Redirect(std::string location) {
  HttpResponse response = Response(303, kText, "see " + location + "\n");
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

// "b" of "a=1; name=b".
std::string_view CookieValue(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    std::string_view pair = cookies.substr(0, end);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

std::string_view QueryValue(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
  }
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

// Whether a Host field names this machine by a name that nobody else can give it. HTTP/1.0 has
// none.
bool IsLocalHost(std::string_view host) {
  if (host.empty()) return true;
  if (host.front() == '[') return IsLoopback(std::string(host.substr(1, host.find(']') - 1)));
  return IsLoopback(std::string(host.substr(0, host.find(':'))));
}

// What a path that is posted to asks for.
std::optional<ControlCommand> CommandOf(std::string_view path) {
  if (path == "/api/v1/pause") return ControlCommand{ControlKind::kPause, {}};
  if (path == "/api/v1/resume") return ControlCommand{ControlKind::kResume, {}};
  if (path == "/api/v1/cancel") return ControlCommand{ControlKind::kCancel, {}};
  constexpr std::string_view kWorkers = "/api/v1/workers/";
  constexpr std::string_view kDrain = "/drain";
  if (!path.starts_with(kWorkers) || !path.ends_with(kDrain)) return std::nullopt;
  path.remove_prefix(kWorkers.size());
  if (path.size() <= kDrain.size()) return std::nullopt;
  path.remove_suffix(kDrain.size());
  std::uint64_t id = 0;
  const auto [stop, error] = std::from_chars(path.data(), path.data() + path.size(), id);
  if (error != std::errc() || stop != path.data() + path.size()) return std::nullopt;
  return ControlCommand{ControlKind::kDrain, WorkerId(id)};
}

// Programs send no Origin; browsers do with every request that is no GET (Fetch, "append a request
// Origin header").
bool IsSameOrigin(const HttpRequest& request) {
  return request.origin.empty() || request.origin == "http://" + request.host ||
         request.origin == "https://" + request.host;
}

}  // namespace

PageRouter::PageRouter(PageRouterOptions options) : options_(std::move(options)) {}

HttpResponse PageRouter::Handle(const HttpRequest& request, const PublishedStatus& published,
                                TimePoint now) {
  Target target;
  const std::string_view text = request.target;
  const std::size_t question = std::min(text.find('?'), text.size());
  target.path = text.substr(0, question);
  const std::string_view query = text.substr(std::min(question + 1, text.size()));
  target.token = QueryValue(query, "token");
  target.of = QueryValue(query, "of");

  const bool read = request.method == "GET" || request.method == "HEAD";
  if (read && target.path == "/healthz") return Response(200, kText, "ok\n");
  const bool authorized = Authorized(request, target);
  if (read && target.path == "/readyz") return Ready(published, authorized, now);
  if (!authorized) return Refuse(target);
  if (!read && !IsSameOrigin(request)) {
    return Problem(403, target.path, "pages of other sites may not change anything here");
  }

  if (const auto command = CommandOf(target.path); command && options_.control) {
    return request.method == "POST" ? Control(target.path, request, *command, published)
                                    : NotAllowed(target.path, "POST");
  }
  if (std::find(kPaths.begin(), kPaths.end(), target.path) == kPaths.end()) {
    return Problem(404, target.path, "there is nothing here; try /");
  }
  if (!read) return NotAllowed(target.path, "GET, HEAD");
  if (target.path == "/") return Page(target);
  if (target.path == "/report") return Redirect("report/");
  if (target.path == "/report/") return Report(target);
  if (!published.status) return Problem(503, target.path, "the run has not started yet");
  if (target.path == "/api/v1/status") return Status(published);
  return Response(200, "text/plain; version=0.0.4; charset=utf-8",
                  FormatMetrics(*published.status, now - published.at));
}

bool PageRouter::Authorized(const HttpRequest& request, const Target& target) const {
  if (options_.token.empty()) return IsLocalHost(request.host);
  return SameToken(BearerToken(request.authorization), options_.token) ||
         SameToken(target.token, options_.token) ||
         SameToken(CookieValue(request.cookie, options_.cookie), options_.token);
}

HttpResponse PageRouter::Refuse(const Target& target) const {
  if (options_.token.empty()) {
    return Problem(403, target.path,
                   "only this machine may ask; open it as localhost, or set cluster.page_token");
  }
  if (target.path == "/") {
    const std::string nonce = options_.nonce();
    return HtmlResponse(401, TokenPage(options_.token_file, !target.token.empty(), nonce), nonce);
  }
  HttpResponse response =
      Problem(401, target.path, "a token is needed: Authorization: Bearer TOKEN, or ?token=TOKEN");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse PageRouter::Ready(const PublishedStatus& published, bool authorized,
                               TimePoint now) const {
  std::string trouble;
  if (!published.status) {
    trouble = "starting";
  } else if (published.status->state != "running") {
    trouble = published.status->state;
    if (!published.status->reason.empty()) trouble += ": " + published.status->reason;
  } else if (now - published.at > kStale) {
    trouble = fmt::format("the coordinator has not answered for {:.0f} s",
                          std::chrono::duration<double>(now - published.at).count());
  }
  if (trouble.empty()) return Response(200, kText, "ready\n");
  return Response(503, kText, (authorized ? trouble : "not ready") + "\n");
}

HttpResponse PageRouter::Page(const Target& target) const {
  if (!options_.token.empty() && SameToken(target.token, options_.token)) {
    // Out of the address line and the history. Lax: a link to it from elsewhere works; other sites
    // cannot send it along with anything that changes something.
    HttpResponse response = Redirect("./");
    response.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax",
                                                            options_.cookie, options_.token));
    return response;
  }
  const std::string nonce = options_.nonce();
  return HtmlResponse(200, LivePage(nonce), nonce);
}

HttpResponse PageRouter::Report(const Target& target) const {
  auto report = options_.read_report();
  if (report == nullptr) {
    return Problem(404, "/report/", "the report is written when the run has ended");
  }
  HttpResponse response = Response(200, kHtml, std::move(report));
  // The live page asks for it when the run has ended, for a click that comes when the coordinator
  // has ended, too.
  if (!target.of.empty()) response.headers[0].second = "private, max-age=86400";
  // The page's own policy is inside of it.
  response.headers.emplace_back("Content-Security-Policy", "frame-ancestors 'none'");
  return response;
}

HttpResponse PageRouter::Control(std::string_view path, const HttpRequest& request,
                                 const ControlCommand& command,
                                 const PublishedStatus& published) const {
  const bool known = !options_.token.empty() ||
                     SameToken(BearerToken(request.authorization), options_.control_token);
  if (!known || (options_.token.empty() && options_.control_token.empty())) {
    HttpResponse response =
        Problem(401, path,
                "who asks for something needs the token in the run's control.token: "
                "Authorization: Bearer TOKEN");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (!published.status) return Problem(503, path, "the run has not started yet");
  const RunStatus& status = *published.status;
  if (status.state != "running" && status.state != "waiting" && status.state != "paused") {
    return Problem(409, path, "the run does not go on: " + status.state);
  }
  const auto& workers = status.workers;
  if (command.kind == ControlKind::kDrain &&
      std::none_of(workers.begin(), workers.end(),
                   [&](const auto& worker) { return worker.id == command.worker.value; })) {
    return Problem(404, path, "the run has no such worker");
  }
  options_.control(command);
  return Response(202, kJson, std::string("{\"accepted\":true}\n"));
}

HttpResponse PageRouter::Status(const PublishedStatus& published) {
  if (formatted_ != published.status) {
    json_ = std::make_shared<std::string>(FormatRunStatus(*published.status));
    formatted_ = published.status;
  }
  return Response(200, kJson, json_);
}

}  // namespace prelabel
