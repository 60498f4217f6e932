#include "common/fetch/url_fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

HttpOutcome Answer(int status, std::string body = {}) {
  HttpOutcome outcome;
  outcome.status = status;
  outcome.body = std::move(body);
  outcome.content_type = "text/html";
  return outcome;
}

HttpOutcome Trouble(HttpTrouble trouble) {
  HttpOutcome outcome;
  outcome.trouble = trouble;
  outcome.detail = "phrase";
  return outcome;
}

class UrlFetcherTest : public testing::Test {
 protected:
  UrlFetcher& Fetcher(std::unique_ptr<DiskCache> cache = nullptr) {
    UrlFetcher::Options options;
    options.wanted = [](std::string_view body) { return body.starts_with("picture"); };
    options.wait = [this](Duration duration) { waits_.push_back(duration); };
    fetcher_.emplace(
        [this](const std::string& url, const std::function<bool()>&) {
          asked_.push_back(url);
          std::vector<HttpOutcome>& answers = answers_[url];
          if (answers.empty()) return Answer(200, "picture");
          HttpOutcome next = answers.front();
          if (answers.size() > 1) answers.erase(answers.begin());
          return next;
        },
        clock_, std::move(options), std::move(cache));
    return *fetcher_;
  }

  // The last of the answers is given for ever.
  void Set(const std::string& url, std::vector<HttpOutcome> answers) {
    answers_[url] = std::move(answers);
  }

  FakeClock clock_;
  std::map<std::string, std::vector<HttpOutcome>> answers_;
  std::vector<std::string> asked_;
  std::vector<Duration> waits_;
  std::optional<UrlFetcher> fetcher_;
};

TEST_F(UrlFetcherTest, WhatMayGetBetterIsTriedAgain) {
  UrlFetcher& fetcher = Fetcher();
  EXPECT_EQ(fetcher.Fetch("http://good/a").value(), "picture");
  waits_.clear();
  for (const HttpOutcome& outcome :
       {Answer(500), Answer(503), Answer(429), Answer(408), Trouble(HttpTrouble::kNoConnection),
        Trouble(HttpTrouble::kTooSlow), Trouble(HttpTrouble::kBroken)}) {
    asked_.clear();
    waits_.clear();
    Set("http://good/b", {outcome, outcome, Answer(200, "picture b")});
    const auto body = fetcher.Fetch("http://good/b");
    ASSERT_TRUE(body.has_value()) << body.error().ToString();
    EXPECT_EQ(body.value(), "picture b");
    EXPECT_EQ(asked_.size(), 3U);
    EXPECT_THAT(waits_, ElementsAre(milliseconds(500), seconds(1)));
  }
}

TEST_F(UrlFetcherTest, AHostMayAskForLongerWaits) {
  HttpOutcome busy = Answer(429);
  busy.retry_after = seconds(7);
  HttpOutcome absurd = Answer(503);
  absurd.retry_after = seconds(86400);
  Set("http://good/b", {busy, absurd, Answer(200, "picture")});
  EXPECT_TRUE(Fetcher().Fetch("http://good/b").has_value());
  EXPECT_THAT(waits_, ElementsAre(seconds(7), seconds(30)));
}

TEST_F(UrlFetcherTest, WhatStaysSoIsTheItemsOwnEnd) {
  UrlFetcher& fetcher = Fetcher();
  const std::pair<HttpOutcome, const char*> cases[] = {
      {Answer(404), "the host answered 404"},
      {Answer(403), "may have expired"},
      {Answer(204), "the host answered 204"},
      {Answer(200, "<html>"), "is not a picture, or of an unknown kind: the host sent text/html"},
      {Answer(200), "0 bytes"},
      {Trouble(HttpTrouble::kTooLarge), "is larger than may be fetched"},
      {Trouble(HttpTrouble::kRefused), "something else than http(s)"},
  };
  for (const auto& row : cases) {
    asked_.clear();
    Set("http://h/a?sig=SECRET", {row.first});
    const auto body = fetcher.Fetch("http://h/a?sig=SECRET");
    ASSERT_FALSE(body.has_value()) << row.second;
    EXPECT_EQ(body.error().code, ErrorCode::kDataLoss);
    EXPECT_THAT(body.error().message, HasSubstr(row.second));
    EXPECT_EQ(body.error().context, "http://h/a");
    EXPECT_EQ(asked_.size(), 1U);
  }
  EXPECT_THAT(waits_, IsEmpty());
}

TEST_F(UrlFetcherTest, AGoneHostFailsItsItemsAndCostsLittle) {
  UrlFetcher& fetcher = Fetcher();
  ASSERT_TRUE(fetcher.Fetch("http://good/a").has_value());
  asked_.clear();
  for (int i = 0; i < 10000; ++i) {
    const std::string url = "http://gone/" + std::to_string(i);
    Set(url, {Trouble(HttpTrouble::kNoConnection)});
    const auto body = fetcher.Fetch(url);
    ASSERT_FALSE(body.has_value());
    EXPECT_EQ(body.error().code, ErrorCode::kDataLoss);
    EXPECT_THAT(body.error().message, HasSubstr("the host cannot be connected to (phrase)"));
    answers_.erase(url);
  }
  EXPECT_EQ(asked_.size(), 5U);  // three tries for the first, one for the two that follow
  EXPECT_TRUE(fetcher.Fetch("http://good/b").has_value());
}

TEST_F(UrlFetcherTest, WhereThisMachineMayBeCutOffOthersAreToTry) {
  UrlFetcher& fetcher = Fetcher();
  Set("http://good/a", {Trouble(HttpTrouble::kNoConnection)});
  EXPECT_EQ(fetcher.Fetch("http://good/a").error().code, ErrorCode::kUnavailable);
  Set("http://good/a", {Answer(200, "picture")});
  EXPECT_TRUE(fetcher.Fetch("http://good/a").has_value());
  // It was there before.
  Set("http://good/b", {Trouble(HttpTrouble::kNoConnection)});
  EXPECT_EQ(fetcher.Fetch("http://good/b").error().code, ErrorCode::kUnavailable);
  // A slow body is its own.
  Set("http://good/c", {Trouble(HttpTrouble::kTooSlow)});
  EXPECT_EQ(fetcher.Fetch("http://good/c").error().code, ErrorCode::kDataLoss);
}

TEST_F(UrlFetcherTest, OnlyPicturesAreKept) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("url_fetcher_test." + std::to_string(getpid()));
  UrlFetcher& fetcher = Fetcher(DiskCache::Open(folder, 1 << 20).value());
  Set("http://h/a", {Answer(200, "<html>"), Answer(200, "picture 1"), Answer(200, "picture 2")});
  EXPECT_FALSE(fetcher.Fetch("http://h/a").has_value());
  EXPECT_EQ(fetcher.Fetch("http://h/a").value(), "picture 1");
  EXPECT_EQ(fetcher.Fetch("http://h/a").value(), "picture 1");
  EXPECT_EQ(asked_.size(), 2U);
  fetcher.Forget("http://h/a");
  EXPECT_EQ(fetcher.Fetch("http://h/a").value(), "picture 2");
  std::filesystem::remove_all(folder);
}

TEST_F(UrlFetcherTest, AClosedOneFetchesNothing) {
  UrlFetcher& fetcher = Fetcher();
  fetcher.Close();
  const auto body = fetcher.Fetch("http://h/a");
  ASSERT_FALSE(body.has_value());
  EXPECT_EQ(body.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(body.error().message, Not(HasSubstr("h/a")));
}

}  // namespace
}  // namespace prelabel
