// Expected actions are worked out by hand from the rules in session.h and messages.h.
#include "worker/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  return Ack{{{TaskId(id), Attempt(attempt), status}}};
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
    driver.now += milliseconds(4999);
    driver.Message(Ack{});  // the coordinator is alive
    driver.Event(TimePassed{});
    EXPECT_THAT(driver.SentResults(), IsEmpty());
    driver.now += milliseconds(1);
    driver.Event(TimePassed{});
    EXPECT_THAT(driver.SentResults(), ElementsAre(2));
  }
  driver.Message(AckOf(2, 1, AckStatus::kDuplicate));
  driver.now += seconds(6);
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

TEST(Session, ABrokenTaskIsAFailure) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(3)});
  driver.Event(TaskBroken{TaskId(3), Attempt(1), "out of memory", false});
  ASSERT_EQ(driver.Sent<Failure>().size(), 1U);
  EXPECT_EQ(driver.Sent<Failure>()[0].epoch, kEpoch);
  EXPECT_EQ(driver.Sent<Failure>()[0].reason, "out of memory");
  EXPECT_EQ(driver.Sent<Failure>()[0].kind, FailureKind::kTransient);
  driver.Event(TaskBroken{TaskId(3), Attempt(1), "out of memory", false});
  EXPECT_THAT(driver.actions, IsEmpty());  // said once
}

TEST(Session, HeartbeatsOnlyWhereNothingElseIsSent) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)});
  driver.now += milliseconds(1500);
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(AckOf(0));
  driver.now += milliseconds(1999);
  driver.Event(TimePassed{17});
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{18});
  ASSERT_EQ(driver.Sent<Heartbeat>().size(), 1U);
  EXPECT_EQ(driver.Sent<Heartbeat>()[0].items_done, 18U);
  driver.Event(TimePassed{18});
  EXPECT_THAT(driver.actions, IsEmpty());
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
  driver.now += seconds(5);
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

TEST(Session, ATransientRejectMeansJoinAgainWithEmptyHands) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0), Task1(1)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(Reject{"no session", false});
  EXPECT_EQ(driver.Get<DropAllTasks>().size(), 1U);
  EXPECT_THAT(driver.Get<Reconnect>(), IsEmpty());  // the connection is good
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 41U);
  driver.Message(Reject{"no session", false});  // the answer to a message sent before that Hello
  EXPECT_THAT(driver.actions, IsEmpty());
  driver.Message(Driver::MakeWelcome());
  EXPECT_EQ(driver.Get<Configure>().size(), 1U);
  driver.Event(TasksDone{{ResultOf(1)}});  // of the session that is over
  EXPECT_THAT(driver.SentResults(), IsEmpty());
  driver.Event(Prepared{});
  EXPECT_EQ(driver.Sent<Credit>().size(), 1U);  // told anew, though it has not changed
  driver.now += seconds(6);
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.SentResults(), IsEmpty());
}

TEST(Session, SilenceMeansANewConnectionAndANewNonce) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)});
  driver.now += seconds(10);  // five heartbeats
  driver.Event(TimePassed{});
  EXPECT_THAT(driver.Get<Reconnect>(), IsEmpty());
  driver.now += milliseconds(1);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.actions.size(), 3U);  // in this order: the Hello goes through the new socket
  EXPECT_TRUE(std::holds_alternative<DropAllTasks>(driver.actions[0]));
  EXPECT_TRUE(std::holds_alternative<Reconnect>(driver.actions[1]));
  ASSERT_EQ(driver.Sent<Hello>().size(), 1U);
  EXPECT_EQ(driver.Sent<Hello>()[0].nonce, 41U);
  driver.Event(TasksDone{{ResultOf(0)}});
  EXPECT_THAT(driver.actions, IsEmpty());
}

TEST(Session, SilenceWhileLeavingIsReported) {
  Driver driver;
  driver.Join();
  driver.Assigned({Task1(0)});
  driver.Event(TasksDone{{ResultOf(0)}});
  driver.Message(Drain{});
  driver.now += milliseconds(10001);
  driver.Event(TimePassed{});
  ASSERT_EQ(driver.Get<Leave>().size(), 1U);
  EXPECT_FALSE(driver.Get<Leave>()[0].ok);
  EXPECT_TRUE(driver.session.Over());
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

}  // namespace
}  // namespace prelabel
