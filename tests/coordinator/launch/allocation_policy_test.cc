#include "coordinator/launch/allocation_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace prelabel {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

AllocationLimits Limits(int min, int max) {
  AllocationLimits limits;
  limits.min = min;
  limits.max = max;
  return limits;
}

AllocationState Waiting(const std::string& id) { return {id, false, 0, std::nullopt, false}; }
AllocationState Busy(const std::string& id, std::uint32_t slots = 1) {
  return {id, true, slots, std::nullopt, false};
}
AllocationState Idle(const std::string& id, TimePoint since) { return {id, true, 1, since, false}; }

TEST(AllocationPolicy, APlainNumberIsKept) {
  AllocationPolicy policy(Limits(3, 3));
  EXPECT_EQ(policy.Decide({1, 0, {}}, seconds(0)).submit, 3);
  EXPECT_EQ(policy.Decide({1, 2, {Busy("1")}}, seconds(0)).submit, 0);
  EXPECT_EQ(policy.Decide({1000, 0, {Busy("1"), Busy("2")}}, seconds(0)).submit, 1);
  // However long they have nothing to do.
  const auto plan =
      policy.Decide({1, 0, {Idle("1", seconds(0)), Idle("2", seconds(0)), Busy("3")}}, minutes(60));
  EXPECT_THAT(plan.give_back, IsEmpty());
}

TEST(AllocationPolicy, AsksForATaskAWorker) {
  AllocationPolicy policy(Limits(1, 10));
  EXPECT_EQ(policy.Decide({4, 0, {}}, seconds(0)).submit, 4);
  EXPECT_EQ(policy.Decide({400, 0, {}}, seconds(0)).submit, 10);
  EXPECT_EQ(policy.Decide({0, 0, {}}, seconds(0)).submit, 1);
}

TEST(AllocationPolicy, WorkersAreExpectedToHaveTheSlotsOfThoseThatAreHere) {
  AllocationPolicy policy(Limits(1, 10));
  // 20 tasks, 6 slots a worker: 4 workers (3 have 18).
  EXPECT_EQ(policy.Decide({20, 0, {Busy("1", 4), Busy("2", 8)}}, seconds(0)).submit, 2);
  // Known only now: the two that wait in the queue are not needed any more, the last one goes
  // first.
  const auto plan = policy.Decide({16, 0, {Busy("1", 8), Waiting("2"), Waiting("3")}}, seconds(0));
  EXPECT_EQ(plan.submit, 0);
  EXPECT_THAT(plan.give_back, ElementsAre("3"));
}

TEST(AllocationPolicy, GivesBackWhatHasBeenIdleForLongest) {
  AllocationPolicy policy(Limits(1, 10));
  const std::vector<AllocationState> all = {Idle("1", seconds(50)), Busy("2"),
                                            Idle("3", seconds(20)), Idle("4", seconds(40)),
                                            Idle("5", seconds(90))};
  EXPECT_THAT(policy.Decide({3, 0, all}, seconds(110)).give_back, ElementsAre("3", "4"));
  // 5 has been idle for less than a minute, 2 works.
  EXPECT_THAT(policy.Decide({0, 0, all}, seconds(110)).give_back, ElementsAre("3", "4", "1"));
  EXPECT_THAT(policy.Decide({0, 0, all}, seconds(300)).give_back, ElementsAre("3", "4", "1", "5"));
}

TEST(AllocationPolicy, WhatIsLeavingIsNotGivenBackTwiceAndTakesRoom) {
  AllocationPolicy policy(Limits(1, 3));
  AllocationState leaving = Idle("1", seconds(0));
  leaving.leaving = true;
  EXPECT_THAT(policy.Decide({1, 0, {leaving, Busy("2")}}, minutes(5)).give_back, IsEmpty());
  // There is work again: not more than 3 at once, though.
  EXPECT_EQ(policy.Decide({9, 0, {leaving, Busy("2")}}, minutes(5)).submit, 1);
}

TEST(AllocationPolicy, RefusalsPauseLongerAndLonger) {
  AllocationPolicy policy(Limits(1, 4));
  TimePoint now = seconds(1000);
  for (const int pause : {5, 10, 20, 40, 80, 160, 300, 300}) {
    policy.OnRefused("the queue is closed", now);
    ASSERT_TRUE(policy.PausedAt(now));
    EXPECT_EQ(policy.PausedAt(now)->left, Duration(seconds(pause)));
    EXPECT_EQ(policy.PausedAt(now)->reason, "the queue is closed");
    EXPECT_EQ(policy.Decide({9, 0, {}}, now + seconds(pause) - Duration(1)).submit, 0);
    now += seconds(pause);
    EXPECT_FALSE(policy.PausedAt(now));
    EXPECT_EQ(policy.Decide({9, 0, {}}, now).submit, 4);
  }
  policy.OnAccepted();
  policy.OnRefused("again", now);
  EXPECT_EQ(policy.PausedAt(now)->left, Duration(seconds(5)));
}

TEST(AllocationPolicy, FiveFailuresInARowAreReplaced) {
  AllocationPolicy policy(Limits(2, 2));
  for (int i = 0; i < 5; ++i) {
    policy.OnFailed();
    EXPECT_EQ(policy.Decide({9, 0, {Busy("1")}}, seconds(i)).submit, 1) << i;
  }
  policy.OnFailed();
  EXPECT_TRUE(policy.Exhausted());
  EXPECT_EQ(policy.Decide({9, 0, {Busy("1")}}, seconds(9)).submit, 0);
  policy.OnProgress();
  EXPECT_EQ(policy.Decide({9, 0, {Busy("1")}}, seconds(9)).submit, 1);
}

TEST(AllocationPolicy, WhatNobodyCanUseIsNotTriedElsewhere) {
  AllocationPolicy policy(Limits(1, 9));
  policy.OnUnusable();
  EXPECT_TRUE(policy.Exhausted());
  EXPECT_EQ(policy.Decide({99, 0, {Busy("1")}}, seconds(0)).submit, 0);
  // Others can use it: one machine is odd, and one worker less is wanted.
  policy.OnProgress();
  EXPECT_EQ(policy.Decide({99, 0, {Busy("1")}}, seconds(0)).submit, 7);
}

// Whatever happens, in any order: never over the maximum nor, where it may ask, under the minimum;
// what works is never given back; and nothing twice.
TEST(AllocationPolicy, HoldsItsLimitsInRandomLives) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    AllocationLimits limits = Limits(1 + below(5), 0);
    limits.max = limits.min + below(6);
    AllocationPolicy policy(limits);
    AllocationDemand demand;
    TimePoint now = seconds(1);
    int named = 0;
    for (int step = 0; step < 200; ++step) {
      now += Duration(seconds(below(30)));
      demand.ready = static_cast<std::uint64_t>(below(3) == 0 ? 0 : below(40));
      switch (below(8)) {
        case 0:
          policy.OnRefused("no", now);
          demand.submitting = 0;
          break;
        case 1:
          policy.OnProgress();
          break;
        case 2:
          if (demand.allocations.empty()) break;
          demand.allocations.erase(demand.allocations.begin() +
                                   below(static_cast<unsigned>(demand.allocations.size())));
          policy.OnFailed();
          break;
        default:
          for (; demand.submitting > 0; --demand.submitting) {
            policy.OnAccepted();
            demand.allocations.push_back(Waiting(std::to_string(++named)));
          }
          for (AllocationState& one : demand.allocations) {
            if (below(2) == 0) one.running = true;
            if (one.running && one.slots == 0) one.slots = static_cast<std::uint32_t>(below(4));
            if (one.slots == 0 || below(3) == 0) {
              one.idle_since.reset();
            } else if (!one.idle_since) {
              one.idle_since = now;
            }
          }
          std::erase_if(demand.allocations,
                        [&](const AllocationState& one) { return one.leaving && below(2) == 0; });
      }
      const AllocationPlan plan = policy.Decide(demand, now);
      ASSERT_GE(plan.submit, 0);
      ASSERT_TRUE(plan.submit == 0 || plan.give_back.empty());
      const int all = plan.submit + demand.submitting + static_cast<int>(demand.allocations.size());
      ASSERT_TRUE(plan.submit == 0 || all <= limits.max) << "seed " << seed << " step " << step;
      const std::set<std::string> given(plan.give_back.begin(), plan.give_back.end());
      ASSERT_EQ(given.size(), plan.give_back.size());
      int kept = plan.submit + demand.submitting;
      int leaving = 0;
      for (AllocationState& one : demand.allocations) {
        leaving += one.leaving ? 1 : 0;
        if (given.contains(one.id)) {
          ASSERT_FALSE(one.leaving);
          ASSERT_TRUE(!one.running || (one.idle_since && now - *one.idle_since >= limits.idle));
          one.leaving = true;
        } else if (!one.leaving) {
          ++kept;
        }
      }
      if (!policy.PausedAt(now) && !policy.Exhausted() && leaving == 0) {
        ASSERT_GE(kept, limits.min) << "seed " << seed << " step " << step;
      }
      demand.submitting += plan.submit;
    }
  }
}

}  // namespace
}  // namespace prelabel
