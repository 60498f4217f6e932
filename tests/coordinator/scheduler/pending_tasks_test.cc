#include "coordinator/scheduler/pending_tasks.h"

#include <gtest/gtest.h>

#include <set>

namespace prelabel {
namespace {

const auto kNobody = [](TaskId) { return false; };

TEST(PendingTasks, GivesEveryTaskOnceWhateverTheOrderOfAdding) {
  PendingTasks pending;
  for (const std::uint64_t id : {5, 3, 4, 9, 0, 1, 8, 3}) pending.Add(TaskId(id));
  std::set<std::uint64_t> taken;
  while (const auto task = pending.TakeStretch(kNobody)) {
    EXPECT_TRUE(taken.insert(task->value).second);
  }
  EXPECT_EQ(taken, (std::set<std::uint64_t>{0, 1, 3, 4, 5, 8, 9}));
  EXPECT_TRUE(pending.empty());
}

TEST(PendingTasks, StartsWithTheLongestStretch) {
  PendingTasks pending;
  for (const std::uint64_t id : {0, 1, 10, 11, 12}) pending.Add(TaskId(id));
  EXPECT_EQ(pending.TakeStretch(kNobody), TaskId(10));
}

TEST(PendingTasks, SplitsAStretchThatAnotherWorkerContinues) {
  PendingTasks pending;
  for (std::uint64_t id = 1; id < 11; ++id) pending.Add(TaskId(id));
  const auto claimed = [](TaskId id) { return id == TaskId(1); };
  EXPECT_EQ(pending.TakeStretch(claimed), TaskId(6));  // the middle of [1, 11)
  EXPECT_TRUE(pending.Take(TaskId(1)));
  EXPECT_TRUE(pending.Take(TaskId(7)));
}

TEST(PendingTasks, TakesAnExactTaskOnce) {
  PendingTasks pending;
  for (std::uint64_t id = 0; id < 4; ++id) pending.Add(TaskId(id));
  EXPECT_TRUE(pending.Take(TaskId(2)));
  EXPECT_FALSE(pending.Take(TaskId(2)));
  EXPECT_FALSE(pending.Take(TaskId(4)));
  EXPECT_TRUE(pending.Take(TaskId(3)));
  EXPECT_TRUE(pending.Take(TaskId(0)));
}

}  // namespace
}  // namespace prelabel
