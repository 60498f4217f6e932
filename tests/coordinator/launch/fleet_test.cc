#include "coordinator/launch/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Does as the test says.
class FakeLauncher : public Launcher {
 public:
  std::string Noun() const override { return "job"; }
  void Submit(int count) override { submitting += count; }
  LauncherNews Poll(TimePoint) override { return std::exchange(news, {}); }
  std::vector<Allocation> Allocations() const override { return allocations; }
  int Submitting() const override { return submitting; }
  void Cancel(const std::vector<std::string>& ids) override {
    cancelled.insert(cancelled.end(), ids.begin(), ids.end());
  }
  std::vector<EndedAllocation> Terminate(std::chrono::milliseconds) override { return {}; }

  // What was asked for gets an id each and waits, or runs.
  void Accept(const std::vector<std::string>& ids, bool running) {
    for (const std::string& id : ids) allocations.push_back({id, running});
    submitting -= static_cast<int>(ids.size());
    news.accepted += static_cast<int>(ids.size());
  }
  void End(const std::string& id, AllocationEnd ending, const std::string& status) {
    std::erase_if(allocations, [&](const Allocation& one) { return one.id == id; });
    news.ended.push_back({id, ending, status, "/run/" + id + ".log", 0});
  }

  LauncherNews news;
  std::vector<Allocation> allocations;
  std::vector<std::string> cancelled;
  int submitting = 0;
};

class FleetTest : public testing::Test {
 protected:
  static AllocationLimits Limits() {
    AllocationLimits limits;
    limits.min = 1;
    limits.max = 3;
    limits.idle = seconds(10);
    return limits;
  }
  FleetNews Turn(std::uint64_t ready, int second) {
    return fleet_.Turn({ready, [this](WorkerId worker) { return idle_.contains(worker); }},
                       seconds(second));
  }

  FakeLauncher launcher_;
  Fleet fleet_{launcher_, Limits()};
  std::set<WorkerId> idle_;
};

TEST_F(FleetTest, GrowsWithTheWorkAndGivesIdleWorkersBack) {
  Turn(100, 0);
  EXPECT_EQ(launcher_.submitting, 3);
  Turn(100, 1);
  EXPECT_EQ(launcher_.submitting, 3);  // they are on their way
  launcher_.Accept({"a", "b", "c"}, true);
  fleet_.OnJoined(WorkerId(1), "a", 1);
  fleet_.OnJoined(WorkerId(2), "b", 1);
  fleet_.OnJoined(WorkerId(9), "", 1);  // started by hand
  EXPECT_THAT(Turn(100, 2).dismiss, IsEmpty());
  idle_ = {WorkerId(1), WorkerId(2), WorkerId(9)};
  EXPECT_THAT(Turn(1, 3).dismiss, IsEmpty());
  EXPECT_THAT(Turn(1, 12).dismiss, IsEmpty());
  EXPECT_THAT(Turn(1, 13).dismiss, ElementsAre(WorkerId(1), WorkerId(2)));
  EXPECT_THAT(Turn(1, 14).dismiss, IsEmpty());
  EXPECT_THAT(launcher_.cancelled, IsEmpty());
  fleet_.OnLeft(WorkerId(1));
  launcher_.End("a", AllocationEnd::kLeft, "exited with status 0");
  const FleetNews news = Turn(1, 15);
  EXPECT_EQ(news.ended.size(), 1U);
  EXPECT_THAT(news.notes, IsEmpty());
  EXPECT_EQ(launcher_.submitting, 0);
}

TEST_F(FleetTest, WorkInBetweenStartsTheIdleTimeAnew) {
  Turn(100, 0);
  launcher_.Accept({"a", "b"}, true);
  fleet_.OnJoined(WorkerId(1), "a", 1);
  fleet_.OnJoined(WorkerId(2), "b", 1);
  idle_ = {WorkerId(1)};
  Turn(1, 1);
  idle_ = {};
  Turn(2, 8);
  idle_ = {WorkerId(1)};
  EXPECT_THAT(Turn(1, 9).dismiss, IsEmpty());
  EXPECT_THAT(Turn(1, 18).dismiss, IsEmpty());
  EXPECT_THAT(Turn(1, 19).dismiss, ElementsAre(WorkerId(1)));
}

TEST_F(FleetTest, OneThatJoinsAgainIsToldAgainToLeave) {
  Turn(100, 0);
  launcher_.Accept({"a", "b"}, true);
  fleet_.OnJoined(WorkerId(1), "a", 1);
  fleet_.OnJoined(WorkerId(2), "b", 1);
  idle_ = {WorkerId(1)};
  Turn(1, 1);
  EXPECT_THAT(Turn(1, 11).dismiss, ElementsAre(WorkerId(1)));
  fleet_.OnJoined(WorkerId(3), "a", 1);
  fleet_.OnLeft(WorkerId(1));
  idle_ = {WorkerId(3)};
  Turn(1, 12);
  EXPECT_THAT(Turn(1, 22).dismiss, ElementsAre(WorkerId(3)));
}

TEST_F(FleetTest, TakesBackWhatWaits) {
  Turn(3, 0);
  launcher_.Accept({"a"}, true);
  launcher_.Accept({"b", "c"}, false);
  fleet_.OnJoined(WorkerId(1), "a", 2);
  EXPECT_THAT(Turn(3, 1).dismiss, IsEmpty());
  EXPECT_THAT(launcher_.cancelled, ElementsAre("c"));  // 3 tasks, 2 slots a worker
  EXPECT_EQ(fleet_.Describe(seconds(1)), "job: 1 running, 2 waiting, 1 to 3 wanted");
}

TEST_F(FleetTest, ReplacesWhatWasTakenAndWhatFailed) {
  Turn(100, 0);
  launcher_.Accept({"a", "b", "c"}, true);
  Turn(100, 1);
  launcher_.End("b", AllocationEnd::kTaken, "was preempted");
  launcher_.End("c", AllocationEnd::kFailed, "exited with status 1");
  const FleetNews news = Turn(100, 2);
  EXPECT_THAT(news.notes,
              ElementsAre("job b was preempted; another one is started (its log: /run/b.log)",
                          "job c exited with status 1; another one is started (its log: "
                          "/run/c.log)"));
  EXPECT_EQ(launcher_.submitting, 2);
  // Being taken is no failure, however often.
  for (int i = 3; i < 40; ++i) {
    const std::string id = std::to_string(i);
    launcher_.Accept({id}, true);
    Turn(100, i);
    launcher_.End(id, AllocationEnd::kTaken, "was cancelled");
    EXPECT_FALSE(Turn(100, i).failure);
    EXPECT_EQ(launcher_.submitting, 2);
  }
}

TEST_F(FleetTest, AFirstSubmissionThatIsRefusedEndsTheRun) {
  Turn(100, 0);
  launcher_.submitting = 0;
  launcher_.news.refused.push_back(InvalidArgument("no such partition"));
  const FleetNews news = Turn(100, 1);
  ASSERT_TRUE(news.failure);
  EXPECT_EQ(news.failure->code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(news.failure->message, "no such partition");
}

TEST_F(FleetTest, LaterOnesPauseAndSayWhy) {
  Turn(100, 0);
  launcher_.Accept({"a"}, true);
  Turn(100, 1);
  launcher_.submitting = 0;
  launcher_.news.refused.push_back(Unavailable("too many jobs"));
  const FleetNews news = Turn(100, 2);
  EXPECT_FALSE(news.failure);
  EXPECT_THAT(news.notes, ElementsAre("no further job at present: too many jobs"));
  EXPECT_EQ(launcher_.submitting, 0);
  EXPECT_EQ(fleet_.Describe(seconds(3)),
            "job: 1 running, 0 waiting, 1 to 3 wanted; the next is asked for in 4 s (refused 1 "
            "time, last: too many jobs)");
  Turn(100, 7);
  EXPECT_EQ(launcher_.submitting, 2);
}

TEST_F(FleetTest, GivesUpWhereTheJobCannotBeUsed) {
  Turn(100, 0);
  launcher_.Accept({"a", "b", "c"}, true);
  Turn(100, 1);
  launcher_.End("a", AllocationEnd::kUnusable, "exited with status 2");
  EXPECT_FALSE(Turn(100, 2).failure);
  EXPECT_EQ(launcher_.submitting, 0);
  launcher_.End("b", AllocationEnd::kUnusable, "exited with status 2");
  launcher_.End("c", AllocationEnd::kUnusable, "exited with status 2");
  const FleetNews news = Turn(100, 3);
  ASSERT_TRUE(news.failure);
  EXPECT_EQ(news.failure->code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(news.failure->message,
              HasSubstr("every job has ended; the last one exited with status 2 (its log: "));
}

TEST_F(FleetTest, GivesUpWhereEveryOneFails) {
  int failed = 0;
  for (int i = 0; i < 100; ++i) {
    const FleetNews news = Turn(1, i);
    if (news.failure) {
      EXPECT_EQ(news.failure->code, ErrorCode::kUnavailable);
      EXPECT_EQ(failed, 6);  // the first and five in its place
      return;
    }
    ASSERT_EQ(launcher_.submitting, 1);
    launcher_.Accept({std::to_string(i)}, true);
    launcher_.End(std::to_string(i), AllocationEnd::kFailed, "exited with status 1");
    ++failed;
  }
  FAIL() << "it goes on for ever";
}

}  // namespace
}  // namespace prelabel
