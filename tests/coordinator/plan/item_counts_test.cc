#include "coordinator/plan/item_counts.h"

#include <gtest/gtest.h>

#include <vector>

namespace prelabel {
namespace {

TaskRow Row(std::uint32_t source, std::uint64_t first, std::uint32_t count, std::uint32_t stride,
            TaskState state) {
  TaskRow row;
  row.task = {TaskId(), TaskKind::kDetect, SourceId(source), first, count, stride};
  row.state = state;
  return row;
}

TEST(ItemCounts, WhatIsTriedAgainIsCountedOnce) {
  const std::vector<TaskRow> rows = {
      Row(0, 0, 8, 1, TaskState::kCommitted),  Row(0, 8, 8, 1, TaskState::kPending),
      Row(0, 3, 2, 1, TaskState::kPending),     // two of the first eight, again
      Row(1, 0, 5, 10, TaskState::kCommitted),  // frames 0, 10 ... 40
      Row(1, 45, 1, 10, TaskState::kPending),   // the last frame
  };
  const ItemCounts counts = CountItems(rows);
  EXPECT_EQ(counts.total, 22U);    // 16 and 6
  EXPECT_EQ(counts.pending, 11U);  // 8, 2 and 1
}

TEST(ItemCounts, ASplitTaskCountsByItsParts) {
  std::vector<TaskRow> rows = {Row(0, 0, 8, 1, TaskState::kSplit),
                               Row(0, 0, 4, 1, TaskState::kCommitted),
                               Row(0, 4, 4, 1, TaskState::kPending)};
  TaskRow link;
  link.task.kind = TaskKind::kLink;
  link.task.count = 8;
  rows.push_back(link);
  EXPECT_EQ(CountItems(rows).total, 8U);
  EXPECT_EQ(CountItems(rows).pending, 4U);
}

}  // namespace
}  // namespace prelabel
