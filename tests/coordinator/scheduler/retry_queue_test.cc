#include "coordinator/scheduler/retry_queue.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

using std::chrono::seconds;
constexpr WorkerId kAda(1);
constexpr WorkerId kBob(2);

TEST(RetryQueue, NothingBeforeItsTimeThenTheOldestFirst) {
  RetryQueue queue;
  queue.Add(TaskId(1), {seconds(5), {}, false});
  queue.Add(TaskId(2), {seconds(3), {}, false});
  EXPECT_FALSE(queue.Take(seconds(2), kAda, true, true));
  EXPECT_EQ(queue.Take(seconds(9), kAda, true, true)->first, TaskId(2));
  EXPECT_EQ(queue.Take(seconds(9), kAda, true, true)->first, TaskId(1));
  EXPECT_TRUE(queue.empty());
}

TEST(RetryQueue, AvoidsAWorkerWhileThereAreOthers) {
  RetryQueue queue;
  queue.Add(TaskId(1), {seconds(0), kAda, false});
  EXPECT_FALSE(queue.Take(seconds(1), kAda, true, true));
  EXPECT_TRUE(queue.Take(seconds(1), kBob, true, true));
  queue.Add(TaskId(1), {seconds(0), kAda, false});
  EXPECT_TRUE(queue.Take(seconds(1), kAda, true, false));
}

TEST(RetryQueue, ASuspectWaitsForAnIdleWorker) {
  RetryQueue queue;
  queue.Add(TaskId(1), {seconds(0), {}, true});
  EXPECT_TRUE(queue.NeedsIdleWorker(seconds(0)));
  EXPECT_FALSE(queue.Take(seconds(0), kAda, false, true));
  EXPECT_TRUE(queue.Take(seconds(0), kAda, true, true)->second.alone);
  EXPECT_FALSE(queue.NeedsIdleWorker(seconds(0)));
}

TEST(RetryQueue, ATaskIsInItOnce) {
  RetryQueue queue;
  queue.Add(TaskId(1), {seconds(1), {}, false});
  queue.Add(TaskId(1), {seconds(2), {}, true});
  EXPECT_EQ(queue.Find(TaskId(1))->ready, seconds(2));
  EXPECT_TRUE(queue.Remove(TaskId(1)));
  EXPECT_FALSE(queue.Remove(TaskId(1)));
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace prelabel
