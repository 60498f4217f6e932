#include "coordinator/status/status_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunStatus ThreeWorkers() {
  RunStatus status;
  status.items = 500;
  status.workers.push_back({1, "gpu-1", 2, "working", "", "cuda:A100", 3, 2, 1200, 0, 0.4});
  status.workers.push_back({2, "gpu-2", 1, "idle", "", "cpu", 0, 0, 7, 1, 12});
  status.workers.push_back({31, "gpu-1", 1, "working", "", "cpu", 1, 1, 0, 0, 0});
  status.failures = {{"attempt", "no such file", 2, "then", "task 4"}};
  status.unfinished = {{3, 3, "detect", "runs", "running", 1},
                       {4, 4, "detect", "waits", "failed", {}},
                       {5, 8, "detect", "waits behind it", "queued", 31},
                       {9, 30, "detect", "busy", "pending", {}}};
  return status;
}

RunStatus Left(const StatusFilterWords& words) {
  const auto filter = MakeStatusFilter(words);
  EXPECT_TRUE(filter.has_value());
  return filter ? FilterStatus(ThreeWorkers(), filter.value()) : RunStatus();
}

std::vector<std::string> Tasks(const RunStatus& status) {
  std::vector<std::string> tasks;
  for (const auto& task : status.unfinished) {
    tasks.push_back(std::to_string(task.first) + "-" + std::to_string(task.last) + " " +
                    task.state);
  }
  return tasks;
}

std::vector<std::uint64_t> Workers(const RunStatus& status) {
  std::vector<std::uint64_t> workers;
  for (const auto& worker : status.workers) workers.push_back(worker.id);
  return workers;
}

TEST(StatusFilter, WithoutWordsNothingIsLeftOut) {
  EXPECT_EQ(FormatRunStatus(Left({})), FormatRunStatus(ThreeWorkers()));
}

TEST(StatusFilter, TasksAreCutOutOfTheirLines) {
  const RunStatus left = Left({{"4,6-7", "20-99,last"}, {}, {}});
  EXPECT_THAT(Tasks(left), ElementsAre("4-4 failed", "6-7 queued", "20-30 pending"));
  EXPECT_THAT(left.workers, IsEmpty());
  EXPECT_THAT(left.failures, IsEmpty());
  EXPECT_EQ(left.items, 500U);
}

TEST(StatusFilter, AWorkerComesWithItsTasks) {
  EXPECT_THAT(Tasks(Left({{}, {"1"}, {}})), ElementsAre("3-3 running"));
  const RunStatus host = Left({{}, {"gpu-1"}, {}});
  EXPECT_THAT(Workers(host), ElementsAre(1, 31));
  EXPECT_THAT(Tasks(host), ElementsAre("3-3 running", "5-8 queued"));
  EXPECT_THAT(Workers(Left({{}, {"last"}, {}})), ElementsAre(31));
  EXPECT_THAT(Workers(Left({{}, {"77"}, {}})), IsEmpty());
}

TEST(StatusFilter, StatesAreOfTasksAndOfWorkers) {
  const RunStatus failed = Left({{}, {}, {"failed"}});
  EXPECT_THAT(Tasks(failed), ElementsAre("4-4 failed"));
  EXPECT_THAT(failed.workers, IsEmpty());
  EXPECT_EQ(failed.failures.size(), 1U);
  const RunStatus both = Left({{}, {}, {"queued", "idle"}});
  EXPECT_THAT(Tasks(both), ElementsAre("5-8 queued"));
  EXPECT_THAT(Workers(both), ElementsAre(2));
  EXPECT_THAT(both.failures, IsEmpty());
  EXPECT_THAT(Tasks(Left({{}, {"gpu-1"}, {"running"}})), ElementsAre("3-3 running"));
}

TEST(StatusFilter, RefusesWhatIsNone) {
  EXPECT_THAT(MakeStatusFilter({{}, {}, {"lost"}}).error().ToString(), HasSubstr("lost: neither"));
  EXPECT_THAT(MakeStatusFilter({{"gpu-1"}, {}, {}}).error().message, HasSubstr("not a number"));
}

std::vector<std::uint64_t> Found(const std::vector<std::string>& words) {
  const auto found =
      FindWorkers(ThreeWorkers(), ParseSelector(words, SelectorNames::kHosts).value());
  std::vector<std::uint64_t> ids;
  if (!found) return ids;
  for (const auto& worker : found.value()) ids.push_back(worker.id);
  return ids;
}

std::string NotFound(const std::string& word) {
  const auto found =
      FindWorkers(ThreeWorkers(), ParseSelector({word}, SelectorNames::kHosts).value());
  return found ? "found" : found.error().ToString();
}

TEST(FindWorkers, ByNumberRangeHostOrWord) {
  EXPECT_THAT(Found({"31"}), ElementsAre(31));
  EXPECT_THAT(Found({"gpu-2"}), ElementsAre(2));
  EXPECT_THAT(Found({"gpu-1"}), ElementsAre(1, 31));
  EXPECT_THAT(Found({"2-40", "gpu-2"}), ElementsAre(2, 31));
  EXPECT_THAT(Found({"all"}), ElementsAre(1, 2, 31));
  EXPECT_THAT(Found({"last"}), ElementsAre(31));
}

TEST(FindWorkers, WhoIsNamedMustBeThere) {
  EXPECT_THAT(NotFound("1,3"), HasSubstr("3: the run has no such worker"));
  EXPECT_THAT(NotFound("gpu-1,gpu-7"), HasSubstr("gpu-7: the run has no such worker"));
  EXPECT_THAT(NotFound("3-9"), HasSubstr("3-9: the run has no such worker"));
  const auto nobody =
      FindWorkers(RunStatus(), ParseSelector({"all"}, SelectorNames::kHosts).value());
  EXPECT_THAT(nobody.error().message, HasSubstr("no worker is there"));
}

}  // namespace
}  // namespace prelabel
