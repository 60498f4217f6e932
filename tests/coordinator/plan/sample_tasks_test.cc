// Expected values: hand calculation from the rules of sample_tasks.h.
#include "coordinator/plan/sample_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "coordinator/plan/planner.h"
#include "tests/coordinator/plan/sources.h"

namespace prelabel {
namespace {

using testing::SizeIs;

std::map<std::uint32_t, std::set<std::uint64_t>> ItemsOf(const std::vector<Task>& tasks) {
  std::map<std::uint32_t, std::set<std::uint64_t>> items;
  for (const Task& task : tasks) {
    for (const std::uint64_t item : TaskItems(task)) {
      EXPECT_TRUE(items[task.source.value].insert(item).second) << "twice: " << item;
    }
  }
  return items;
}

TEST(SampleTasks, DrawsSoManyImages) {
  const Dataset dataset{{Images(1000)}};
  const auto items = ItemsOf(SampleTasks(dataset, 100, 8));
  ASSERT_THAT(items.at(0), SizeIs(100));
  // By lot: of the first half about 50; six standard deviations are 30.
  const auto half = std::distance(items.at(0).begin(), items.at(0).lower_bound(500));
  EXPECT_NEAR(static_cast<double>(half), 50, 30);
}

TEST(SampleTasks, OfVideosStretches) {
  const Dataset dataset{{Video(1001, 2)}};  // 501 looks: 63 stretches of 8, the last one of 5
  const std::vector<Task> tasks = SampleTasks(dataset, 40, 8);
  std::uint64_t items = 0;
  for (const Task& task : tasks) {
    EXPECT_EQ(task.stride, 2u);
    EXPECT_EQ(task.first % 16, 0u);
    EXPECT_TRUE(task.count == 8 || (task.count == 5 && task.first == 992)) << task.first;
    items += task.count;
  }
  EXPECT_GE(items, 40u);
  EXPECT_LT(items, 48u);
}

TEST(SampleTasks, GrowsByItemsAndLosesNone) {
  const Dataset dataset{{Images(300), Video(200, 1), Images(50)}};
  auto less = ItemsOf(SampleTasks(dataset, 60, 8));
  const auto more = ItemsOf(SampleTasks(dataset, 200, 8));
  for (const auto& [source, items] : less) {
    for (const std::uint64_t item : items) EXPECT_TRUE(more.at(source).contains(item));
  }
  EXPECT_THAT(more, SizeIs(3));
}

TEST(SampleTasks, AllWhereThereAreFewer) {
  const Dataset dataset{{Images(5), Video(20, 3), Images(0)}};
  EXPECT_EQ(CountFirstLooks(dataset), 5u + 8u);  // 0, 3 … 18, and the last one
  const auto items = ItemsOf(SampleTasks(dataset, 1000, 8));
  EXPECT_THAT(items.at(0), SizeIs(5));
  EXPECT_EQ(items.at(1), (std::set<std::uint64_t>{0, 3, 6, 9, 12, 15, 18, 19}));
  EXPECT_THAT(SampleTasks(dataset, 0, 8), SizeIs(0));
}

TEST(SampleTasks, IdsAscendFromZero) {
  const std::vector<Task> tasks = SampleTasks({{Images(100), Images(100)}}, 50, 8);
  for (std::size_t i = 0; i < tasks.size(); ++i) EXPECT_EQ(tasks[i].id, TaskId(i));
}

}  // namespace
}  // namespace prelabel
