#include "coordinator/http/page_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

namespace prelabel {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kToken = "0123456789abcdef";

std::string Header(const HttpResponse& response, const std::string& name) {
  for (const auto& [header, value] : response.headers) {
    if (header == name) return value;
  }
  return "";
}

class PageRouterTest : public ::testing::Test {
 protected:
  PageRouterTest() {
    status_.job = "</script><script>alert(1)</script>";
    status_.items = 8;
    Publish();
  }

  void Publish() { published_ = {std::make_shared<RunStatus>(status_), seconds(100)}; }

  PageRouter Router(const std::string& token) {
    PageRouterOptions options;
    options.token = token;
    options.token_file = "/run/<page>.token";
    options.read_report = [this] { return report_; };
    options.control_token = "control-0123456789";
    options.control = [this](const ControlCommand& command) { asked_.push_back(command); };
    options.nonce = [this] { return "nonce" + std::to_string(++nonces_); };
    return PageRouter(std::move(options));
  }

  HttpResponse Get(const std::string& target, HttpRequest more = {}) {
    more.method = more.method.empty() ? "GET" : more.method;
    more.target = target;
    return Router(token_).Handle(more, published_, now_);
  }
  static HttpRequest With(const std::string& host, const std::string& authorization,
                          const std::string& cookie) {
    HttpRequest request;
    request.host = host;
    request.authorization = authorization;
    request.cookie = cookie;
    return request;
  }

  std::string token_;
  RunStatus status_;
  PublishedStatus published_;
  TimePoint now_ = seconds(101);
  std::shared_ptr<const std::string> report_;
  int nonces_ = 0;
  std::vector<ControlCommand> asked_;
};

TEST_F(PageRouterTest, TheApiIsTheStatusFile) {
  const HttpResponse response = Get("/api/v1/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(*response.body, FormatRunStatus(status_));
  EXPECT_EQ(Header(response, "Cache-Control"), "no-store");
}

TEST_F(PageRouterTest, AStatusIsFormattedOnceForAll) {
  PageRouter router = Router("");
  HttpRequest request;
  request.method = "GET";
  request.target = "/api/v1/status";
  const auto first = router.Handle(request, published_, now_).body;
  EXPECT_EQ(router.Handle(request, published_, now_).body, first);
  status_.items_done = 3;
  Publish();
  EXPECT_THAT(*router.Handle(request, published_, now_).body, HasSubstr("\"items_done\":3"));
}

TEST_F(PageRouterTest, ThePageHasNoDataInItAndRunsNothingButItsOwnScript) {
  const HttpResponse page = Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(*page.body, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(*page.body, Not(HasSubstr("alert(1)")));
  EXPECT_THAT(*page.body, HasSubstr("<script nonce=\"nonce1\">"));
  EXPECT_THAT(*page.body, Not(HasSubstr("http://")));
  EXPECT_THAT(*page.body, Not(HasSubstr("innerHTML")));
  const std::string policy = Header(page, "Content-Security-Policy");
  EXPECT_THAT(policy, StartsWith("default-src 'none'; script-src 'nonce-nonce1'; "));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(Header(Get("/"), "Content-Security-Policy"), HasSubstr("nonce2"));
}

TEST_F(PageRouterTest, ReadinessSaysWhyNot) {
  EXPECT_EQ(Get("/readyz").status, 200);
  status_.state = "waiting";
  status_.reason = "the disk is full";
  Publish();
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(*Get("/readyz").body, "waiting: the disk is full\n");
  EXPECT_EQ(Get("/healthz").status, 200);
  status_.state = "running";
  Publish();
  now_ = seconds(131);
  EXPECT_EQ(*Get("/readyz").body, "the coordinator has not answered for 31 s\n");
  published_.status = nullptr;
  EXPECT_EQ(*Get("/readyz").body, "starting\n");
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Get("/metrics").status, 503);
  EXPECT_EQ(*Get("/api/v1/status").body, "{\"error\":\"the run has not started yet\"}\n");
}

TEST_F(PageRouterTest, WithoutATokenOnlyNamesOfThisMachineAreAnswered) {
  for (const char* host : {"", "127.0.0.1:5578", "localhost", "localhost:80", "[::1]:5578"}) {
    EXPECT_EQ(Get("/metrics", With(host, "", "")).status, 200) << host;
  }
  for (const char* host : {"evil.example", "evil.example:5578", "127.0.0.1.evil.example", "[", "[]",
                           "192.0.2.1:5578", ":5578"}) {
    EXPECT_EQ(Get("/metrics", With(host, "", "")).status, 403) << host;
    EXPECT_EQ(Get("/", With(host, "", "")).status, 403) << host;
    EXPECT_EQ(Get("/healthz", With(host, "", "")).status, 200) << host;
  }
}

TEST_F(PageRouterTest, TheTokenIsTakenInThreeWays) {
  token_ = kToken;
  const std::string name = "gpu-1:5578";
  EXPECT_EQ(Get("/metrics", With(name, "Bearer 0123456789abcdef", "")).status, 200);
  EXPECT_EQ(Get("/metrics", With(name, "bearer  0123456789abcdef", "")).status, 200);
  EXPECT_EQ(Get("/metrics?token=0123456789abcdef", With(name, "", "")).status, 200);
  EXPECT_EQ(Get("/metrics?a=b&token=0123456789abcdef", With(name, "", "")).status, 200);
  EXPECT_EQ(Get("/metrics", With(name, "", "a=b; prelabel_token=0123456789abcdef")).status, 200);
}

TEST_F(PageRouterTest, WithoutTheTokenThereIsNothing) {
  token_ = kToken;
  report_ = std::make_shared<std::string>("report");
  const std::vector<HttpRequest> wrong = {
      With("localhost", "", ""),
      With("localhost", "Bearer", ""),
      With("localhost", "Bearer 0123456789abcdeX", ""),
      With("localhost", "Basic 0123456789abcdef", ""),
      With("localhost", "0123456789abcdef", ""),
      With("localhost", "", "prelabel_token="),
      With("localhost", "", "xprelabel_token=0123456789abcdef"),
      With("localhost", "", "prelabel_token=0123456789abcde"),
  };
  for (const HttpRequest& request : wrong) {
    for (const char* target : {"/", "/metrics", "/api/v1/status", "/report/", "/nothing",
                               "/metrics?token=", "/metrics?token", "/?token=abc"}) {
      const HttpResponse response = Get(target, request);
      EXPECT_EQ(response.status, 401) << target << " " << request.authorization;
      EXPECT_THAT(*response.body, Not(HasSubstr(kToken)));
    }
    HttpRequest post = request;
    post.method = "POST";
    EXPECT_EQ(Get("/api/v1/status", post).status, 401);
  }
  EXPECT_EQ(Header(Get("/metrics"), "WWW-Authenticate"), "Bearer");
  EXPECT_THAT(*Get("/").body, HasSubstr("/run/&lt;page&gt;.token"));
}

TEST_F(PageRouterTest, ProbesNeedNoTokenAndLearnNothing) {
  token_ = kToken;
  status_.state = "waiting";
  status_.reason = "the disk of /secret is full";
  Publish();
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Get("/readyz").status, 503);
  EXPECT_EQ(*Get("/readyz").body, "not ready\n");
  EXPECT_THAT(*Get("/readyz", With("", "Bearer 0123456789abcdef", "")).body, HasSubstr("/secret"));
}

TEST_F(PageRouterTest, ATokenInTheAddressBecomesACookie) {
  token_ = kToken;
  const HttpResponse response = Get("/?token=0123456789abcdef");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(Header(response, "Location"), "./");
  EXPECT_EQ(Header(response, "Set-Cookie"),
            "prelabel_token=0123456789abcdef; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(Get("/", With("", "", "prelabel_token=0123456789abcdef")).status, 200);
}

TEST_F(PageRouterTest, TheReportIsServedAsItIsOnceItIsThere) {
  EXPECT_EQ(Get("/report/").status, 404);
  report_ = std::make_shared<std::string>("<html>");
  EXPECT_EQ(Get("/report/").body, report_);
  EXPECT_EQ(Header(Get("/report/"), "Cache-Control"), "no-store");
  // The live page keeps it beyond the coordinator's end, under an address that is this run's own.
  EXPECT_THAT(Header(Get("/report/?of=2026"), "Cache-Control"), StartsWith("private"));
  EXPECT_EQ(Get("/report").status, 303);
}

TEST_F(PageRouterTest, PagesOfOtherSitesMayNotChangeAnything) {
  HttpRequest post = With("localhost:5578", "", "");
  post.method = "POST";
  for (const char* origin : {"", "http://localhost:5578", "https://localhost:5578"}) {
    post.origin = origin;
    EXPECT_EQ(Get("/api/v1/status", post).status, 405) << origin;
  }
  for (const char* origin : {"null", "http://evil.example", "http://localhost:5579"}) {
    post.origin = origin;
    EXPECT_EQ(Get("/api/v1/status", post).status, 403) << origin;
  }
}

TEST_F(PageRouterTest, PassesOnWhatIsAskedOfTheRun) {
  status_.workers.push_back({7, "gpu-1", 1, "working", "", "cpu", 0, 0, 0, 0, 0});
  Publish();
  HttpRequest post = With("localhost", "Bearer control-0123456789", "");
  post.method = "POST";
  for (const auto& [target, kind] :
       {std::pair<const char*, ControlKind>{"/api/v1/pause", ControlKind::kPause},
        {"/api/v1/resume", ControlKind::kResume},
        {"/api/v1/cancel", ControlKind::kCancel},
        {"/api/v1/workers/7/drain", ControlKind::kDrain}}) {
    asked_.clear();
    EXPECT_EQ(Get(target, With("localhost", "", "")).status, 405) << target;
    EXPECT_TRUE(asked_.empty());
    EXPECT_EQ(Get(target, post).status, 202) << target;
    ASSERT_EQ(asked_.size(), 1U);
    EXPECT_EQ(asked_[0].kind, kind);
    EXPECT_EQ(asked_[0].worker.value, kind == ControlKind::kDrain ? 7U : 0U);
  }
  asked_.clear();
  EXPECT_EQ(Get("/api/v1/workers/8/drain", post).status, 404);
  EXPECT_EQ(Get("/api/v1/workers/x/drain", post).status, 404);
  EXPECT_EQ(Get("/api/v1/workers/drain", post).status, 404);
  for (const char* state : {"draining", "writing", "finished", "stopped", "failed"}) {
    status_.state = state;
    Publish();
    EXPECT_EQ(Get("/api/v1/pause", post).status, 409) << state;
  }
  status_.state = "running";
  Publish();
  post.origin = "http://evil.example";
  EXPECT_EQ(Get("/api/v1/cancel", post).status, 403);
  post.origin = "";
  // Reading needs no token on this machine; asking for something does.
  for (const char* wrong : {"", "Bearer ", "Bearer control-0123456788"}) {
    post.authorization = wrong;
    EXPECT_EQ(Get("/api/v1/cancel", post).status, 401) << wrong;
  }
  token_ = kToken;
  EXPECT_EQ(Get("/api/v1/cancel", post).status, 401);
  post.authorization = "Bearer control-0123456789";
  EXPECT_EQ(Get("/api/v1/cancel", post).status, 401);
  EXPECT_TRUE(asked_.empty());
  post.authorization = "Bearer " + std::string(kToken);
  EXPECT_EQ(Get("/api/v1/cancel", post).status, 202);
}

TEST_F(PageRouterTest, OtherPathsAndMethodsAreRefused) {
  for (const char* target : {"/report/../run.db", "/report/report.json", "//", "", "*", "/api/v1/",
                             "/metrics/", "http://localhost/metrics"}) {
    EXPECT_EQ(Get(target).status, 404) << target;
  }
  HttpRequest post;
  post.method = "POST";
  const HttpResponse response = Get("/api/v1/status", post);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(Header(response, "Allow"), "GET, HEAD");
  EXPECT_EQ(json::parse(*response.body).at("error"), "this can only be read");
  post.method = "HEAD";
  EXPECT_EQ(Get("/api/v1/status", post).status, 200);
}

}  // namespace
}  // namespace prelabel
