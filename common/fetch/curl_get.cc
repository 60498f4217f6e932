#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "common/fetch/http_get.h"

namespace prelabel {
namespace {

constexpr long kConnectMs = 10000;
constexpr long kSlowBytes = 1024;  // a second
constexpr long kTotalFactor = 20;
constexpr std::size_t kLongestType = 64;

struct Transfer {
  CURL* curl = nullptr;
  std::uint64_t max_bytes = 0;
  std::string body;
  bool too_large = false;
  const std::function<bool()>* stopped = nullptr;
};

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  // What a host says about an error is its own affair.
  if (status != 200) return bytes;
  if (transfer.body.size() + bytes > transfer.max_bytes) {
    transfer.too_large = true;
    return 0;
  }
  try {
    transfer.body.append(data, bytes);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return bytes;
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<Transfer*>(user)->stopped)() ? 1 : 0;
}

HttpTrouble TroubleOf(CURLcode code, const Transfer& transfer, bool connected) {
  switch (code) {
    case CURLE_OK:
      return HttpTrouble::kNone;
    case CURLE_OPERATION_TIMEDOUT:
      return connected ? HttpTrouble::kTooSlow : HttpTrouble::kNoConnection;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return HttpTrouble::kNoConnection;
    case CURLE_FILESIZE_EXCEEDED:
      return HttpTrouble::kTooLarge;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_URL_MALFORMAT:
      return HttpTrouble::kRefused;
    case CURLE_ABORTED_BY_CALLBACK:
      return HttpTrouble::kStopped;
    case CURLE_WRITE_ERROR:
      return transfer.too_large ? HttpTrouble::kTooLarge : HttpTrouble::kBroken;
    default:
      return HttpTrouble::kBroken;
  }
}

// A media type of RFC 9110 section 8.3.1, or nothing: it stands in messages.
std::string TypeOf(const char* header) {
  std::string type;
  for (const char* c = header; c != nullptr && *c != '\0' && *c != ';' && *c != ' '; ++c) {
    const char small = *c >= 'A' && *c <= 'Z' ? static_cast<char>(*c - 'A' + 'a') : *c;
    const bool plain = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9') ||
                       std::string_view("/+.-_").find(small) != std::string_view::npos;
    if (!plain || type.size() >= kLongestType) return {};
    type += small;
  }
  return type;
}

// Connections live in a handle; a thread takes one for a transfer and gives it back.
class CurlHandles {
 public:
  CurlHandles(HttpLimits limits, std::string agent) : limits_(limits), agent_(std::move(agent)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }
  ~CurlHandles() {
    for (CURL* curl : idle_) curl_easy_cleanup(curl);
  }
  CurlHandles(const CurlHandles&) = delete;
  CurlHandles& operator=(const CurlHandles&) = delete;

  HttpOutcome Get(const std::string& url, const std::function<bool()>& stopped) {
    HttpOutcome outcome;
    CURL* curl = Take();
    if (curl == nullptr) {
      outcome.trouble = HttpTrouble::kBroken;
      outcome.detail = "libcurl has no memory";
      return outcome;
    }
    Transfer transfer{curl, limits_.max_bytes, {}, false, &stopped};
    SetUp(curl, url, transfer);
    const CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_off_t connected = 0;
    curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &connected);
    outcome.trouble = TroubleOf(code, transfer, connected > 0 || status != 0);
    outcome.status = static_cast<int>(status);
    char* type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    outcome.content_type = TypeOf(type);
    curl_off_t wait = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
    if (wait > 0) outcome.retry_after = std::chrono::seconds(wait);
    if (outcome.trouble != HttpTrouble::kNone) {
      outcome.detail = curl_easy_strerror(code);
    } else if (status == 200) {
      outcome.body = std::move(transfer.body);
    }
    Give(curl);
    return outcome;
  }

 private:
  CURL* Take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return curl_easy_init();
    CURL* curl = idle_.back();
    idle_.pop_back();
    return curl;
  }
  void Give(CURL* curl) {
    curl_easy_reset(curl);  // connections stay
    const std::lock_guard lock(mutex_);
    idle_.push_back(curl);
  }

  void SetUp(CURL* curl, const std::string& url, Transfer& transfer) const {
    const auto ms = static_cast<long>(limits_.timeout.count());
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, agent_.c_str());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // timeouts of names would use a signal
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, std::min(ms, kConnectMs));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowBytes);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, std::max(1L, ms / 1000));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ms * kTotalFactor);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits_.max_bytes));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, OnProgress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  }

  const HttpLimits limits_;
  const std::string agent_;
  std::mutex mutex_;
  std::vector<CURL*> idle_;
};

}  // namespace

HttpGet MakeCurlGet(const HttpLimits& limits, const std::string& agent) {
  auto handles = std::make_shared<CurlHandles>(limits, agent);
  return [handles](const std::string& url, const std::function<bool()>& stopped) {
    return handles->Get(url, stopped);
  };
}

}  // namespace prelabel
