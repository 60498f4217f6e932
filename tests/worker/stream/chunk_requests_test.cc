#include "worker/stream/chunk_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace prelabel {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Fetch Part(std::uint64_t id, std::uint32_t length) {
  return {id, FetchKind::kFile, "/f", 0, length, 0};
}

std::vector<std::uint64_t> Ids(const std::vector<Fetch>& fetches) {
  std::vector<std::uint64_t> ids;
  for (const Fetch& fetch : fetches) ids.push_back(fetch.id);
  return ids;
}

TEST(ChunkRequests, AsksInOrderForAsMuchAsTheWindowHolds) {
  ChunkRequests requests({.window = 100});
  for (std::uint64_t id = 1; id <= 4; ++id) requests.Add(Part(id, 40), {});
  EXPECT_THAT(Ids(requests.Send({})), ElementsAre(1, 2));
  EXPECT_THAT(requests.Send({}), IsEmpty());
  EXPECT_TRUE(requests.OnChunk({.id = 2}, {}));
  const auto next = requests.Send({});
  EXPECT_THAT(Ids(next), ElementsAre(3));
  EXPECT_EQ(next[0].received, 1U);
}

TEST(ChunkRequests, SaysWhatCameWhenNothingMoreIsWanted) {
  ChunkRequests requests;
  requests.Add(Part(1, 40), {});
  requests.Send({});
  EXPECT_TRUE(requests.OnChunk({.id = 1}, {}));
  const auto last = requests.Send({});
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].kind, FetchKind::kNothing);
  EXPECT_EQ(last[0].received, 1U);
  EXPECT_THAT(requests.Send({}), IsEmpty());
}

TEST(ChunkRequests, WhatIsNotWantedAnyMoreIsNotAskedFor) {
  ChunkRequests requests({.window = 40});
  for (std::uint64_t id = 1; id <= 3; ++id) requests.Add(Part(id, 40), {});
  requests.Send({});
  requests.Drop(2);
  requests.Drop(1);
  EXPECT_TRUE(requests.OnChunk({.id = 1}, {}));  // it was on its way
  EXPECT_THAT(Ids(requests.Send({})), ElementsAre(3));
}

TEST(ChunkRequests, AsksAgainWhereNothingComes) {
  ChunkRequests requests({.window = 80, .silence = seconds(10)});
  for (std::uint64_t id = 1; id <= 3; ++id) requests.Add(Part(id, 40), seconds(1));
  requests.Send(seconds(1));
  EXPECT_TRUE(requests.OnChunk({.id = 2}, seconds(5)));
  requests.Send(seconds(5));
  EXPECT_FALSE(requests.Stuck(seconds(15)));
  EXPECT_TRUE(requests.Stuck(seconds(16)));
  requests.Restart(seconds(16));
  EXPECT_FALSE(requests.Stuck(seconds(26)));
  const auto again = requests.Send(seconds(26));
  EXPECT_THAT(Ids(again), ElementsAre(1, 3));
  EXPECT_EQ(again[0].received, 0U);  // through the new connection
  EXPECT_EQ(requests.WaitingSince(), TimePoint(seconds(5)));
}

TEST(ChunkRequests, APauseIsNoSilence) {
  ChunkRequests requests({.silence = seconds(10)});
  requests.Add(Part(1, 40), seconds(0));
  requests.Send(seconds(0));
  requests.OnChunk({.id = 1}, seconds(1));
  EXPECT_EQ(requests.WaitingSince(), std::nullopt);
  requests.Add(Part(2, 40), seconds(100));
  EXPECT_EQ(requests.WaitingSince(), TimePoint(seconds(100)));
  requests.Send(seconds(100));
  EXPECT_FALSE(requests.Stuck(seconds(110)));
  EXPECT_TRUE(requests.Stuck(seconds(111)));
}

TEST(ChunkRequests, OneThatOthersOvertakeForLongIsStuck) {
  ChunkRequests requests({.window = 80, .silence = seconds(10), .slowest = seconds(30)});
  requests.Add(Part(1, 40), seconds(0));
  requests.Send(seconds(0));
  for (int i = 1; i <= 6; ++i) {
    const auto id = static_cast<std::uint64_t>(1 + i);
    requests.Add(Part(id, 40), seconds(5 * i));
    requests.Send(seconds(5 * i));
    requests.OnChunk({.id = id}, seconds(5 * i));
    EXPECT_FALSE(requests.Stuck(seconds(5 * i)));
  }
  EXPECT_TRUE(requests.Stuck(seconds(31)));
}

TEST(ChunkRequests, WhatNobodyWaitsForIsNothing) {
  ChunkRequests requests;
  EXPECT_FALSE(requests.OnChunk({.id = 7}, {}));
}

}  // namespace
}  // namespace prelabel
