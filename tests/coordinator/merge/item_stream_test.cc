// Expected values: from the tasks' definition (items first, first + stride …), by hand.
#include "coordinator/merge/item_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

TEST(ItemStream, FollowsInterleavedStridesInTheOrderOfItems) {
  TestRun run;
  const TaskId odd = run.AddDetect(0, 1, 3, 2);   // 1 3 5
  const TaskId even = run.AddDetect(0, 0, 4, 2);  // 0 2 4 6
  run.Commit(odd, {Seen(1, {}, 101), Seen(3, {}, 103), Seen(5, {}, 105)});
  run.Commit(even, {Seen(0, {}, 100), Seen(2, {}, 102), Seen(4, {}, 104), Seen(6, {}, 106)});
  const std::vector<TaskRow> rows = run.store.LoadTasks().value();
  ItemStream stream(run.store, rows, SourceId(0), {});
  for (std::uint64_t i = 0; i < 7; ++i) {
    const ItemState state = stream.Next(i).value();
    ASSERT_NE(state.result, nullptr) << i;
    EXPECT_EQ(state.result->width, static_cast<int>(100 + i));
  }
  EXPECT_FALSE(stream.Next(7).value().planned);
}

TEST(ItemStream, ItemsMayBeSkipped) {
  TestRun run;
  run.Commit(run.AddDetect(0, 0, 3), {Seen(0, {}, 100), Seen(1, {}, 101), Seen(2, {}, 102)});
  const std::vector<TaskRow> rows = run.store.LoadTasks().value();
  ItemStream stream(run.store, rows, SourceId(0), {});
  EXPECT_EQ(stream.Next(2).value().result->width, 102);
}

// Reading a sample must not read everything before it.
TEST(ItemStream, WhatIsPassedOverIsNotRead) {
  TestRun run;
  const TaskId before = run.AddDetect(0, 0, 3);
  run.Commit(before, {Seen(0, {}), Seen(1, {}), Seen(2, {})});
  run.Commit(run.AddDetect(0, 3, 2, 2), {Seen(3, {}, 103), Seen(5, {}, 105)});
  run.store.Damage(before);
  const std::vector<TaskRow> rows = run.store.LoadTasks().value();
  ItemStream stream(run.store, rows, SourceId(0), {});
  EXPECT_EQ(stream.Next(5).value().result->width, 105);
  EXPECT_TRUE(stream.damaged().empty());
}

TEST(ItemStream, SecondLooksAreAStreamOfTheirOwn) {
  TestRun run;
  run.Commit(run.AddDetect(0, 0, 2), {Seen(0, {}, 100), Seen(1, {}, 101)});
  run.Commit(run.AddTask(TaskKind::kFlip, 0, 1, 1), {Seen(1, {}, 201)});
  const std::vector<TaskRow> rows = run.store.LoadTasks().value();
  ItemStream plain(run.store, rows, SourceId(0), {});
  EXPECT_EQ(plain.Next(1).value().result->width, 101);
  ItemStream flipped(run.store, rows, SourceId(0), {}, TaskKind::kFlip);
  EXPECT_FALSE(flipped.Next(0).value().planned);
  EXPECT_EQ(flipped.Next(1).value().result->width, 201);
  ItemStream colored(run.store, rows, SourceId(0), {}, TaskKind::kColor);
  EXPECT_FALSE(colored.Next(1).value().planned);
}

TEST(ItemStream, ALabelledResultWinsOverAFailedOne) {
  TestRun run;
  const TaskId whole = run.AddDetect(0, 0, 2);
  const TaskId again = run.AddDetect(0, 1, 1);
  run.Commit(whole, {Seen(0, {}, 100), Unreadable(1, "cut")});
  run.Commit(again, {Seen(1, {}, 101)});
  const std::vector<TaskRow> rows = run.store.LoadTasks().value();
  ItemStream stream(run.store, rows, SourceId(0), {});
  EXPECT_EQ(stream.Next(0).value().result->width, 100);
  const ItemState state = stream.Next(1).value();
  EXPECT_EQ(state.error, "");
  EXPECT_EQ(state.result->width, 101);
}

TEST(ItemStream, AResultOfOtherItemsIsAnError) {
  TestRun run;
  run.Commit(run.AddDetect(0, 0, 2), {Seen(0, {}), Seen(7, {})});
  const std::vector<TaskRow> rows = run.store.LoadTasks().value();
  ItemStream stream(run.store, rows, SourceId(0), {});
  const Result<ItemState> state = stream.Next(0);
  ASSERT_TRUE(state.has_error());
  EXPECT_THAT(state.error().ToString(), HasSubstr("task 0"));
}

}  // namespace
}  // namespace prelabel
