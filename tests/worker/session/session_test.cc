// Tasks, results, heartbeats and leaving. Expected actions are worked out by hand from the rules in
// session.h and messages.h.
#include "worker/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/worker/session/session_driver.h"

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Session, AsksForTasksOnlyWhenPrepared) {
  Driver driver(2);
  driver.Event(Started{});
  driver.Message(Driver::MakeWelcome());
  ASSERT_EQ(driver.Get<Configure>().size(), 1U);
  EXPECT_EQ(driver.Get<Configure>()[0].welcome.epoch, kEpoch);
  EXPECT_THAT(driver.Sent<Credit>(), IsEmpty());
  driver.Message(Driver::MakeWelcome());  // the answer to a second Hello
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Event(Prepared{});
  ASSERT_EQ(driver.Sent<Credit>().size(), 1U);
  EXPECT_EQ(driver.Sent<Credit>()[0].tasks, 4U);  // one running and one waiting a slot
}

TEST(Session, StartsEachTaskOnce) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(5), Task1(6)});
  EXPECT_THAT(driver.StartedTasks(), ElementsAre(5, 6));
  driver.Assigned({Task1(6), Task1(7)});
  EXPECT_THAT(driver.StartedTasks(), ElementsAre(7));
}

TEST(Session, CreditCoversFiftyMillisecondsAndFollowsTheSpeed) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1)});
  // Two tasks in 10 ms: 5 ms each; 50 ms are 10 tasks, and one is running.
  driver.now += milliseconds(10);
  driver.Event(TasksDone{{ResultOf(0), ResultOf(1)}});
  ASSERT_EQ(driver.Sent<Credit>().size(), 1U);
  EXPECT_EQ(driver.Sent<Credit>()[0].tasks, 11U);
  // 0.8 × 5 ms + 0.2 × 105 ms = 25 ms: two tasks, and one is running.
  driver.Assigned({Task1(2)});
  driver.now += milliseconds(105);
  driver.Event(TasksDone{{ResultOf(2)}});
  ASSERT_EQ(driver.Sent<Credit>().size(), 1U);
  EXPECT_EQ(driver.Sent<Credit>()[0].tasks, 3U);
}

TEST(Session, TimeWithoutTasksIsNotCountedAsWork) {
  Driver driver;
  driver.Join();
  driver.now += seconds(60);
  driver.Assigned({Task1(0)});
  driver.now += milliseconds(5);
  driver.Event(TasksDone{{ResultOf(0)}});
  ASSERT_EQ(driver.Sent<Credit>().size(), 1U);
  EXPECT_EQ(driver.Sent<Credit>()[0].tasks, 11U);  // 5 ms a task, as above
}

TEST(Session, CreditIsCapped) {
  Driver driver;
  driver.Join();
  std::vector<Assignment> tasks;
  std::vector<EncodedResult> results;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    tasks.push_back(Task1(i));
    results.push_back(ResultOf(i));
  }
  driver.Assigned(tasks);
  driver.now += milliseconds(1);  // a microsecond a task: 50,000 would cover the buffer
  driver.Event(TasksDone{results});
  ASSERT_EQ(driver.Sent<Credit>().size(), 1U);
  EXPECT_EQ(driver.Sent<Credit>()[0].tasks, 1024U);
}

TEST(Session, ResendsResultsUntilTheyAreAcknowledged) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1), Task1(2)});
  driver.Event(TasksDone{{ResultOf(0), ResultOf(1), ResultOf(2)}});
  ASSERT_EQ(driver.Sent<ResultMessage>().size(), 1U);
  EXPECT_EQ(driver.Sent<ResultMessage>()[0].epoch, kEpoch);
  EXPECT_THAT(driver.SentResults(), ElementsAre(0, 1, 2));
  driver.Message(AckOf(0));
  driver.Message(AckOf(1, 1, AckStatus::kStale));  // not wanted: forgotten as well
  driver.Message(AckOf(2, 9));                     // of another attempt
  for (int i = 0; i < 2; ++i) {
    driver.Live(milliseconds(4998));
    driver.now += milliseconds(1);
    driver.Event(TimePassed{});
    EXPECT_THAT(driver.SentResults(), IsEmpty());
    driver.now += milliseconds(1);
    driver.Event(TimePassed{});
    EXPECT_THAT(driver.SentResults(), ElementsAre(2));
  }
  driver.Message(AckOf(2, 1, AckStatus::kDuplicate));
  driver.Live(milliseconds(4999));
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.SentResults(), IsEmpty());
}

TEST(Session, LargeResultsTravelAlone) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1), Task1(2)});
  const std::string large(2 << 20, 'x');
  driver.Event(TasksDone{{ResultOf(0, 1, large), ResultOf(1, 1, large), ResultOf(2)}});
  const auto messages = driver.Sent<ResultMessage>();
  ASSERT_EQ(messages.size(), 3U);
  for (const ResultMessage& message : messages) EXPECT_EQ(message.results.size(), 1U);
}

TEST(Session, IgnoresAssignmentsOfAnotherEpoch) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)}, Epoch(6));
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Event(TasksDone{{ResultOf(0)}});
  EXPECT_THAT(driver.actions, IsEmpty());
}

TEST(Session, IgnoresResultsThatNobodyAskedFor) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0, 2)});
  driver.Event(TasksDone{{ResultOf(0, 1)}});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Event(TasksDone{{ResultOf(0, 2)}});
  EXPECT_THAT(driver.SentResults(), ElementsAre(0));
}

TEST(Session, CancelDropsATaskAndItsResult) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1)});
  driver.Message(Cancel{TaskId(1), Attempt(2)});  // another attempt
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Message(Cancel{TaskId(1), Attempt(1)});
  ASSERT_EQ(driver.Get<DropTask>().size(), 1U);
  EXPECT_EQ(driver.Get<DropTask>()[0].task, TaskId(1));
  driver.Event(TasksDone{{ResultOf(1)}});  // it had ended just before
  EXPECT_THAT(driver.SentResults(), IsEmpty());
}

TEST(Session, DrainFlushesThenSaysGoodbye) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(Drain{});
  EXPECT_EQ(driver.Get<DropAllTasks>().size(), 1U);
  EXPECT_THAT(driver.Sent<Goodbye>(), IsEmpty());
  driver.Assigned({Task1(2)});  // sent before the coordinator drained
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Live(milliseconds(4999));
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.SentResults(), ElementsAre(0));
  driver.Message(AckOf(0));
  EXPECT_EQ(driver.Sent<Goodbye>().size(), 1U);
  ASSERT_EQ(driver.Get<Leave>().size(), 1U);
  EXPECT_TRUE(driver.Get<Leave>()[0].ok);
  EXPECT_TRUE(driver.session.Over());
}

TEST(Session, DrainWithNothingToFlushLeavesAtOnce) {
  Driver driver;
  driver.Join();
  driver.Message(Drain{});
  EXPECT_EQ(driver.Sent<Goodbye>().size(), 1U);
  EXPECT_TRUE(driver.session.Over());
}

TEST(Session, StopHandsBackAndLeaves) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Event(StopWanted{});
  EXPECT_EQ(driver.Get<DropAllTasks>().size(), 1U);
  EXPECT_FALSE(driver.session.Over());  // a result is not safe yet
  driver.Message(AckOf(0));
  EXPECT_EQ(driver.Sent<Goodbye>().size(), 1U);
  EXPECT_TRUE(driver.Get<Leave>()[0].ok);
}

TEST(Session, ABrokenTaskIsAFailure) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(3)});
  driver.Event(TaskBroken{TaskId(3), Attempt(1), "out of memory", FailureKind::kTransient, 12});
  ASSERT_EQ(driver.Sent<Failure>().size(), 1U);
  EXPECT_EQ(driver.Sent<Failure>()[0].epoch, kEpoch);
  EXPECT_EQ(driver.Sent<Failure>()[0].reason, "out of memory");
  EXPECT_EQ(driver.Sent<Failure>()[0].kind, FailureKind::kTransient);
  EXPECT_EQ(driver.Sent<Failure>()[0].position, 12U);
  driver.Event(TaskBroken{TaskId(3), Attempt(1), "out of memory"});
  EXPECT_THAT(driver.actions, IsEmpty());  // said once
}

TEST(Session, ReportsAResultThatNoMessageCanHold) {
  Driver driver;
  driver.Event(Started{});
  Welcome welcome = Driver::MakeWelcome();
  welcome.max_message_bytes = 5000;
  driver.Message(welcome);
  driver.Event(Prepared{});
  driver.Assigned({Task1(0), Task1(1)});
  driver.Event(TasksDone{{ResultOf(0, 1, std::string(6000, 'x')), ResultOf(1, 1, "small")}});
  ASSERT_EQ(driver.Sent<Failure>().size(), 1U);
  EXPECT_EQ(driver.Sent<Failure>()[0].task, TaskId(0));
  EXPECT_EQ(driver.Sent<Failure>()[0].kind, FailureKind::kTooLarge);
  EXPECT_THAT(driver.Sent<Failure>()[0].reason, HasSubstr("6000 bytes"));
  EXPECT_THAT(driver.SentResults(), ElementsAre(1));
}

TEST(Session, SilenceWhileLeavingIsReported) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(Drain{});
  driver.now += seconds(6);  // the lease
  driver.Event(TimePassed{});
  EXPECT_FALSE(driver.session.Over());
  EXPECT_THAT(driver.Get<Reconnect>(), IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Get<Leave>().size(), 1U);
  EXPECT_FALSE(driver.Get<Leave>()[0].ok);
  EXPECT_TRUE(driver.session.Over());
}

TEST(Session, HeartbeatsEveryIntervalWhateverElseIsSent) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)});
  driver.now += milliseconds(1999);
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Event(TimePassed{17});
  EXPECT_THAT(driver.Sent<Heartbeat>(), IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{18, {}, 4096});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].items_done, 18U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].resident_bytes, 4096U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].sequence, 1U);
  driver.Event(TimePassed{18});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.now += seconds(2);
  driver.Event(TimePassed{18});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].sequence, 2U);
}

TEST(Session, AnItemJustBegunIsNamedSoon) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(4), Task1(5)});
  driver.now += milliseconds(30);
  const RunningTask first{TaskId(4), Attempt(1), 0, 0};
  driver.Event(TimePassed{0, {first}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_THAT(driver.Sent<Heartbeat>()[0].running, ElementsAre(first));
  driver.Event(Ack{{}, 1});
  driver.now += milliseconds(100);
  driver.Event(TimePassed{0, {first}});  // nothing new
  EXPECT_THAT(driver.actions, IsEmpty());
  // 20 ms must lie between two: of many items in that time the last is named.
  driver.Event(TimePassed{0, {{TaskId(4), Attempt(1), 1, 2}}});
  EXPECT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  driver.Event(Ack{{}, 2});
  driver.now += milliseconds(19);
  const RunningTask later{TaskId(4), Attempt(1), 2, 3};
  const RunningTask other{TaskId(5), Attempt(1), 0, 0};
  const RunningTask unknown{TaskId(9), Attempt(1), 0, 0};  // called back while it ran
  driver.Event(TimePassed{0, {later, other, unknown}});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{0, {later, other, unknown}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_THAT(driver.Sent<Heartbeat>()[0].running, ElementsAre(later, other));
}

TEST(Session, TellsOfNoFurtherItemBeforeTheLastHeartbeatIsAnswered) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(4)});
  driver.now += milliseconds(30);
  driver.Event(TimePassed{0, {{TaskId(4), Attempt(1), 0, 0}}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  const RunningTask later{TaskId(4), Attempt(1), 1, 1};
  driver.now += milliseconds(1999);
  driver.Event(TimePassed{0, {later}});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Event(Ack{{}, 1});
  driver.Event(TimePassed{0, {later}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_THAT(driver.Sent<Heartbeat>()[0].running, ElementsAre(later));
  driver.now += milliseconds(2000);  // a heartbeat interval: answered or not
  driver.Event(TimePassed{0, {later}});
  EXPECT_EQ(driver.Sent<Heartbeat>().size(), 1U);
}

TEST(Session, WhatWasCalledBackIsToldSoonAndWhenItHasEnded) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(4)});
  const RunningTask running{TaskId(4), Attempt(1), 0, 0};
  driver.now += milliseconds(30);
  driver.Event(TimePassed{0, {running}});
  driver.Event(Ack{{}, 1});
  driver.Event(Cancel{TaskId(4), Attempt(1)});
  driver.now += milliseconds(20);
  driver.Event(TimePassed{0, {running}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].cancels, 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].strays, 1U);
  EXPECT_THAT(driver.Sent<Heartbeat>()[0].running, IsEmpty());
  driver.Event(Ack{{}, 2});
  driver.now += milliseconds(20);
  driver.Event(TimePassed{0, {}});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].strays, 0U);
  driver.Event(Ack{{}, 3});
  driver.now += milliseconds(20);
  driver.Event(TimePassed{0, {}});
  EXPECT_THAT(driver.actions, IsEmpty());
}

TEST(Session, LooksOftenWhileItWorksAndSeldomElse) {
  Driver driver;
  driver.Join();
  EXPECT_EQ(driver.session.LongestWait(), milliseconds(200));
  driver.Assigned({Task1(0)});
  EXPECT_EQ(driver.session.LongestWait(), milliseconds(20));
}

// ---- joining again ----

}  // namespace
}  // namespace prelabel
