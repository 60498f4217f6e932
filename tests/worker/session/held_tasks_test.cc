#include "worker/session/held_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Lease LeaseOf(std::uint64_t epoch, std::uint64_t task, std::uint32_t attempt) {
  return {Epoch(epoch), TaskId(task), Attempt(attempt)};
}

TEST(HeldTasks, KnowsATaskByBothNames) {
  HeldTasks held;
  EXPECT_EQ(held.Add(LeaseOf(1, 5, 3)), Attempt(3));
  EXPECT_EQ(held.Add(LeaseOf(1, 5, 3)), std::nullopt);
  EXPECT_EQ(held.Find(TaskId(5), Attempt(3)), LeaseOf(1, 5, 3));
  EXPECT_EQ(held.Find(TaskId(5), Attempt(2)), std::nullopt);
  EXPECT_EQ(held.Find(TaskId(6), Attempt(3)), std::nullopt);
  EXPECT_EQ(held.Take(TaskId(5), Attempt(3)), LeaseOf(1, 5, 3));
  EXPECT_EQ(held.Take(TaskId(5), Attempt(3)), std::nullopt);
  EXPECT_TRUE(held.empty());
}

TEST(HeldTasks, RenewChangesOneNameAndDropsTheRest) {
  HeldTasks held;
  held.Add(LeaseOf(1, 5, 3));
  held.Add(LeaseOf(1, 6, 1));
  Grants grants{{LeaseOf(1, 5, 3), Attempt(9)}, {LeaseOf(1, 7, 1), Attempt(2)}};
  EXPECT_THAT(held.Renew(Epoch(2), grants), ElementsAre(Pair(TaskId(6), Attempt(1))));
  EXPECT_THAT(grants, ElementsAre(Pair(LeaseOf(1, 7, 1), Attempt(2))));  // not its own
  EXPECT_EQ(held.Find(TaskId(5), Attempt(3)), LeaseOf(2, 5, 9));
  std::vector<Lease> leases;
  held.AppendLeases(leases);
  EXPECT_THAT(leases, ElementsAre(LeaseOf(2, 5, 9)));
  EXPECT_EQ(held.Cancel(TaskId(5), Attempt(3)), std::nullopt);
  EXPECT_EQ(held.Cancel(TaskId(5), Attempt(9)), Attempt(3));
  EXPECT_TRUE(held.empty());
}

// The Cancel of the first was lost, and a new coordinator counts attempts from 1 again.
TEST(HeldTasks, TwoCopiesOfATaskHaveDifferentNamesAtTheExecutor) {
  HeldTasks held;
  EXPECT_EQ(held.Add(LeaseOf(1, 5, 2)), Attempt(2));
  Grants grants{{LeaseOf(1, 5, 2), Attempt(1)}};
  EXPECT_THAT(held.Renew(Epoch(2), grants), IsEmpty());
  EXPECT_EQ(held.Add(LeaseOf(2, 5, 2)), Attempt(3));
  EXPECT_EQ(held.Take(TaskId(5), Attempt(2)), LeaseOf(2, 5, 1));
  EXPECT_EQ(held.Take(TaskId(5), Attempt(3)), LeaseOf(2, 5, 2));
}

}  // namespace
}  // namespace prelabel
