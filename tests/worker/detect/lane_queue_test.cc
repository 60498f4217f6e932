#include "worker/detect/lane_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace prelabel {
namespace {

Assignment TaskOf(std::uint64_t id) {
  Assignment assignment;
  assignment.task.id = TaskId(id);
  assignment.attempt = Attempt(1);
  return assignment;
}

LaneStep StepOf(const std::shared_ptr<OpenTask>& task) {
  return {.task = task, .item = ItemResult{}, .failure = {}, .input = {}, .last = false};
}

TEST(LaneQueue, HandsOutTasksAndStepsInOrder) {
  LaneQueue queue(2);
  queue.Submit(TaskOf(4));
  queue.Submit(TaskOf(3));
  const auto first = queue.NextTask();
  EXPECT_EQ(first->assignment.task.id, TaskId(4));
  EXPECT_TRUE(queue.Push(StepOf(first)));
  const auto second = queue.NextTask();
  EXPECT_EQ(second->assignment.task.id, TaskId(3));
  EXPECT_TRUE(queue.Push(StepOf(second)));
  EXPECT_EQ(queue.NextStep()->task, first);
  EXPECT_EQ(queue.NextStep()->task, second);
}

TEST(LaneQueue, ATaskIsCancelledWhereverItIs) {
  LaneQueue queue(4);
  for (std::uint64_t id = 0; id < 3; ++id) queue.Submit(TaskOf(id));
  const auto begun = queue.NextTask();
  queue.Push(StepOf(begun));
  queue.Push(StepOf(begun));
  queue.NextStep();
  const auto decoded = queue.NextTask();
  EXPECT_TRUE(queue.Push(StepOf(decoded)));
  EXPECT_TRUE(queue.Cancel(TaskId(1), Attempt(1)));
  EXPECT_FALSE(queue.Cancel(TaskId(1), Attempt(1)));
  EXPECT_FALSE(queue.Push(StepOf(decoded)));
  EXPECT_TRUE(queue.Cancel(TaskId(2), Attempt(1)));
  // The cancelled task's step is gone, the begun task's is not.
  EXPECT_EQ(queue.NextStep()->task, begun);
  queue.Push(StepOf(begun));
  EXPECT_TRUE(queue.Cancel(TaskId(0), Attempt(1)));  // in the model
  queue.Submit(TaskOf(6));
  const auto next = queue.NextTask();
  queue.Push(StepOf(next));
  EXPECT_EQ(queue.NextStep()->task, next);
  queue.Submit(TaskOf(7));
  EXPECT_EQ(queue.NextTask()->assignment.task.id, TaskId(7));
}

TEST(LaneQueue, DroppingATaskFreesAWaitingPush) {
  LaneQueue queue(1);
  queue.Submit(TaskOf(0));
  const auto task = queue.NextTask();
  EXPECT_TRUE(queue.Push(StepOf(task)));
  bool pushed = true;
  std::thread decoder([&] { pushed = queue.Push(StepOf(task)); });  // waits for room, or not yet
  queue.Cancel(TaskId(0), Attempt(1));
  decoder.join();
  EXPECT_FALSE(pushed);
}

TEST(LaneQueue, NothingIsHandedOutAfterStop) {
  LaneQueue queue(2);
  queue.Submit(TaskOf(0));
  queue.Submit(TaskOf(1));
  const auto task = queue.NextTask();
  queue.Push(StepOf(task));
  queue.Stop();
  EXPECT_FALSE(queue.NextStep());
  EXPECT_FALSE(queue.Push(StepOf(task)));
  EXPECT_EQ(queue.NextTask(), nullptr);
}

TEST(LaneQueue, BuffersAreUsedAgain) {
  LaneQueue queue(2);
  std::vector<float> buffer = queue.TakeBuffer(1000);
  ASSERT_EQ(buffer.size(), 1000U);
  const float* memory = buffer.data();
  queue.GiveBuffer(std::move(buffer));
  EXPECT_EQ(queue.TakeBuffer(1000).data(), memory);
  EXPECT_NE(queue.TakeBuffer(1000).data(), nullptr);
}

}  // namespace
}  // namespace prelabel
