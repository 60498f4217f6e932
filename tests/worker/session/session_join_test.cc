// Joining, losing the lease and joining again. Expected actions are worked out by hand from the
// rules in session.h and messages.h.
#include "worker/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/worker/session/session_driver.h"

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Session, SaysHelloAgainUntilItIsAnswered) {
  Driver driver(3);
  driver.Event(Started{});
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].slots, 3U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 40U);
  driver.now += milliseconds(1999);
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 40U);  // still the same session
}

TEST(Session, GivesUpWhenNobodyAnswers) {
  Driver driver;
  driver.Event(Started{});
  driver.now += minutes(5);
  driver.Event(TimePassed{});
  EXPECT_FALSE(driver.session.Over());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Get<Leave>().size(), 1U);
  EXPECT_FALSE(driver.Get<Leave>()[0].ok);
  EXPECT_THAT(driver.Get<Leave>()[0].reason, HasSubstr("no coordinator"));
  EXPECT_TRUE(driver.session.Over());
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.actions, IsEmpty());  // and stays silent
}

TEST(Session, TellsOfSilenceOnceAndOfItsEnd) {
  Driver driver;
  driver.Event(Started{});
  driver.now += milliseconds(9999);
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.Get<Tell>(), IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Get<Tell>().size(), 1U);
  EXPECT_EQ(driver.Get<Tell>()[0].news, "no coordinator answers; trying for 300 s");
  driver.now += seconds(20);
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.Get<Tell>(), IsEmpty());
  driver.Message(Driver::MakeWelcome());
  ASSERT_EQ(driver.Get<Tell>().size(), 1U);
  EXPECT_EQ(driver.Get<Tell>()[0].news, "the coordinator has answered");
}

TEST(Session, TellsNothingWhereItIsAnsweredAtOnce) {
  Driver driver;
  driver.Event(Started{});
  driver.now += seconds(2);
  driver.Message(Driver::MakeWelcome());
  EXPECT_THAT(driver.Get<Tell>(), IsEmpty());
  driver.Event(Prepared{});
  driver.Live(seconds(30));
  EXPECT_THAT(driver.Get<Tell>(), IsEmpty());
  // A coordinator that goes away later is told of, too.
  bool told = false;
  for (int i = 0; i < 30 && !told; ++i) {
    driver.now += seconds(1);
    driver.Event(TimePassed{});
    told = !driver.Get<Tell>().empty();
  }
  EXPECT_TRUE(told);
}

TEST(Session, StopWhileJoiningLeavesAtOnce) {
  Driver driver;
  driver.Event(Started{});
  driver.Event(StopWanted{});
  ASSERT_EQ(driver.Get<Leave>().size(), 1U);
  EXPECT_TRUE(driver.Get<Leave>()[0].ok);
}

TEST(Session, APermanentRejectEndsIt) {
  Driver driver;
  driver.Event(Started{});
  driver.Message(Reject{"protocol version 2", true});
  ASSERT_EQ(driver.Get<Leave>().size(), 1U);
  EXPECT_FALSE(driver.Get<Leave>()[0].ok);
  EXPECT_THAT(driver.Get<Leave>()[0].reason, HasSubstr("protocol version 2"));
  EXPECT_TRUE(driver.session.Over());
}

TEST(Session, GivesUpAtFourFifthsOfItsLeaseAndKeepsItsWork) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(3), Task1(4, 2), Task1(5)});
  driver.Event(TasksDone{{ResultOf(4, 2)}});
  driver.now += milliseconds(4800);  // of 6 s
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.Get<Reconnect>(), IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.actions.size(), 2U);  // in this order: the Hello goes through the new socket
  EXPECT_TRUE(std::holds_alternative<Reconnect>(driver.actions[0]));
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 41U);
  EXPECT_THAT(driver.Sent<Hello>()[0].held,
              UnorderedElementsAre(LeaseOf(3), LeaseOf(4, 2), LeaseOf(5)));
  // Nothing but Hello until it is answered, and what ends meanwhile stays held.
  driver.Event(TasksDone{{ResultOf(3)}});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.now += seconds(2);
  driver.Event(TimePassed{9, {{TaskId(5), Attempt(1), 0, 0}}});
  ASSERT_EQ(driver.actions.size(), 1U);
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_THAT(driver.Sent<Hello>()[0].held,
              UnorderedElementsAre(LeaseOf(3), LeaseOf(4, 2), LeaseOf(5)));
}

TEST(Session, ALeaseCountsFromWhenTheConfirmedHeartbeatWasSent) {
  Driver driver;
  driver.Join();
  driver.now += seconds(2);
  driver.Event(TimePassed{});  // heartbeat 1, at 2 s
  driver.now += seconds(2);
  driver.Event(TimePassed{});  // heartbeat 2, at 4 s
  driver.Message(Ack{{}, 1});
  driver.Message(Ack{{}, 1});  // once more
  driver.Message(Ack{{}, 7});  // never sent
  driver.now += milliseconds(2800);
  driver.Event(TimePassed{});  // 4.8 s after 2 s
  EXPECT_THAT(driver.Get<Reconnect>(), IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  EXPECT_EQ(driver.Get<Reconnect>().size(), 1U);
}

TEST(Session, TheLeaseBeginsWhenTheHelloWasSent) {
  Driver driver;
  driver.Event(Started{});
  driver.now += milliseconds(1500);
  driver.Message(Driver::MakeWelcome());
  driver.now += milliseconds(500);
  driver.Event(TimePassed{});
  EXPECT_EQ(driver.Sent<Heartbeat>().size(), 1U);  // a heartbeat after the Hello
  driver.now += milliseconds(2801);
  driver.Event(TimePassed{});
  EXPECT_EQ(driver.Get<Reconnect>().size(), 1U);
}

TEST(Session, WhatIsGrantedAgainGoesOnUnderANewFence) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(3), Task1(4), Task1(5), Task1(6)});
  driver.Event(TasksDone{{ResultOf(4, 1, "four"), ResultOf(6, 1, "six")}});
  driver.now += seconds(5);
  driver.Event(TimePassed{});
  Welcome welcome = Driver::MakeWelcome();
  welcome.epoch = Epoch(8);
  welcome.granted = {{LeaseOf(3), Attempt(7)}, {LeaseOf(4), Attempt(8)}};
  driver.Message(welcome);
  EXPECT_THAT(driver.Get<Configure>(), IsEmpty());  // the model is there
  EXPECT_EQ(driver.Sent<Credit>().size(), 1U);      // told anew
  // The finished one at once; the one that somebody else has is dropped.
  ASSERT_EQ(driver.Sent<ResultMessage>().size(), 1U);
  const ResultMessage results = driver.Sent<ResultMessage>()[0];
  EXPECT_EQ(results.epoch, Epoch(8));
  ASSERT_EQ(results.results.size(), 1U);
  EXPECT_EQ(results.results[0].task, TaskId(4));
  EXPECT_EQ(results.results[0].attempt, Attempt(8));
  EXPECT_EQ(results.results[0].payload, "four");
  ASSERT_EQ(driver.Get<DropTask>().size(), 1U);
  EXPECT_EQ(driver.Get<DropTask>()[0].task, TaskId(5));
  // The executor still knows the other by its old attempt, the coordinator by the new one.
  driver.now += seconds(2);
  driver.Event(TimePassed{9, {{TaskId(3), Attempt(1), 4, 5}}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].sequence, 1U);  // of the new session
  const RunningTask now_called{TaskId(3), Attempt(7), 4, 5};
  EXPECT_THAT(driver.Sent<Heartbeat>()[0].running, ElementsAre(now_called));
  driver.Event(TasksDone{{ResultOf(3), ResultOf(5)}});
  ASSERT_EQ(driver.Sent<ResultMessage>().size(), 1U);
  ASSERT_EQ(driver.Sent<ResultMessage>()[0].results.size(), 1U);
  EXPECT_EQ(driver.Sent<ResultMessage>()[0].results[0].task, TaskId(3));
  EXPECT_EQ(driver.Sent<ResultMessage>()[0].results[0].attempt, Attempt(7));
  // Acknowledged under the new attempts: nothing is left to hold.
  driver.Message(AckOf(3, 7));
  driver.Message(AckOf(4, 8));
  driver.now += seconds(5);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_THAT(driver.Sent<Hello>()[0].held, IsEmpty());
}

TEST(Session, AGrantedTaskIsCancelledByItsNewName) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(3)});
  driver.Message(Reject{"no session", false});
  Welcome welcome = Driver::MakeWelcome();
  welcome.granted = {{LeaseOf(3), Attempt(7)}};
  driver.Message(welcome);
  driver.Message(Cancel{TaskId(3), Attempt(1)});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Message(Cancel{TaskId(3), Attempt(7)});
  ASSERT_EQ(driver.Get<DropTask>().size(), 1U);
  EXPECT_EQ(driver.Get<DropTask>()[0].attempt, Attempt(1));  // as the executor knows it
}

TEST(Session, WhatBrokeMeanwhileIsReportedUnderTheNewFence) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(3), Task1(4)});
  driver.Message(Reject{"no session", false});
  driver.Event(TaskBroken{TaskId(3), Attempt(1), "no memory", FailureKind::kTransient, 2});
  driver.Event(TaskBroken{TaskId(4), Attempt(1), "no memory"});
  EXPECT_THAT(driver.actions, IsEmpty());
  Welcome welcome = Driver::MakeWelcome();
  welcome.epoch = Epoch(8);
  welcome.granted = {{LeaseOf(3), Attempt(5)}};
  driver.Message(welcome);
  ASSERT_EQ(driver.Sent<Failure>().size(), 1U);
  EXPECT_EQ(driver.Sent<Failure>()[0].epoch, Epoch(8));
  EXPECT_EQ(driver.Sent<Failure>()[0].task, TaskId(3));
  EXPECT_EQ(driver.Sent<Failure>()[0].attempt, Attempt(5));
  EXPECT_EQ(driver.Sent<Failure>()[0].position, 2U);
}

TEST(Session, AnotherConfigurationDropsEverything) {
  for (int field = 0; field < 5; ++field) {
    Driver driver;
    driver.Join();
    driver.Assigned({Task1(3), Task1(4)});
    driver.Event(TasksDone{{ResultOf(4)}});
    driver.Message(Reject{"no session", false});
    Welcome welcome = Driver::MakeWelcome();
    if (field == 0) welcome.model_card = "/models/b/model.yaml";
    if (field == 1) welcome.raw_threshold = 0.1F;
    if (field == 2) welcome.raw_nms = 0.5F;
    if (field == 3) welcome.raw_max_per_image = 10;
    if (field == 4) welcome.fusion.models = {{welcome.model_card, {"car"}, 1}};
    welcome.granted = {{LeaseOf(3), Attempt(5)}, {LeaseOf(4), Attempt(6)}};
    driver.Message(welcome);
    EXPECT_EQ(driver.Get<Configure>().size(), 1U) << field;
    EXPECT_THAT(driver.SentResults(), IsEmpty());
    EXPECT_EQ(driver.Sent<Failure>().size(), 2U);  // they go back
    EXPECT_THAT(driver.Sent<Credit>(), IsEmpty());
    driver.Event(TasksDone{{ResultOf(3)}});
    EXPECT_THAT(driver.actions, IsEmpty());
    driver.Event(Prepared{});
    EXPECT_EQ(driver.Sent<Credit>().size(), 1U);
  }
}

TEST(Session, NothingIsHeldFromOneRunToAnother) {
  Driver driver;
  driver.Event(Started{});
  Welcome welcome = Driver::MakeWelcome();
  welcome.run = "first";
  driver.Message(welcome);
  driver.Event(Prepared{});
  driver.Assigned({Task1(3), Task1(4)});
  driver.Event(TasksDone{{ResultOf(4)}});
  driver.Message(Reject{"no session", false});
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].run, "first");
  welcome.run = "second";
  driver.Message(welcome);
  EXPECT_EQ(driver.Get<Configure>().size(), 1U);  // drops all; the card may have changed, too
  driver.Event(TasksDone{{ResultOf(3)}});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Message(Reject{"no session", false});
  EXPECT_THAT(driver.Sent<Hello>()[0].held, IsEmpty());
  EXPECT_EQ(driver.Sent<Hello>()[0].run, "second");
}

TEST(Session, CreditWaitsForAModelThatWasLoadingWhenTheConnectionWasLost) {
  Driver driver;
  driver.Event(Started{});
  driver.Message(Driver::MakeWelcome());
  driver.Message(Reject{"no session", false});
  driver.Message(Driver::MakeWelcome());
  EXPECT_THAT(driver.Get<Configure>(), IsEmpty());
  EXPECT_THAT(driver.Sent<Credit>(), IsEmpty());
  driver.Event(Prepared{});
  EXPECT_EQ(driver.Sent<Credit>().size(), 1U);
}

TEST(Session, ATransientRejectMeansJoinAgainWithWhatItHolds) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(Reject{"no session", false});
  EXPECT_THAT(driver.Get<DropAllTasks>(), IsEmpty());
  EXPECT_EQ(driver.Get<Reconnect>().size(), 1U);
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 41U);
  EXPECT_THAT(driver.Sent<Hello>()[0].held, UnorderedElementsAre(LeaseOf(0), LeaseOf(1)));
  driver.Message(Reject{"no session", false});  // not ready: ask again later
  EXPECT_THAT(driver.actions, IsEmpty());
  // What belongs to the session before means nothing now.
  driver.Assigned({Task1(2)});
  driver.Message(AckOf(0));
  driver.Message(Cancel{TaskId(1), Attempt(1)});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.now += seconds(2);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_THAT(driver.Sent<Hello>()[0].held, UnorderedElementsAre(LeaseOf(0), LeaseOf(1)));
}

TEST(Session, OpensANewConnectionEveryFewHellos) {
  Driver driver;
  driver.Event(Started{});
  for (int hello = 2; hello <= 5; ++hello) {
    driver.now += seconds(2);
    driver.Event(TimePassed{});
    EXPECT_THAT(driver.Get<Reconnect>(), IsEmpty()) << hello;
    ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
    EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 40U);
  }
  driver.now += seconds(2);
  driver.Event(TimePassed{});
  EXPECT_EQ(driver.Get<Reconnect>().size(), 1U);
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 41U);  // the coordinator may have answered the other
  // It still counts from the first Hello.
  driver.now = seconds(100) + minutes(5) + milliseconds(1);
  driver.Event(TimePassed{});
  EXPECT_TRUE(driver.session.Over());
}

TEST(Session, DrainWhileJoiningLeavesAtOnce) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(Reject{"no session", false});
  driver.Message(Drain{});
  EXPECT_TRUE(driver.session.Over());
}

}  // namespace
}  // namespace prelabel
