// Fetches items from http(s) hosts: tries again what may get better, remembers hosts that are gone,
// and keeps what it got in a cache. Thread-safe; calls block.
//
// How an item ends does not depend on chance: what the host answers for good (not found, forbidden,
// no picture, too large) and what fails in three tries is DataLoss, the item's own. Where it may be
// this machine that is cut off (no host has ever answered here, or one that did cannot be connected
// to any more) it is Unavailable, so that another worker tries, later.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/fetch/disk_cache.h"
#include "common/fetch/host_memory.h"
#include "common/fetch/http_get.h"

namespace prelabel {

class UrlFetcher {
 public:
  static constexpr int kTries = 3;

  struct Options {
    // Whether bytes are of the kind that is looked for; others are not kept. Null: any.
    std::function<bool(std::string_view)> wanted{};
    // Waits between tries; null: really.
    std::function<void(Duration)> wait{};
  };

  // `clock` outlives this. Without a cache nothing is kept.
  UrlFetcher(HttpGet get, const Clock& clock, Options options, std::unique_ptr<DiskCache> cache);

  // The body behind an http(s) URL. Errors have the URL without its query as their context.
  Result<std::string> Fetch(const std::string& url);

  // What was got for it is no good: it is fetched anew the next time.
  void Forget(const std::string& url);

  // Fetches now under way end soon, Unavailable. Later ones are not concerned.
  void Interrupt();
  // The same, and later ones fail at once.
  void Close();

 private:
  Result<std::string> FetchAnew(const std::string& url, const std::string& host);
  bool Wanted(std::string_view body) const { return !options_.wanted || options_.wanted(body); }
  // False where it was interrupted.
  bool Wait(Duration duration, std::uint64_t generation);

  const HttpGet get_;
  const Clock& clock_;
  const Options options_;
  const std::unique_ptr<DiskCache> cache_;

  std::atomic<std::uint64_t> generation_{0};  // counted up by Interrupt
  std::atomic<bool> closed_{false};
  std::mutex mutex_;
  std::condition_variable interrupted_;
  HostMemory hosts_;  // guarded by mutex_
};

}  // namespace prelabel
