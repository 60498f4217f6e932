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
