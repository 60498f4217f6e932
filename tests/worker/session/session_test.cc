// Expected actions are worked out by hand from the rules in session.h and messages.h.
#include "worker/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr Epoch kEpoch(7);

Assignment Task1(std::uint64_t id, std::uint32_t attempt = 1) {
  Assignment assignment;
  assignment.task.id = TaskId(id);
  assignment.attempt = Attempt(attempt);
  return assignment;
}

EncodedResult ResultOf(std::uint64_t id, std::uint32_t attempt = 1, std::string payload = "p") {
  EncodedResult result;
  result.task = TaskId(id);
  result.attempt = Attempt(attempt);
  result.payload = std::move(payload);
  return result;
}

Ack AckOf(std::uint64_t id, std::uint32_t attempt = 1, AckStatus status = AckStatus::kCommitted) {
  return Ack{{{TaskId(id), Attempt(attempt), status}}, 0};
}

Lease LeaseOf(std::uint64_t id, std::uint32_t attempt = 1) {
  return {kEpoch, TaskId(id), Attempt(attempt)};
}

// Drives a session and keeps the actions of the last event.
class Driver {
 public:
  explicit Driver(std::uint32_t slots = 1) : session(Options(slots)) {}

  static SessionOptions Options(std::uint32_t slots) {
    SessionOptions options;
    options.hello.worker_uuid = "u";
    options.hello.nonce = 40;
    options.slots = slots;
    return options;
  }

  void Event(const SessionEvent& event) {
    actions.clear();
    session.OnEvent(event, now, actions);
    for (const Heartbeat& beat : Sent<Heartbeat>()) last_beat = beat.sequence;
  }
  // Time passes in steps of a second while the coordinator answers every heartbeat.
  void Live(Duration time) {
    for (const TimePoint end = now + time; now < end;) {
      now += std::min<Duration>(seconds(1), end - now);
      Event(TimePassed{});
      Message(Ack{{}, last_beat});
    }
  }
  void Message(const CoordinatorMessage& message) { Event(message); }
  void Assigned(std::vector<Assignment> tasks, Epoch epoch = kEpoch) {
    Message(Assign{epoch, std::move(tasks)});
  }
  // Joined, configured, and ready for tasks.
  void Join() {
    Event(Started{});
    Message(MakeWelcome());
    Event(Prepared{});
  }
  static Welcome MakeWelcome() {
    Welcome welcome;
    welcome.epoch = kEpoch;
    welcome.heartbeat = seconds(2);
    welcome.lease = seconds(6);
    welcome.model_card = "/models/a/model.yaml";
    welcome.raw_threshold = 0.05F;
    welcome.raw_nms = 0.6F;
    welcome.raw_max_per_image = 100;
    return welcome;
  }

  template <class Action>
  std::vector<Action> Get() const {
    std::vector<Action> found;
    for (const SessionAction& action : actions) {
      if (const auto* a = std::get_if<Action>(&action)) found.push_back(*a);
    }
    return found;
  }
  template <class Message>
  std::vector<Message> Sent() const {
    std::vector<Message> found;
    for (const SendMessage& send : Get<SendMessage>()) {
      if (const auto* m = std::get_if<Message>(&send.message)) found.push_back(*m);
    }
    return found;
  }
  std::vector<std::uint64_t> SentResults() const {
    std::vector<std::uint64_t> tasks;
    for (const ResultMessage& message : Sent<ResultMessage>()) {
      for (const EncodedResult& result : message.results) tasks.push_back(result.task.value);
    }
    return tasks;
  }
  std::vector<std::uint64_t> StartedTasks() const {
    std::vector<std::uint64_t> tasks;
    for (const StartTask& start : Get<StartTask>()) {
      tasks.push_back(start.assignment.task.id.value);
    }
    return tasks;
  }

  Session session;
  TimePoint now = seconds(100);
  std::uint64_t last_beat = 0;  // sequence of the last heartbeat
  std::vector<SessionAction> actions;
};

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
