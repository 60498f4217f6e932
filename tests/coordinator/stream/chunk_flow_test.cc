#include "coordinator/stream/chunk_flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Fetch Part(std::uint64_t id, std::uint32_t length, std::uint64_t received = 0) {
  return {id, FetchKind::kFile, "/f", 0, length, received};
}

Fetch Nothing(std::uint64_t received) { return {0, FetchKind::kNothing, {}, 0, 0, received}; }

std::vector<std::string> Begun(ChunkFlow& flow) {
  std::vector<std::string> names;
  for (const ChunkFlow::Read& read : flow.Begin()) {
    names.push_back(read.peer + std::to_string(read.fetch.id));
  }
  return names;
}

TEST(ChunkFlow, APeerGetsNoMoreThanItsShareUntilItSaysThatSomeCame) {
  ChunkFlow flow({.peer_bytes = 100, .total_bytes = 1000});
  for (std::uint64_t id = 1; id <= 4; ++id) flow.OnFetch("a", Part(id, 40), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a1", "a2"));
  flow.OnSent("a", 40);
  EXPECT_THAT(Begun(flow), IsEmpty());  // sent is not arrived
  flow.OnFetch("a", Nothing(1), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a3"));
  EXPECT_EQ(flow.reserved_bytes(), 80U);
}

TEST(ChunkFlow, PeersTakeTurnsWhereThereIsNotRoomForAll) {
  ChunkFlow flow({.peer_bytes = 100, .total_bytes = 100});
  for (std::uint64_t id = 1; id <= 4; ++id) flow.OnFetch("a", Part(id, 30), {});
  for (std::uint64_t id = 1; id <= 4; ++id) flow.OnFetch("b", Part(id, 30), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a1", "b1", "a2"));
  flow.OnSent("a", 30);
  flow.OnSent("a", 30);
  flow.OnSent("b", 30);
  flow.OnFetch("a", Nothing(2), {});
  EXPECT_THAT(Begun(flow), ElementsAre("b2", "a3"));
}

TEST(ChunkFlow, APartThatIsLargerThanAllRoomGoesAlone) {
  ChunkFlow flow({.peer_bytes = 10, .total_bytes = 10});
  flow.OnFetch("a", Part(1, 50), {});
  flow.OnFetch("a", Part(2, 50), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a1"));
  flow.OnSent("a", 50);
  flow.OnFetch("a", Nothing(1), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a2"));
}

TEST(ChunkFlow, RefusesWhatWaitsTooLong) {
  ChunkFlow flow({.peer_bytes = 1, .total_bytes = 1, .peer_waiting = 2});
  EXPECT_TRUE(flow.OnFetch("a", Part(1, 1), {}));
  EXPECT_TRUE(flow.OnFetch("a", Part(2, 1), {}));
  EXPECT_FALSE(flow.OnFetch("a", Part(3, 1), {}));
  EXPECT_TRUE(flow.OnFetch("b", Part(1, 1), {}));
}

TEST(ChunkFlow, WhoIsGoneOrSilentHoldsNothingBack) {
  ChunkFlow flow({.peer_bytes = 100, .total_bytes = 100, .silence = seconds(10)});
  flow.OnFetch("a", Part(1, 100), seconds(0));
  flow.OnFetch("b", Part(1, 100), seconds(5));
  EXPECT_THAT(Begun(flow), ElementsAre("a1"));
  flow.ForgetSilent(seconds(10));
  EXPECT_THAT(Begun(flow), IsEmpty());
  flow.ForgetSilent(seconds(11));
  EXPECT_THAT(Begun(flow), ElementsAre("b1"));
  flow.OnSent("a", 100);  // its read ended after all
  flow.Forget("b");
  EXPECT_EQ(flow.reserved_bytes(), 0U);
  EXPECT_EQ(flow.peer_count(), 0U);
}

TEST(ChunkFlow, AConnectionThatAnEarlierCoordinatorAnsweredStartsAnew) {
  ChunkFlow flow({.peer_bytes = 100, .total_bytes = 100});
  flow.OnFetch("a", Part(8, 100, 7), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a8"));
  flow.OnSent("a", 100);
  EXPECT_EQ(flow.reserved_bytes(), 100U);
  flow.OnFetch("a", Part(9, 100, 8), {});
  EXPECT_THAT(Begun(flow), ElementsAre("a9"));
}

// Whatever comes in whatever order: what is set aside is what was begun and not known to have come,
// never over the limits, and in the end everything was begun once.
TEST(ChunkFlow, KeepsItsBooksInAnyOrder) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    ChunkFlow flow({.peer_bytes = 300, .total_bytes = 500});
    struct Worker {
      unsigned asked = 0;
      unsigned begun = 0;
      std::vector<std::uint32_t> reading, on_the_way;
      std::uint64_t came = 0;
    };
    std::vector<Worker> workers(4);
    const auto name = [](std::size_t i) { return std::string(1, static_cast<char>('a' + i)); };
    unsigned left = 200;
    for (int step = 0; step < 5000; ++step) {
      const std::size_t i = below(4);
      Worker& worker = workers[i];
      switch (below(4)) {
        case 0:
          if (left == 0) break;
          --left;
          flow.OnFetch(name(i), Part(++worker.asked, 1 + below(100), worker.came), {});
          break;
        case 1:
          for (const ChunkFlow::Read& read : flow.Begin()) {
            Worker& reader = workers[static_cast<std::size_t>(read.peer[0] - 'a')];
            EXPECT_EQ(read.fetch.id, ++reader.begun);
            reader.reading.push_back(read.fetch.length);
          }
          break;
        case 2:
          if (worker.reading.empty()) break;
          flow.OnSent(name(i), worker.reading.back());
          worker.on_the_way.push_back(worker.reading.back());
          worker.reading.pop_back();
          break;
        default:
          if (worker.on_the_way.empty()) break;
          worker.on_the_way.erase(worker.on_the_way.begin());
          flow.OnFetch(name(i), Nothing(++worker.came), {});
      }
      std::uint64_t reserved = 0;
      for (const Worker& each : workers) {
        for (const std::uint32_t length : each.reading) reserved += length;
        for (const std::uint32_t length : each.on_the_way) reserved += length;
      }
      ASSERT_EQ(flow.reserved_bytes(), reserved) << "seed " << seed;
      ASSERT_LE(reserved, 500U);
    }
    for (const Worker& worker : workers) EXPECT_EQ(worker.begun, worker.asked) << "seed " << seed;
  }
}

}  // namespace
}  // namespace prelabel
