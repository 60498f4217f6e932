#include "common/fetch/url_fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/doubling_pause.h"
#include "common/base/url.h"

namespace prelabel {
namespace {

constexpr Duration kFirstWait = std::chrono::milliseconds(500);
constexpr std::chrono::seconds kLongestWait{30};  // that a host may ask for

// What a try says: the body, the end, or that another try may do better.
struct Verdict {
  HostNews news = HostNews::kAnswered;
  bool again = false;
  std::string why;  // empty: the body is good
};

std::string Advice(int status) {
  if (status == 401 || status == 403) return "; a presigned URL may have expired";
  return "";
}

Verdict Judge(const HttpOutcome& outcome, bool wanted) {
  switch (outcome.trouble) {
    case HttpTrouble::kNoConnection:
      return {HostNews::kNoConnection, true,
              "the host cannot be connected to (" + outcome.detail + ")"};
    case HttpTrouble::kTooSlow:
      return {HostNews::kFailed, true, "the host is too slow: it stopped sending"};
    case HttpTrouble::kTooLarge:
      return {HostNews::kAnswered, false, "is larger than may be fetched (fetch.max_mib)"};
    case HttpTrouble::kRefused:
      return {HostNews::kAnswered, false,
              "leads in a circle, or to something else than http(s): " + outcome.detail};
    case HttpTrouble::kBroken:
      return {HostNews::kFailed, true, "the transfer broke off: " + outcome.detail};
    case HttpTrouble::kStopped:
    case HttpTrouble::kNone:
      break;
  }
  if (outcome.status == 408 || outcome.status == 429 || outcome.status >= 500) {
    return {HostNews::kFailed, true, fmt::format("the host answered {}", outcome.status)};
  }
  if (outcome.status != 200) {
    return {HostNews::kAnswered, false,
            fmt::format("the host answered {}{}", outcome.status, Advice(outcome.status))};
  }
  if (outcome.body.empty()) {
    return {HostNews::kAnswered, false, "the host sent nothing (0 bytes)"};
  }
  if (!wanted) {
    return {
        HostNews::kAnswered, false,
        "is not a picture, or of an unknown kind: the host sent " +
            (outcome.content_type.empty() ? std::string("no type with it") : outcome.content_type)};
  }
  return {};
}

}  // namespace

UrlFetcher::UrlFetcher(HttpGet get, const Clock& clock, Options options,
                       std::unique_ptr<DiskCache> cache)
    : get_(std::move(get)), clock_(clock), options_(std::move(options)), cache_(std::move(cache)) {}

Result<std::string> UrlFetcher::Fetch(const std::string& url) {
  const std::string shown = ShownLocation(url);
  const Result<UrlParts> parts = ParseHttpUrl(url);
  if (!parts) return DataLoss(parts.error().message, shown);
  if (cache_ != nullptr) {
    if (std::optional<std::string> kept = cache_->Get(url)) return std::move(*kept);
  }
  Result<std::string> body = FetchAnew(url, parts.value().host);
  if (!body) {
    Error error = body.error();
    error.context = shown;
    return error;
  }
  if (cache_ != nullptr) cache_->Put(url, body.value());
  return body;
}

Result<std::string> UrlFetcher::FetchAnew(const std::string& url, const std::string& host) {
  const std::uint64_t generation = generation_;
  HostMemory::Advice advice;
  bool any_proven = false;
  {
    const std::lock_guard lock(mutex_);
    advice = hosts_.Ask(host, clock_.Now());
    any_proven = hosts_.AnyProven();
  }
  // Of a host that was there the machine's own network may be the trouble, and of all of them.
  const auto gone = [&](const std::string& why) {
    return advice.proven || !any_proven ? Unavailable(why) : DataLoss(why);
  };
  if (!advice.ask) return gone(advice.why + "; others of this host failed so before");
  const auto stopped = [&] { return closed_ || generation_ != generation; };
  for (int tried = 1;; ++tried) {
    HttpOutcome outcome = get_(url, stopped);
    const bool is_stopped = outcome.trouble == HttpTrouble::kStopped || stopped();
    Verdict verdict = Judge(outcome, Wanted(outcome.body));
    const bool again = verdict.again && advice.retry && tried < kTries && !is_stopped;
    if (again) {
      Duration wait =
          DoublingPause(kFirstWait, static_cast<std::uint32_t>(tried - 1), kLongestWait);
      if (outcome.retry_after) {
        wait = std::max<Duration>(wait, std::min(*outcome.retry_after, kLongestWait));
      }
      if (Wait(wait, generation)) continue;
    }
    const std::lock_guard lock(mutex_);
    if (is_stopped || stopped()) {
      hosts_.TellNothing(host);
      return Unavailable("the fetch was stopped");
    }
    hosts_.Tell(host, verdict.news, verdict.why, clock_.Now());
    any_proven = hosts_.AnyProven();
    if (verdict.why.empty()) return std::move(outcome.body);
    if (verdict.news == HostNews::kNoConnection) return gone(verdict.why);
    return DataLoss(verdict.why);
  }
}

void UrlFetcher::Forget(const std::string& url) {
  if (cache_ != nullptr) cache_->Remove(url);
}

void UrlFetcher::Interrupt() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  interrupted_.notify_all();
}

void UrlFetcher::Close() {
  closed_ = true;
  Interrupt();
}

bool UrlFetcher::Wait(Duration duration, std::uint64_t generation) {
  if (options_.wait) {
    options_.wait(duration);
    return generation_ == generation;
  }
  std::unique_lock lock(mutex_);
  return !interrupted_.wait_for(lock, duration,
                                [&] { return closed_ || generation_ != generation; });
}

}  // namespace prelabel
