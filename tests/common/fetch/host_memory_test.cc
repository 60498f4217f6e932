#include "common/fetch/host_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

using std::chrono::seconds;

void Fail(HostMemory& memory, const std::string& host, HostNews news, int times,
          TimePoint now = seconds(0)) {
  for (int i = 0; i < times; ++i) {
    ASSERT_TRUE(memory.Ask(host, now).ask);
    memory.Tell(host, news, "why", now);
  }
}

TEST(HostMemory, AHostThatNeverAnsweredIsGivenUpAfterThree) {
  for (const HostNews news : {HostNews::kNoConnection, HostNews::kFailed}) {
    HostMemory memory;
    EXPECT_TRUE(memory.Ask("h", seconds(0)).retry);
    memory.Tell("h", news, "first", seconds(0));
    EXPECT_FALSE(memory.Ask("h", seconds(0)).retry);  // one try will do
    memory.Tell("h", news, "second", seconds(0));
    EXPECT_TRUE(memory.Ask("h", seconds(0)).ask);
    memory.Tell("h", news, "third", seconds(0));
    const HostMemory::Advice advice = memory.Ask("h", seconds(29));
    EXPECT_FALSE(advice.ask);
    EXPECT_EQ(advice.why, "third");
    EXPECT_TRUE(memory.Ask("other", seconds(29)).ask);
  }
}

TEST(HostMemory, ThenOneFetchAtATimeSeesHowItIs) {
  HostMemory memory;
  Fail(memory, "h", HostNews::kNoConnection, 3);
  EXPECT_TRUE(memory.Ask("h", seconds(31)).ask);
  EXPECT_FALSE(memory.Ask("h", seconds(31)).ask);
  memory.Tell("h", HostNews::kNoConnection, "still", seconds(32));
  EXPECT_FALSE(memory.Ask("h", seconds(61)).ask);
  EXPECT_TRUE(memory.Ask("h", seconds(63)).ask);
  memory.TellNothing("h");  // it was stopped
  EXPECT_TRUE(memory.Ask("h", seconds(63)).ask);
  memory.Tell("h", HostNews::kAnswered, "", seconds(64));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(memory.Ask("h", seconds(64)).ask);
}

TEST(HostMemory, SlowBodiesOfAProvenHostAreTheirOwn) {
  HostMemory memory;
  EXPECT_FALSE(memory.AnyProven());
  memory.Ask("h", seconds(0));
  memory.Tell("h", HostNews::kAnswered, "", seconds(0));
  EXPECT_TRUE(memory.AnyProven());
  Fail(memory, "h", HostNews::kFailed, 100);
  EXPECT_TRUE(memory.Ask("h", seconds(0)).ask);
  EXPECT_TRUE(memory.Ask("h", seconds(0)).proven);
  Fail(memory, "h", HostNews::kNoConnection, 3);
  EXPECT_FALSE(memory.Ask("h", seconds(0)).ask);
}

TEST(HostMemory, IsBounded) {
  HostMemory memory;
  for (int i = 0; i < 5000; ++i) {
    memory.Ask("h" + std::to_string(i), seconds(0));
    memory.Tell("h" + std::to_string(i), HostNews::kNoConnection, "why", seconds(0));
    memory.Ask("kept", seconds(0));
    memory.Tell("kept", i < 3 ? HostNews::kNoConnection : HostNews::kAnswered, "why", seconds(99));
  }
  EXPECT_EQ(memory.size(), HostMemory::kMostHosts);
}

}  // namespace
}  // namespace prelabel
