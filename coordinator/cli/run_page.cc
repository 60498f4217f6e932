#include "coordinator/cli/run_page.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "common/base/hash.h"
#include "common/job/page_address.h"
#include "coordinator/cli/job_context.h"
#include "coordinator/http/page_token.h"

namespace prelabel {
namespace {

constexpr std::uint16_t kUsualPort = 5578;
constexpr std::size_t kNonceBytes = 16;
constexpr Duration kLooking = std::chrono::seconds(3);  // since the last question
constexpr std::chrono::milliseconds kLastLook{2000};
constexpr std::chrono::milliseconds kReportLook{1000};
constexpr std::chrono::milliseconds kLeaving{2000};
constexpr const char* kStatusPath = "/api/v1/status";

std::string MachineName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

RunPage::RunPage(std::string token, std::string control, std::filesystem::path token_file,
                 const std::filesystem::path& run)
    : token_file_(std::move(token_file)), report_path_(RunPaths{run}.Report() / "report.html") {
  PageRouterOptions options;
  // Browsers send a host's cookies to all of its ports: runs must not overwrite each other's.
  options.cookie = "prelabel_" + ToHex(HashBytes(run.string())).substr(0, 8);
  options.token = std::move(token);
  options.control_token = std::move(control);
  options.token_file = token_file_.string();
  options.read_report = [this] { return ReadReport(); };
  options.control = [this](const ControlCommand& command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command);
    if (wake_) wake_();
  };
  options.nonce = [] { return RandomHex(kNonceBytes); };
  router_.emplace(std::move(options));
}

Result<std::unique_ptr<RunPage>> RunPage::Start(const ClusterOptions& cluster,
                                                const std::filesystem::path& run,
                                                std::string& problem) {
  if (cluster.page == "off") return std::unique_ptr<RunPage>();
  const bool automatic = cluster.page == "auto";
  PageAddress address{"127.0.0.1", kUsualPort};
  if (!automatic) {
    PRELABEL_TRY(address, ParsePageAddress(cluster.page));
  }
  std::string token;
  std::filesystem::path token_file = cluster.page_token;
  if (!token_file.empty()) {
    PRELABEL_TRY(token, LoadPageToken(token_file, false));
  } else if (!IsLoopback(address.host)) {
    token_file = RunPaths{run}.PageToken();
    PRELABEL_TRY(token, LoadPageToken(token_file, true));
  }
  std::string control;
  if (token.empty()) {
    PRELABEL_TRY(control, LoadPageToken(RunPaths{run}.ControlToken(), true));
  }
  std::unique_ptr<RunPage> page(
      new RunPage(std::move(token), std::move(control), std::move(token_file), run));
  const auto start = [&](std::uint16_t port) {
    return HttpServer::Start(address.host, port, [raw = page.get()](const HttpRequest& request) {
      return raw->Answer(request);
    });
  };
  auto server = start(address.port);
  if (!server && automatic) server = start(0);
  if (!server && automatic) {
    problem = server.error().ToString();
    return std::unique_ptr<RunPage>();
  }
  if (!server) {
    return Unavailable("the page cannot be served here: " + server.error().message +
                           "; choose another cluster.page, or off",
                       cluster.page);
  }
  address.port = server.value()->port();
  page->url_ = PageUrl(address, MachineName());
  page->server_ = std::move(server).value();
  return page;
}

RunPage::~RunPage() {
  if (server_ == nullptr) return;
  std::unique_lock lock(mutex_);
  const auto looking = [this] {
    return latest_.status != nullptr && clock_.Now() - asked_ < kLooking;
  };
  if (asked_ != TimePoint{} && looking()) {
    const bool seen = seen_.wait_for(lock, kLastLook, [this] { return shown_ == latest_.status; });
    if (seen && !latest_.status->report.empty()) {
      seen_.wait_for(lock, kReportLook, [this] { return report_shown_; });
    }
  }
  lock.unlock();
  server_->Finish(kLeaving);
  server_.reset();
}

std::vector<ControlCommand> RunPage::TakeCommands() {
  const std::lock_guard lock(mutex_);
  return std::exchange(commands_, {});
}

void RunPage::OnCommand(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void RunPage::Publish(std::shared_ptr<const RunStatus> status) {
  const std::lock_guard lock(mutex_);
  latest_ = {std::move(status), clock_.Now()};
}

void RunPage::SetState(const std::string& state, const std::string& reason,
                       const std::filesystem::path& report) {
  const PublishedStatus latest = Latest();
  if (latest.status == nullptr) return;
  auto changed = std::make_shared<RunStatus>(*latest.status);
  changed->state = state;
  changed->reason = reason;
  changed->report = report.string();
  changed->eta_seconds.reset();
  Publish(std::move(changed));
}

PublishedStatus RunPage::Latest() {
  const std::lock_guard lock(mutex_);
  return latest_;
}

HttpResponse RunPage::Answer(const HttpRequest& request) {
  const PublishedStatus latest = Latest();
  const TimePoint now = clock_.Now();
  HttpResponse response = router_->Handle(request, latest, now);
  if (response.status == 200 && request.target.starts_with(kStatusPath)) {
    const std::lock_guard lock(mutex_);
    shown_ = latest.status;
    asked_ = now;
    seen_.notify_all();
  }
  return response;
}

std::shared_ptr<const std::string> RunPage::ReadReport() {
  std::error_code failed;
  const auto time = std::filesystem::last_write_time(report_path_, failed);
  if (failed) return nullptr;
  if (report_ == nullptr || time != report_time_) {
    std::ifstream file(report_path_, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return nullptr;
    report_ = std::make_shared<std::string>(std::move(text).str());
    report_time_ = time;
  }
  const std::lock_guard lock(mutex_);
  report_shown_ = latest_.status != nullptr && !latest_.status->report.empty();
  seen_.notify_all();
  return report_;
}

}  // namespace prelabel
