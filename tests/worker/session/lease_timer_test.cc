#include "worker/session/lease_timer.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LeaseTimer, ExpiresAtFourFifthsAndIsOverAtTheEnd) {
  LeaseTimer timer;
  timer.Begin(seconds(50), seconds(10));
  EXPECT_FALSE(timer.Expiring(seconds(58)));
  EXPECT_TRUE(timer.Expiring(seconds(58) + milliseconds(1)));
  EXPECT_FALSE(timer.Over(seconds(60)));
  EXPECT_TRUE(timer.Over(seconds(60) + milliseconds(1)));
}

TEST(LeaseTimer, CountsFromTheSendingOfWhatWasConfirmed) {
  LeaseTimer timer;
  timer.Begin(seconds(50), seconds(10));
  EXPECT_EQ(timer.Beat(seconds(52)), 1U);
  EXPECT_EQ(timer.Beat(seconds(54)), 2U);
  EXPECT_EQ(timer.Beat(seconds(56)), 3U);
  timer.Confirm(2);
  EXPECT_EQ(timer.Unconfirmed(seconds(57)), seconds(3));
  timer.Confirm(1);  // late
  EXPECT_EQ(timer.Unconfirmed(seconds(57)), seconds(3));
  timer.Confirm(9);  // never sent
  EXPECT_EQ(timer.Unconfirmed(seconds(57)), seconds(3));
  timer.Confirm(3);
  EXPECT_EQ(timer.Unconfirmed(seconds(57)), seconds(1));
  timer.Begin(seconds(70), seconds(10));
  EXPECT_EQ(timer.Beat(seconds(71)), 1U);  // of a new session
  EXPECT_EQ(timer.Unconfirmed(seconds(71)), seconds(1));
}

TEST(LeaseTimer, IsAnsweredWhenTheLastHeartbeatIs) {
  LeaseTimer timer;
  timer.Begin(seconds(50), seconds(10));
  EXPECT_TRUE(timer.Answered());
  timer.Beat(seconds(52));
  timer.Beat(seconds(54));
  EXPECT_FALSE(timer.Answered());
  timer.Confirm(1);
  EXPECT_FALSE(timer.Answered());
  timer.Confirm(2);
  EXPECT_TRUE(timer.Answered());
  timer.Beat(seconds(56));
  timer.Begin(seconds(70), seconds(10));  // nobody will answer what was sent before
  EXPECT_TRUE(timer.Answered());
}

}  // namespace
}  // namespace prelabel
