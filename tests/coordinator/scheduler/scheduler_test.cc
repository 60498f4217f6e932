// Expected actions are worked out by hand from the rules in scheduler.h.
#include "coordinator/scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

namespace prelabel {
namespace {

using std::chrono::milliseconds;
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
    Event(WorkerJoined{worker, slots, {}});
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
  driver.Event(TaskFailed{kAda, TaskId(1), Attempt(1), "no such model", FailureKind::kPermanent});
  ASSERT_EQ(driver.Get<QuarantineTask>().size(), 1U);
  EXPECT_EQ(driver.Get<QuarantineTask>()[0].reason, "no such model");
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(2));
  EXPECT_FALSE(driver.scheduler.Finished());
  driver.Event(ResultReceived{kAda, TaskId(2), Attempt(1)});
  EXPECT_TRUE(driver.scheduler.Finished());
}

// Tasks 0 and 1 are the video's plain looks, 2 the link, 3 a second look.
TEST(Scheduler, LinksDoNotWaitForSecondLooks) {
  std::vector<TaskRow> rows = Rows(2, true);
  rows.push_back({{TaskId(3), TaskKind::kFlip, SourceId(0), 0, 8, 1}});
  Driver driver(rows);
  driver.Join(kAda, 2);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 1));
  driver.Join(kBob, 1);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(3));
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(2));  // Bob is not done
  driver.Event(ResultReceived{kAda, TaskId(2), Attempt(1)});
  EXPECT_FALSE(driver.scheduler.Finished());
  driver.Event(ResultReceived{kBob, TaskId(3), Attempt(1)});
  EXPECT_TRUE(driver.scheduler.Finished());
}

TEST(Scheduler, ASecondLookThatFailsIsCutUpAndHoldsNothingUp) {
  std::vector<TaskRow> rows = Rows(1, true);
  rows.push_back({{TaskId(2), TaskKind::kScale, SourceId(0), 0, 2, 4}});
  Driver driver(rows);
  driver.Join(kAda, 4);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 2));
  driver.Event(TaskFailed{kAda, TaskId(2), Attempt(1), "too large", FailureKind::kTooLarge});
  ASSERT_EQ(driver.Get<ReplaceTask>().size(), 1U);
  EXPECT_THAT(driver.Get<ReplaceTask>()[0].split.tasks,
              ElementsAre(Task{TaskId(3), TaskKind::kScale, SourceId(0), 0, 1, 4},
                          Task{TaskId(4), TaskKind::kScale, SourceId(0), 4, 1, 4}));
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  // The link is held up by none of them.
  EXPECT_THAT(driver.Dispatch(kAda), ::testing::UnorderedElementsAre(1, 3, 4));
}

TEST(Scheduler, ALinkThatWantsFurtherFramesBeginsAnotherRound) {
  SchedulerOptions options;
  options.shard_size = 2;
  std::vector<TaskRow> rows = Rows(1, true);
  rows[1].task.count = 100;  // frames of the video
  Driver driver(rows, options);
  driver.Join(kAda, 10);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0));
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(1));
  // 100 and more are beyond the video's end.
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1), {10, 20, 30, 99, 100}});
  ASSERT_EQ(driver.Get<CommitResult>().size(), 1U);
  ASSERT_EQ(driver.Get<PlanRound>().size(), 1U);
  const PlannedTasks planned = driver.Get<PlanRound>()[0].planned;
  EXPECT_FALSE(planned.replaces.has_value());
  EXPECT_THAT(planned.tasks, ElementsAre(Task{TaskId(2), TaskKind::kDetect, SourceId(0), 10, 2, 10},
                                         Task{TaskId(3), TaskKind::kDetect, SourceId(0), 30, 2, 69},
                                         Task{TaskId(4), TaskKind::kLink, SourceId(0), 0, 100, 1}));
  EXPECT_FALSE(driver.scheduler.Finished());
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(2, 3));  // the link waits for both
  driver.Event(ResultReceived{kAda, TaskId(2), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(3), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(4));
  driver.Event(ResultReceived{kAda, TaskId(4), Attempt(1), {}});
  EXPECT_THAT(driver.Get<PlanRound>(), IsEmpty());
  EXPECT_TRUE(driver.scheduler.Finished());
}

TEST(Scheduler, AnEarlierLinkDoneAgainPlansNoRound) {
  // Its result was damaged; what it wanted then has been looked at since.
  std::vector<TaskRow> rows = Rows(1, true);
  rows[1].task.count = 100;
  rows.push_back({{TaskId(2), TaskKind::kDetect, SourceId(0), 50, 1, 1}, TaskState::kCommitted});
  rows.push_back({{TaskId(3), TaskKind::kLink, SourceId(0), 0, 100, 1}, TaskState::kCommitted});
  rows[0].state = TaskState::kCommitted;
  Driver driver(rows);
  driver.Join(kAda, 10);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(1));
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1), {50}});
  EXPECT_THAT(driver.Get<PlanRound>(), IsEmpty());
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

// One item a task, so that nothing is cut.
std::vector<TaskRow> Singles(std::uint64_t count) {
  std::vector<TaskRow> rows = Rows(count);
  for (TaskRow& row : rows) row.task.count = 1;
  return rows;
}

TEST(Scheduler, ATransientFailureWaitsBeforeTheNextAttempt) {
  Driver driver(Singles(1));
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.Event(TaskFailed{kAda, TaskId(0), Attempt(1), "out of memory"});
  ASSERT_EQ(driver.Get<RecordFailure>().size(), 1U);
  EXPECT_EQ(driver.Get<RecordFailure>()[0].failures.failures, 1U);
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.now += milliseconds(249);  // the wait is 500 ms times 0.5 to 1.5
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.now += milliseconds(501);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0));
}

TEST(Scheduler, AnItemThatKeepsFailingIsQuarantinedAndOnlyThat) {
  Driver driver(Singles(2));
  driver.Join(kAda, 2);
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    driver.Dispatch(kAda);
    driver.Event(TaskFailed{kAda, TaskId(0), Attempt(attempt), "out of memory"});
    EXPECT_EQ(driver.Get<QuarantineTask>().size(), attempt == 3 ? 1U : 0U);
    driver.now += seconds(5);
    driver.scheduler.OnEvent(WorkerSeen{kAda}, driver.now, driver.actions);
  }
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1)});
  EXPECT_TRUE(driver.scheduler.Finished());
}

TEST(Scheduler, AFailedTaskGoesToAnotherWorkerWhereThereIsOne) {
  Driver driver(Singles(1));
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.Event(TaskFailed{kAda, TaskId(0), Attempt(1), "no such file here"});
  driver.Join(kBob, 1);
  driver.now += seconds(2);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(0));
}

TEST(Scheduler, AWorkerWhereEverythingFailsIsBenched) {
  Driver driver(Singles(9));
  driver.Join(kAda, 5);
  driver.Dispatch(kAda);
  driver.Join(kBob, 1);
  for (std::uint64_t task = 0; task < 3; ++task) {
    driver.Event(TaskFailed{kAda, TaskId(task), Attempt(1), "no such file here"});
  }
  ASSERT_EQ(driver.Get<BenchWorker>().size(), 1U);
  EXPECT_EQ(driver.Get<BenchWorker>()[0].worker, kAda);
  // What it held behind is called back; it gets nothing until its pause is over.
  EXPECT_THAT(driver.Get<CancelTask>(), testing::SizeIs(1));
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  EXPECT_TRUE(driver.scheduler.DescribeWorkers(driver.now)[0].benched.has_value());
  driver.now += seconds(31);
  driver.scheduler.OnEvent(WorkerSeen{kAda}, driver.now, driver.actions);
  EXPECT_FALSE(driver.scheduler.DescribeWorkers(driver.now)[0].benched.has_value());
  EXPECT_THAT(driver.Dispatch(kAda), testing::Not(IsEmpty()));
}

TEST(Scheduler, WhatABenchedWorkerHadInHandMakesItsPauseNoLonger) {
  Driver driver(Singles(12));
  driver.Join(kAda, 8);
  driver.Dispatch(kAda);
  std::vector<RunningTask> started;
  for (std::uint64_t task = 0; task < 8; ++task)
    started.push_back({TaskId(task), Attempt(1), 0, 0});
  driver.Event(WorkerProgress{kAda, started});
  driver.Join(kBob, 1);
  int benches = 0;
  for (std::uint64_t task = 0; task < 8; ++task) {
    driver.Event(TaskFailed{kAda, TaskId(task), Attempt(1), "no such file here"});
    for (const BenchWorker& bench : driver.Get<BenchWorker>()) {
      ++benches;
      EXPECT_EQ(bench.pause, seconds(30));
    }
  }
  EXPECT_EQ(benches, 1);
  // One more afterwards, and it pauses for longer.
  driver.now += seconds(31);
  driver.scheduler.OnEvent(WorkerSeen{kAda}, driver.now, driver.actions);
  driver.Dispatch(kAda);
  ASSERT_THAT(driver.Get<AssignTask>(), testing::Not(IsEmpty()));
  const AssignTask again = driver.Get<AssignTask>()[0];
  driver.Event(TaskFailed{kAda, again.task.id, again.attempt, "no such file here"});
  ASSERT_EQ(driver.Get<BenchWorker>().size(), 1U);
  EXPECT_EQ(driver.Get<BenchWorker>()[0].pause, seconds(60));
}

TEST(Scheduler, WhereEverybodyFailsNobodyIsBenched) {
  Driver driver(Singles(9));
  driver.Join(kAda, 9);
  driver.Dispatch(kAda);
  for (std::uint64_t task = 0; task < 8; ++task) {
    driver.Event(TaskFailed{kAda, TaskId(task), Attempt(1), "no such model"});
    EXPECT_THAT(driver.Get<BenchWorker>(), IsEmpty());
  }
}

TEST(Scheduler, OnlyTheTaskAtHandIsBlamedForALostWorker) {
  Driver driver(Rows(3));
  driver.Join(kAda, 3);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0, 1, 2));
  driver.Event(WorkerLeft{kAda, Departure::kLost, "silence"});
  ASSERT_EQ(driver.Get<RecordFailure>().size(), 1U);
  EXPECT_EQ(driver.Get<RecordFailure>()[0].failures.task, TaskId(0));
  driver.Join(kBob, 3);
  EXPECT_THAT(driver.Dispatch(kBob), testing::UnorderedElementsAre(0, 1, 2));  // at once
}

TEST(Scheduler, TheItemInFlightAtACrashIsTriedAloneAndQuarantinedWhenItKillsAgain) {
  Driver driver(Rows(2));  // of 8 items each
  driver.Join(kAda, 1);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(0));
  driver.Event(WorkerProgress{kAda, {{TaskId(0), Attempt(1), 3, 3}}});
  driver.Event(WorkerLeft{kAda, Departure::kCrashed, "was killed by signal 11"});
  ASSERT_EQ(driver.Get<ReplaceTask>().size(), 1U);
  const std::vector<Task> parts = driver.Get<ReplaceTask>()[0].split.tasks;
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0], (Task{TaskId(2), TaskKind::kDetect, SourceId(0), 0, 3, 1}));
  EXPECT_EQ(parts[1], (Task{TaskId(3), TaskKind::kDetect, SourceId(0), 3, 1, 1}));
  EXPECT_EQ(parts[2], (Task{TaskId(4), TaskKind::kDetect, SourceId(0), 4, 4, 1}));
  driver.Join(kBob, 8);
  // Nothing else while the suspect is there, however much was asked for.
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(3));
  EXPECT_THAT(driver.Dispatch(kBob), IsEmpty());
  driver.Event(WorkerLeft{kBob, Departure::kCrashed, "was killed by signal 11"});
  ASSERT_EQ(driver.Get<QuarantineTask>().size(), 1U);
  EXPECT_EQ(driver.Get<QuarantineTask>()[0].task, TaskId(3));
  EXPECT_THAT(driver.Get<QuarantineTask>()[0].reason, HasSubstr("signal 11"));
  const WorkerId eve(3);
  driver.Join(eve, 8);
  EXPECT_THAT(driver.Dispatch(eve), testing::UnorderedElementsAre(1, 2, 4));
}

TEST(Scheduler, AnUnnamedCrashIsBisectedDownToOneItem) {
  Driver driver(Rows(2));
  const std::uint64_t poison = 5;  // item of the source
  std::uint64_t next = 1;
  std::vector<std::uint64_t> quarantined;
  std::uint64_t done = 0;
  int crashes = 0;
  while (!driver.scheduler.Finished() && next < 100) {
    const WorkerId worker(next++);
    driver.Join(worker, 2);
    for (bool alive = true; alive && !driver.scheduler.Finished();) {
      driver.Dispatch(worker);
      const auto given = driver.Get<AssignTask>();
      if (given.empty()) break;
      for (const AssignTask& assign : given) {
        const bool kills =
            poison >= assign.task.first && poison < assign.task.first + assign.task.count;
        if (kills) {
          alive = false;
          ++crashes;
          driver.Event(WorkerLeft{worker, Departure::kCrashed, "was killed"});
          for (const auto& q : driver.Get<QuarantineTask>()) quarantined.push_back(q.task.value);
          break;
        }
        driver.Event(ResultReceived{worker, assign.task.id, assign.attempt});
        if (!driver.Get<CommitResult>().empty()) done += assign.task.count;
      }
    }
  }
  EXPECT_TRUE(driver.scheduler.Finished());
  EXPECT_EQ(quarantined.size(), 1U);
  EXPECT_EQ(done, 15U);   // 16 items but one
  EXPECT_LE(crashes, 5);  // in company, alone, of 4, of 2, of 1
}

TEST(Scheduler, ATooLargeResultIsTriedInHalves) {
  Driver driver(Rows(1));
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.Event(
      TaskFailed{kAda, TaskId(0), Attempt(1), "its result is too large", FailureKind::kTooLarge});
  ASSERT_EQ(driver.Get<ReplaceTask>().size(), 1U);
  EXPECT_EQ(driver.Get<ReplaceTask>()[0].split.tasks.size(), 2U);
  EXPECT_EQ(driver.Get<ReplaceTask>()[0].split.tasks[1].first, 4U);
}

TEST(Scheduler, AdoptsWhatARejoiningWorkerHolds) {
  Driver driver(Rows(3));
  driver.Event(WorkerJoined{kAda, 1, {{Epoch(1), TaskId(2), Attempt(5)}}});
  ASSERT_EQ(driver.Get<AdoptTask>().size(), 1U);
  EXPECT_EQ(driver.Get<AdoptTask>()[0].attempt, Attempt(1));
  // Somebody else with the same lease comes too late.
  driver.Event(WorkerJoined{kBob, 1, {{Epoch(1), TaskId(2), Attempt(5)}}});
  EXPECT_THAT(driver.Get<AdoptTask>(), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(2), Attempt(1)});
  EXPECT_EQ(driver.Get<CommitResult>().size(), 1U);
}

TEST(Scheduler, OneBackupCopyOfAStragglerAndTheFirstResultWins) {
  Driver driver(Rows(13));
  driver.Join(kAda, 1);
  for (std::uint64_t task = 0; task < 12; ++task) {  // one second each
    EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(task));
    driver.now += seconds(1);
    driver.Event(ResultReceived{kAda, TaskId(task), Attempt(1)});
  }
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(12));
  driver.Join(kBob, 1);
  driver.now += seconds(2);  // not over 2 × p95 yet: bins are a tenth wide
  driver.scheduler.OnEvent(WorkerSeen{kAda}, driver.now, driver.actions);
  EXPECT_THAT(driver.Dispatch(kBob), IsEmpty());
  driver.now += seconds(1);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(12));
  ASSERT_EQ(driver.Get<AssignTask>().size(), 1U);
  EXPECT_TRUE(driver.Get<AssignTask>()[0].backup);
  const WorkerId eve(3);
  driver.Join(eve, 1);
  driver.now += seconds(1);
  EXPECT_THAT(driver.Dispatch(eve), IsEmpty());  // one copy is enough
  driver.Event(ResultReceived{kAda, TaskId(12), Attempt(1)});
  EXPECT_EQ(driver.Get<CommitResult>().size(), 1U);
  ASSERT_EQ(driver.Get<CancelTask>().size(), 1U);
  EXPECT_EQ(driver.Get<CancelTask>()[0].worker, kBob);
  driver.Event(ResultReceived{kBob, TaskId(12), Attempt(2)});
  EXPECT_THAT(driver.Get<CommitResult>(), IsEmpty());
  EXPECT_TRUE(driver.scheduler.Finished());
}

TEST(Scheduler, TheMeasureOfAStragglerIsTheWorkerThatWouldCopyIt) {
  Driver driver(Rows(40));
  driver.Join(kAda, 1);
  driver.Join(kBob, 1);
  // Ada takes 1 s a task, Bob 10 s: of all durations more than a twentieth are Bob's.
  std::map<WorkerId, TaskId> at;
  std::map<WorkerId, TimePoint> since;
  bool copied = false;
  for (int second = 0; second < 60 && !copied; ++second) {
    driver.actions.clear();
    driver.scheduler.Dispatch(driver.now, driver.actions);
    for (const AssignTask& assign : driver.Get<AssignTask>()) {
      at[assign.worker] = assign.task.id;
      since[assign.worker] = driver.now;
      if (assign.backup) copied = assign.worker == kAda;
    }
    driver.now += seconds(1);
    driver.scheduler.OnEvent(WorkerSeen{kBob}, driver.now, driver.actions);
    driver.scheduler.OnEvent(WorkerSeen{kAda}, driver.now, driver.actions);
    for (const WorkerId worker : {kAda, kBob}) {
      const Duration takes = worker == kAda ? seconds(1) : seconds(10);
      if (at.count(worker) == 0 || driver.now - since[worker] < takes) continue;
      driver.Event(ResultReceived{worker, at[worker], Attempt(1)});
      at.erase(worker);
    }
  }
  EXPECT_TRUE(copied);
}

TEST(Scheduler, ACopyThatFailsIsCountedWhileTheOtherGoesOn) {
  Driver driver(Rows(13));
  driver.Join(kAda, 1);
  for (std::uint64_t task = 0; task < 12; ++task) {
    driver.Dispatch(kAda);
    driver.now += seconds(1);
    driver.Event(ResultReceived{kAda, TaskId(task), Attempt(1)});
  }
  driver.Dispatch(kAda);
  driver.Join(kBob, 1);
  driver.now += seconds(3);
  driver.scheduler.OnEvent(WorkerSeen{kAda}, driver.now, driver.actions);
  EXPECT_THAT(driver.Dispatch(kBob), ElementsAre(12));
  driver.Event(WorkerLeft{kBob, Departure::kCrashed, "was killed"});
  EXPECT_EQ(driver.Get<RecordFailure>().size(), 1U);
  driver.Event(ResultReceived{kAda, TaskId(12), Attempt(1)});
  EXPECT_EQ(driver.Get<CommitResult>().size(), 1U);
}

TEST(Scheduler, ATaskThatKillsSilentlyGetsNoCopiesForEver) {
  Driver driver(Rows(13));
  driver.Join(kAda, 1);
  for (std::uint64_t task = 0; task < 12; ++task) {
    driver.Dispatch(kAda);
    driver.now += seconds(1);
    driver.Event(ResultReceived{kAda, TaskId(task), Attempt(1)});
  }
  // The thirteenth holds the poison: whoever has it falls silent, and is replaced at once.
  std::uint64_t next = 2;
  int copies = 0;
  for (int round = 0; round < 200 && !driver.scheduler.Finished(); ++round) {
    driver.Join(WorkerId(next++), 1);
    driver.actions.clear();
    driver.scheduler.Dispatch(driver.now, driver.actions);
    for (const AssignTask& assign : driver.Get<AssignTask>()) {
      if (assign.backup) ++copies;
      const bool poison = assign.task.first <= 100 && 100 < assign.task.first + assign.task.count;
      if (!poison) driver.Event(ResultReceived{assign.worker, assign.task.id, assign.attempt});
    }
    driver.now += seconds(3);
    driver.Event(Tick{});
  }
  EXPECT_TRUE(driver.scheduler.Finished());
  EXPECT_LE(copies, 1);
}

TEST(Scheduler, AHungItemIsTriedAloneAndItsWorkerSentAway) {
  SchedulerOptions options;
  options.task_deadline = seconds(60);
  Driver driver(Rows(2), options);
  driver.Join(kAda, 2);
  driver.Dispatch(kAda);
  for (int i = 0; i <= 61; ++i) {
    driver.Event(WorkerProgress{kAda, {{TaskId(0), Attempt(1), 4, 7}}});
    driver.now += seconds(1);
  }
  driver.Event(Tick{});
  ASSERT_EQ(driver.Get<DropWorker>().size(), 1U);
  EXPECT_TRUE(driver.Get<DropWorker>()[0].permanent);
  ASSERT_EQ(driver.Get<ReplaceTask>().size(), 1U);
  const std::vector<Task> parts = driver.Get<ReplaceTask>()[0].split.tasks;
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[1].first, 4U);  // the one in the model
  EXPECT_EQ(parts[1].count, 1U);
}

TEST(Scheduler, NobodyIsLateForTheTimeTheCoordinatorStoodStill) {
  Driver driver(Rows(1));
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.now += seconds(100);
  driver.Event(ClockGap{seconds(100)});
  driver.Event(Tick{});
  EXPECT_THAT(driver.Get<DropWorker>(), IsEmpty());
}

TEST(Scheduler, ASuspectOfTheStoreIsTriedAlone) {
  std::vector<TaskRow> rows = Rows(3);
  rows[1].failures = rows[1].losses = 2;
  Driver driver(rows);
  driver.Join(kAda, 3);
  EXPECT_THAT(driver.Dispatch(kAda), ElementsAre(1));
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());
  driver.Event(ResultReceived{kAda, TaskId(1), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), testing::UnorderedElementsAre(0, 2));
}

TEST(Scheduler, ABusyWorkerIsFreedForASuspect) {
  std::vector<TaskRow> rows = Rows(6);
  Driver driver(rows);
  driver.Join(kAda, 3);
  driver.Join(kBob, 1);
  driver.Dispatch(kAda);
  driver.Event(WorkerProgress{kBob, {{TaskId(3), Attempt(1), 0, 0}}});
  driver.Event(WorkerLeft{kBob, Departure::kCrashed, "was killed"});
  ASSERT_EQ(driver.Get<ReplaceTask>().size(), 1U);
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());  // its unstarted tasks are called back
  EXPECT_THAT(driver.Get<CancelTask>(), testing::SizeIs(2));
  driver.Event(ResultReceived{kAda, TaskId(0), Attempt(1)});
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());  // what was called back may still run there
  driver.Event(WorkerProgress{kAda, {}, true, true});
  EXPECT_THAT(driver.Dispatch(kAda), IsEmpty());  // it does
  driver.Event(WorkerProgress{kAda, {}, false, true});
  const auto suspect = driver.Dispatch(kAda);
  ASSERT_EQ(suspect.size(), 1U);
  EXPECT_GE(suspect[0], 6U);  // a part
}

TEST(Scheduler, ExplainsEveryTaskThatHasNotEnded) {
  using Why = TaskStatus::Why;
  Driver driver(Rows(6, true));
  std::vector<TaskStatus> all = driver.scheduler.Explain(driver.now, 100);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].why, Why::kNoWorker);
  EXPECT_EQ(all[0].last, TaskId(5));
  EXPECT_EQ(all[1].why, Why::kBlocked);
  EXPECT_EQ(all[1].ahead, 6U);
  driver.Join(kAda, 2);
  driver.Dispatch(kAda);
  driver.Event(WorkerProgress{kAda, {{TaskId(0), Attempt(1), 5, 6}}});
  driver.now = seconds(2);
  all = driver.scheduler.Explain(driver.now, 100);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].why, Why::kRunning);
  EXPECT_EQ(all[0].items_done, 5U);
  EXPECT_EQ(all[0].since, seconds(2));
  EXPECT_EQ(all[1].why, Why::kQueued);
  EXPECT_EQ(all[1].ahead, 1U);
  EXPECT_EQ(all[2].why, Why::kBusy);
  EXPECT_EQ(all[2].first, TaskId(2));
  driver.Event(TaskFailed{kAda, TaskId(0), Attempt(1), "out of memory"});
  all = driver.scheduler.Explain(driver.now, 100);
  EXPECT_EQ(all[0].why, Why::kBackoff);
  EXPECT_EQ(all[0].reason, "out of memory");
  EXPECT_GT(all[0].wait, Duration(0));
}

TEST(Scheduler, AGoodbyeGivesTasksBackWithoutBlame) {
  SchedulerOptions options;
  options.max_attempts = 1;
  Driver driver(Rows(1), options);
  driver.Join(kAda, 1);
  driver.Dispatch(kAda);
  driver.Event(WorkerLeft{kAda, Departure::kGoodbye, "stopped"});
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
