// Expected actions are worked out by hand from the rules in scheduler.h.
#include "coordinator/scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace prelabel {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr WorkerId kAda(1);
constexpr WorkerId kBob(2);

// `detects` detect tasks and, where wanted, a link task of one source.
std::vector<TaskRow> Rows(std::uint64_t detects, bool link = false) {
  std::vector<TaskRow> rows;
  for (std::uint64_t i = 0; i < detects; ++i) {
    rows.push_back({{TaskId(i), TaskKind::kDetect, SourceId(0), i * 8, 8, 1}});
  }
  if (link) rows.push_back({{TaskId(detects), TaskKind::kLink, SourceId(0), 0, 8, 1}});
  return rows;
}

// Drives a scheduler and keeps the actions of the last step apart by kind.
class Driver {
 public:
  explicit Driver(const std::vector<TaskRow>& rows, SchedulerOptions options = {})
      : scheduler(rows, options) {}

  void Event(const SchedulerEvent& event) {
    actions.clear();
    scheduler.OnEvent(event, now, actions);
  }
  void Join(WorkerId worker, std::uint32_t credit, std::uint32_t slots = 1) {
    Event(WorkerJoined{worker, slots});
    Event(WorkerCredit{worker, credit});
  }
  std::vector<std::uint64_t> Dispatch(WorkerId worker) {
    actions.clear();
    scheduler.Dispatch(now, actions);
    std::vector<std::uint64_t> tasks;
    for (const AssignTask& a : Get<AssignTask>()) {
      if (a.worker == worker) tasks.push_back(a.task.id.value);
    }
    return tasks;
  }
  template <class Action>
  std::vector<Action> Get() const {
    std::vector<Action> found;
    for (const SchedulerAction& action : actions) {
      if (const auto* a = std::get_if<Action>(&action)) found.push_back(*a);
    }
    return found;
  }

  Scheduler scheduler;
  TimePoint now{};
  std::vector<SchedulerAction> actions;
};

TEST(Scheduler, GivesAsMuchAsTheCreditAndNotMore) {
  Driver driver(Rows(5));
  driver.Join(kAda, 2);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 1));
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  ASSERT_EQ(driver.Get<CommitResult>().size(), 1U);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(2));
}

TEST(Scheduler, TwoWorkersGetAStretchEach) {
  Driver driver(Rows(10));
  driver.Join(kAda, 1);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0));
  driver.Join(kBob, 1);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(5));  // the middle of [1, 10)
  driver.Event(ResultReceived{kBob, TaskId(5), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(6));  // goes on where it stands
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(1));
}

TEST(Scheduler, LinksOnlyWhenEveryDetectTaskHasEnded) {
  Driver driver(Rows(2, true));
  driver.Join(kAda, 10);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 1));
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(TaskFailed{kAda, TaskId(1), Attempt(1), "no such model", true});
  ASSERT_EQ(driver.Get<QuarantineTask>().size(), 1U);
  EXPECT_EQ(driver.Get<QuarantineTask>()[0].reason, "no such model");
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(2));
  EXPECT_FALSE(driver.scheduler.Finished());
  driver.Event(ResultReceived{kAda, TaskId(2), Attempt(1)});
  EXPECT_TRUE(driver.scheduler.Finished());
}

TEST(Scheduler, ALostWorkersResultIsStaleAndItsTaskRunsElsewhere) {
  Driver driver(Rows(1));
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.now = seconds(7);  // over the lease of 6 s
  driver.Event(Tick{});
  ASSERT_EQ(driver.Get<DropWorker>().size(), 1U);
  driver.Join(kBob, 1);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(0));
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  ASSERT_EQ(driver.Get<RefuseResult>().size(), 1U);
  EXPECT_EQ(driver.Get<RefuseResult>()[0].status, AckStatus::kStale);
  driver.Event(ResultReceived{kBob, TaskId(0), Attempt(2)});
  EXPECT_EQ(driver.Get<CommitResult>().size(), 1U);
  driver.Event(ResultReceived{kBob, TaskId(0), Attempt(2)});  // the acknowledgement was lost
  ASSERT_EQ(driver.Get<RefuseResult>().size(), 1U);
  EXPECT_EQ(driver.Get<RefuseResult>()[0].status, AckStatus::kDuplicate);
}

TEST(Scheduler, AnyMessageRenewsTheLease) {
  Driver driver(Rows(1));
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.now = seconds(5);
  driver.Event(WorkerSeen{kAda});
  driver.now = seconds(10);
  driver.Event(Tick{});
  EXPECT_THAT(driver.Get<DropWorker>(), IsEmpty());
}

TEST(Scheduler, AWorkerThatAnswersButMakesNoProgressLosesItsTask) {
  SchedulerOptions options;
  options.task_deadline = seconds(60);
  Driver driver(Rows(1), options);
  driver.Join(kAda, 1);
  driver.now = seconds(100);  // it was idle: that is not held against it
  driver.Event(WorkerSeen{kAda});
  driver.Dispatch(kAda);
  driver.now = seconds(150);
  driver.Event(WorkerSeen{kAda});
  driver.Event(Tick{});
  EXPECT_THAT(driver.Get<DropWorker>(), IsEmpty());
  driver.now = seconds(161);
  driver.Event(WorkerSeen{kAda});
  driver.Event(Tick{});
  ASSERT_EQ(driver.Get<DropWorker>().size(), 1U);
  EXPECT_THAT(driver.Get<DropWorker>()[0].reason, HasSubstr("no progress"));
}

TEST(Scheduler, ATaskThatKeepsFailingIsQuarantinedAndOnlyThat) {
  Driver driver(Rows(2));
  driver.Join(kAda, 2);
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    driver.Dispatch(kAda);
    driver.Event(TaskFailed{kAda, TaskId(0), Attempt(attempt), "out of memory", false});
    EXPECT_EQ(driver.Get<QuarantineTask>().size(), attempt == 3 ? 1U : 0U);
  }
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1)});
  EXPECT_TRUE(driver.scheduler.Finished());
}

TEST(Scheduler, OnlyTheTaskAtHandIsBlamedForALostWorker) {
  SchedulerOptions options;
  options.max_attempts = 1;
  Driver driver(Rows(3), options);
  driver.Join(kAda, 3);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 1, 2));
  driver.Event(WorkerLeft{kAda, true, "the process was killed"});
  ASSERT_EQ(driver.Get<QuarantineTask>().size(), 1U);
  EXPECT_EQ(driver.Get<QuarantineTask>()[0].task, TaskId(0));
}

TEST(Scheduler, AGoodbyeGivesTasksBackWithoutBlame) {
  SchedulerOptions options;
  options.max_attempts = 1;
  Driver driver(Rows(1), options);
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.Event(WorkerLeft{kAda, false, "stopped"});
  EXPECT_THAT(driver.Get<QuarantineTask>(), IsEmpty());
  driver.Join(kBob, 1);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(0));
}

TEST(Scheduler, AnIdleWorkerTakesUnstartedWorkFromAnother) {
  Driver driver(Rows(3));
  driver.Join(kAda, 3);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 1, 2));
  driver.Join(kBob, 2);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(2));  // one to run, none to hoard
  ASSERT_EQ(driver.Get<CancelTask>().size(), 1U);
  EXPECT_EQ(driver.Get<CancelTask>()[0].worker, kAda);
  driver.Event(ResultReceived{kAda, TaskId(2), Attempt(1)});  // it had started all the same
  EXPECT_EQ(driver.Get<RefuseResult>().size(), 1U);
  driver.Event(ResultReceived{kBob, TaskId(2), Attempt(2)});
  EXPECT_EQ(driver.Get<CommitResult>().size(), 1U);
}

TEST(Scheduler, ContinuesAStoreWithWhatIsMissing) {
  std::vector<TaskRow> rows = Rows(3, true);
  rows[0].state = TaskState::kCommitted;
  rows[2].state = TaskState::kQuarantined;
  Driver driver(rows);
  EXPECT_EQ(driver.scheduler.DoneCount(), 2U);
  driver.Join(kAda, 4);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(1));
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(3));
}

TEST(Scheduler, UnknownTasksAndWorkersAreRefused) {
  Driver driver(Rows(1));
  driver.Event(ResultReceived{kAda, TaskId(99), Attempt(1)});
  EXPECT_EQ(driver.Get<RefuseResult>().size(), 1U);
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(0)});
  EXPECT_EQ(driver.Get<RefuseResult>().size(), 1U);
}

}  // namespace
}  // namespace prelabel
