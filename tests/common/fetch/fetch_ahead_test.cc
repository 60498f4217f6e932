#include "common/fetch/fetch_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace prelabel {
namespace {

// A host that answers a URL when the test lets it.
class Host {
 public:
  FetchAhead::Fetch Fetch() {
    return [this](const std::string& url) -> Result<std::string> {
      std::unique_lock lock(mutex_);
      asked_.push_back(url);
      changed_.notify_all();
      changed_.wait(lock, [&] { return closed_ || open_ || let_.contains(url); });
      if (closed_) return Unavailable("closed");
      if (url == "bad") return DataLoss("not found");
      return "body of " + url;
    };
  }
  void Let(const std::string& url) {
    const std::lock_guard lock(mutex_);
    let_.insert(url);
    changed_.notify_all();
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  std::vector<std::string> WaitForAsked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_.size() >= count; });
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> asked_;
  std::set<std::string> let_;
  bool open_ = false;
  bool closed_ = false;
};

FetchAhead::Options Options(Host& host, std::size_t at_once, std::size_t max_items = 100,
                            std::size_t max_bytes = 1000) {
  return {at_once, max_bytes, max_items, [&host] { host.Close(); }};
}

// Would hang if the slow one had to end before the others begin.
TEST(FetchAhead, OneSlowBodyDoesNotHoldUpTheOthers) {
  Host host;
  FetchAhead ahead(host.Fetch(), Options(host, 2));
  const auto token = ahead.Expect({"slow", "b", "c", "d", "bad"});
  for (const char* url : {"b", "c", "d", "bad"}) host.Let(url);
  EXPECT_EQ(ahead.Take("b").value(), "body of b");
  EXPECT_EQ(ahead.Take("c").value(), "body of c");
  EXPECT_EQ(ahead.Take("d").value(), "body of d");
  EXPECT_EQ(ahead.Take("bad").error().message, "not found");
  host.Let("slow");
  EXPECT_EQ(ahead.Take("slow").value(), "body of slow");
  EXPECT_EQ(host.WaitForAsked(5).size(), 5U);  // each once
}

TEST(FetchAhead, WhatNobodyExpectedIsFetchedHereAndNow) {
  Host host;
  host.Open();
  FetchAhead ahead(host.Fetch(), Options(host, 1));
  EXPECT_EQ(ahead.Take("a").value(), "body of a");
  EXPECT_EQ(ahead.Expect({}), nullptr);
}

TEST(FetchAhead, NoMoreIsHeldThanAllowed) {
  Host host;
  host.Open();
  FetchAhead ahead(host.Fetch(), Options(host, 1, 2));
  const auto token = ahead.Expect({"a", "b", "c", "d"});
  EXPECT_THAT(host.WaitForAsked(2), testing::ElementsAre("a", "b"));
  // There is room for no other; so the last one comes when it is asked for.
  EXPECT_EQ(ahead.Take("d").value(), "body of d");
  EXPECT_THAT(host.WaitForAsked(3), testing::ElementsAre("a", "b", "d"));
  EXPECT_EQ(ahead.Take("a").value(), "body of a");
  EXPECT_THAT(host.WaitForAsked(4), testing::ElementsAre("a", "b", "d", "c"));
}

TEST(FetchAhead, BytesAreLimitedToo) {
  Host host;
  host.Open();
  FetchAhead ahead(host.Fetch(), Options(host, 1, 100, 9));  // "body of a" has 9
  const auto token = ahead.Expect({"a", "b", "c"});
  host.WaitForAsked(1);
  EXPECT_EQ(ahead.Take("c").value(), "body of c");
  EXPECT_EQ(ahead.Take("a").value(), "body of a");
  EXPECT_THAT(host.WaitForAsked(3), testing::ElementsAre("a", "c", "b"));
}

TEST(FetchAhead, WhatIsNotWantedAnyMoreMakesRoom) {
  Host host;
  FetchAhead ahead(host.Fetch(), Options(host, 1, 1));
  auto token = ahead.Expect({"a", "b"});
  host.WaitForAsked(1);
  const auto other = ahead.Expect({"c"});
  token.reset();
  host.Open();
  EXPECT_THAT(host.WaitForAsked(2), testing::ElementsAre("a", "c"));
  EXPECT_EQ(ahead.Take("c").value(), "body of c");
}

TEST(FetchAhead, TheEndClosesWhatIsUnderWay) {
  Host host;
  std::shared_ptr<void> token;
  {
    FetchAhead ahead(host.Fetch(), Options(host, 3));
    token = ahead.Expect({"a", "b", "c", "d"});
    host.WaitForAsked(3);
  }
  EXPECT_EQ(host.WaitForAsked(3).size(), 3U);
  token.reset();
}

}  // namespace
}  // namespace prelabel
