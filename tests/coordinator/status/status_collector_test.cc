#include "coordinator/status/status_collector.h"

#include <gtest/gtest.h>

#include <string>

namespace prelabel {
namespace {

using std::chrono::seconds;

WorkerInfo Worker(std::uint64_t id, const std::string& host) {
  WorkerInfo worker;
  worker.id = WorkerId(id);
  worker.hostname = host;
  worker.slots = 2;
  worker.compute.device = "cpu";
  return worker;
}

// Two tasks of 4 items, and workers 1 and 2; time stands at 100 s.
class StatusCollectorTest : public ::testing::Test {
 protected:
  StatusCollectorTest() : scheduler_(Rows(), SchedulerOptions()) {
    for (const std::uint64_t id : {1, 2}) {
      collector_.OnWorkerJoined(Worker(id, "gpu-" + std::to_string(id)));
      On(WorkerJoined{WorkerId(id), 2, {}});
    }
  }

  static std::vector<TaskRow> Rows() {
    std::vector<TaskRow> rows(2);
    for (std::uint64_t i = 0; i < 2; ++i) {
      rows[i].task.id = TaskId(i);
      rows[i].task.count = 4;
    }
    return rows;
  }

  void On(const SchedulerEvent& event) {
    std::vector<SchedulerAction> actions;
    scheduler_.OnEvent(event, now_, actions);
    Tell(actions);
  }
  void Dispatch() {
    std::vector<SchedulerAction> actions;
    scheduler_.Dispatch(now_, actions);
    Tell(actions);
  }
  void Tell(const std::vector<SchedulerAction>& actions) {
    for (const SchedulerAction& action : actions) {
      if (const auto* assign = std::get_if<AssignTask>(&action)) attempt_ = assign->attempt;
      if (const auto* commit = std::get_if<CommitResult>(&action)) {
        collector_.OnCommitDecided(*commit);
      }
      if (const auto* failure = std::get_if<RecordFailure>(&action)) {
        collector_.OnAttemptFailed(failure->failures, "then");
      }
    }
  }
  RunStatus Status() const {
    RunStatus status;
    collector_.Fill(status, scheduler_, now_);
    return status;
  }

  StatusCollector collector_;
  Scheduler scheduler_;
  TimePoint now_ = seconds(100);
  Attempt attempt_;
};

TEST_F(StatusCollectorTest, SaysWhatEachWorkerDoes) {
  EXPECT_EQ(Status().workers.at(0).state, "loading");
  On(WorkerCredit{WorkerId(1), 1});
  EXPECT_EQ(Status().workers.at(0).state, "idle");
  Dispatch();
  const RunStatus status = Status();
  ASSERT_EQ(status.workers.size(), 2U);
  EXPECT_EQ(status.workers[0].host, "gpu-1");
  EXPECT_EQ(status.workers[0].state, "working");
  EXPECT_EQ(status.workers[0].held, 1U);
  EXPECT_EQ(status.workers[1].state, "loading");
  EXPECT_EQ(status.tasks, 2U);
  EXPECT_EQ(status.workers_joined, 2U);
  now_ += seconds(3);
  EXPECT_DOUBLE_EQ(Status().workers[1].silent_seconds, 3);
}

TEST_F(StatusCollectorTest, SaysHowMuchMemoryAWorkerHas) {
  EXPECT_EQ(Status().workers.at(0).resident_bytes, 0U);
  collector_.OnWorkerMemory(WorkerId(1), 700);
  collector_.OnWorkerMemory(WorkerId(77), 800);  // it has left
  collector_.OnWorkerMemory(WorkerId(1), 900);
  EXPECT_EQ(Status().workers.at(0).resident_bytes, 900U);
  EXPECT_EQ(Status().workers.at(1).resident_bytes, 0U);
}

TEST_F(StatusCollectorTest, ItemsAreTheWorkersThatDidThemOnceTheyAreDurable) {
  On(WorkerCredit{WorkerId(2), 1});
  Dispatch();
  On(ResultReceived{WorkerId(2), TaskId(0), attempt_});
  EXPECT_EQ(Status().workers.at(1).items_done, 0U);
  EncodedResult result;
  result.task = TaskId(0);
  result.compute_micros = 1'500'000;
  result.payload = "12345";
  collector_.OnCommitted(result, 4);
  EXPECT_EQ(Status().workers.at(0).items_done, 0U);
  EXPECT_EQ(Status().workers.at(1).items_done, 4U);
  EXPECT_DOUBLE_EQ(Status().compute_seconds, 1.5);
  EXPECT_EQ(Status().result_bytes, 5U);
}

TEST_F(StatusCollectorTest, FailuresOfTheSameWordsAreCountedTogetherTheLatestFirst) {
  On(WorkerCredit{WorkerId(1), 1});
  Dispatch();
  On(TaskFailed{WorkerId(1), TaskId(0), attempt_, "no such file", FailureKind::kTransient});
  collector_.OnWorkerLeft(Worker(2, "gpu-2"), "its lease ran out", "t1");
  collector_.OnQuarantined({TaskId(1), 3, "bad"}, "t2");
  collector_.OnWorkerLeft(Worker(3, "gpu-3"), "its lease ran out", "t3");
  collector_.OnWorkerLeft(Worker(4, "gpu-4"), "done", "t4");  // as it should
  const RunStatus status = Status();
  ASSERT_EQ(status.failures.size(), 3U);
  EXPECT_EQ(status.failures[0].reason, "its lease ran out");
  EXPECT_EQ(status.failures[0].count, 2U);
  EXPECT_EQ(status.failures[0].what, "worker 3 on gpu-3");
  EXPECT_EQ(status.failures[0].last, "t3");
  EXPECT_EQ(status.failures[1].kind, "quarantined");
  EXPECT_EQ(status.failures[2].reason, "no such file");
  EXPECT_EQ(status.workers.at(0).failures, 1U);
  EXPECT_EQ(status.failed_attempts, 1U);
  EXPECT_EQ(status.workers_left, 3U);
  EXPECT_EQ(status.workers.size(), 1U);
}

TEST_F(StatusCollectorTest, WhatWorkersSayCannotMakeItGrow) {
  for (int i = 0; i < 1000; ++i) {
    collector_.OnQuarantined({TaskId(1), 1, std::to_string(i) + std::string(100'000, 'x')}, "t");
  }
  const RunStatus status = Status();
  EXPECT_EQ(status.tasks_quarantined, 1000U);
  EXPECT_EQ(status.failures.size(), 50U);
  EXPECT_EQ(status.failures[0].reason.substr(0, 4), "999x");
  EXPECT_LT(FormatRunStatus(status).size(), 100'000U);
}

}  // namespace
}  // namespace prelabel
