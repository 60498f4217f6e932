#include "coordinator/status/run_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;
using Why = TaskStatus::Why;

TaskStatus Status(Why why) {
  TaskStatus status;
  status.why = why;
  status.worker = WorkerId(3);
  return status;
}

TEST(WhyUnfinished, SaysWhereATaskRunsAndHowFarItIs) {
  TaskStatus status = Status(Why::kRunning);
  status.since = seconds(12);
  status.items = 8;
  status.items_done = 4;
  EXPECT_EQ(WhyUnfinished(status, "gpu-1"), "runs on worker 3 (gpu-1) for 12 s, item 5 of 8");
}

TEST(WhyUnfinished, SaysWhatWentWrongAndWhatItWaitsFor) {
  TaskStatus status = Status(Why::kBackoff);
  status.wait = milliseconds(1500);
  status.failures = 2;
  status.reason = "out of memory";
  EXPECT_EQ(WhyUnfinished(status, ""),
            "waits 1.5 s before the next attempt; failed 2 times, last: out of memory");
  status = Status(Why::kBlocked);
  status.ahead = 1;
  EXPECT_EQ(WhyUnfinished(status, ""), "waits until 1 detect task of its video has ended");
}

RunStatus Sample() {
  RunStatus status;
  status.state = "waiting";
  status.reason = "the disk is \"full\"";
  status.written = "2026-11-24T10:00:00.000Z";
  status.endpoint = "tcp://127.0.0.1:5577";
  status.launcher = "Slurm job: 1 running, 2 waiting, 1 to 3 wanted";
  status.items = 800;
  status.items_done = 100;
  status.items_failed = 2;
  status.tasks = 101;
  status.tasks_done = 12;
  status.job = "street \"7\"";
  status.page = "http://127.0.0.1:5578/";
  status.items_per_second = 12.5;
  status.eta_seconds = 56;
  RunStatus::Worker worker;
  worker.id = 3;
  worker.host = "gpu-1";
  worker.slots = 2;
  worker.state = "benched";
  worker.reason = "for 12 s: everything failed there";
  worker.device = "cuda:A";
  worker.held = 3;
  worker.running = 2;
  worker.items_done = 98;
  worker.failures = 3;
  worker.silent_seconds = 1.5;
  worker.resident_bytes = 6'000'000'000;
  status.workers = {worker};
  status.failures = {{"attempt", "no <such> file", 2, "2026-11-24T09:59:00.000Z", "task 4"}};
  status.log = {R"({"time":"t","event":"worker joined","host":"gpu-1"})"};
  for (std::uint64_t i = 0; i < 30; ++i) {
    status.unfinished.push_back({2 * i, 2 * i, "detect", "next in line"});
  }
  status.unfinished.push_back(
      {60, 100, "detect", "every worker has as much as it wants", "queued", 3});
  return status;
}

TEST(RunStatus, SurvivesItsFile) {
  const RunStatus status = Sample();
  const auto read = ParseRunStatus(FormatRunStatus(status));
  ASSERT_TRUE(read.has_value()) << read.error().ToString();
  EXPECT_EQ(read.value().reason, status.reason);
  EXPECT_EQ(read.value().launcher, status.launcher);
  EXPECT_EQ(read.value().items_failed, 2U);
  ASSERT_EQ(read.value().workers.size(), 1U);
  EXPECT_EQ(read.value().workers[0].host, "gpu-1");
  EXPECT_EQ(read.value().workers[0].resident_bytes, 6'000'000'000U);
  EXPECT_EQ(read.value().job, status.job);
  EXPECT_EQ(read.value().eta_seconds, 56.0);
  EXPECT_EQ(read.value().failures[0].reason, "no <such> file");
  EXPECT_EQ(read.value().log, status.log);
  // Nothing is lost or mixed up.
  EXPECT_EQ(FormatRunStatus(read.value()), FormatRunStatus(status));
  ASSERT_EQ(read.value().unfinished.size(), 31U);
  EXPECT_EQ(read.value().unfinished[30].last, 100U);
  EXPECT_EQ(read.value().unfinished[30].state, "queued");
  EXPECT_EQ(read.value().unfinished[30].worker, 3U);
  EXPECT_EQ(read.value().unfinished[0].worker, std::nullopt);
}

// Coordinators of before wrote neither the states of tasks nor their workers.
TEST(RunStatus, ReadsFilesWithoutStatesOfTasks) {
  std::string text = FormatRunStatus(Sample());
  const std::string added = R"("state":"queued","worker":3,)";
  ASSERT_NE(text.find(added), std::string::npos);
  text.erase(text.find(added), added.size());
  const auto read = ParseRunStatus(text);
  ASSERT_TRUE(read.has_value()) << read.error().ToString();
  EXPECT_EQ(read.value().unfinished[30].state, "");
  EXPECT_EQ(read.value().unfinished[30].worker, std::nullopt);
}

TEST(RunStatus, ATaskThatWaitsToBeTriedAgainHasFailed) {
  EXPECT_EQ(UnfinishedState(Status(Why::kRunning)), "running");
  EXPECT_EQ(UnfinishedState(Status(Why::kQueued)), "queued");
  EXPECT_EQ(UnfinishedState(Status(Why::kBlocked)), "blocked");
  EXPECT_EQ(UnfinishedState(Status(Why::kBusy)), "pending");
  TaskStatus status = Status(Why::kBackoff);
  status.failures = 1;
  EXPECT_EQ(UnfinishedState(status), "failed");
  status.why = Why::kRunning;
  EXPECT_EQ(UnfinishedState(status), "running");
}

TEST(RunStatus, AFileFromBeforeMemoryWasToldIsRead) {
  std::string text = FormatRunStatus(Sample());
  const std::string key = ",\"resident_bytes\":6000000000";
  text.erase(text.find(key), key.size());
  const auto read = ParseRunStatus(text);
  ASSERT_TRUE(read.has_value()) << read.error().ToString();
  EXPECT_EQ(read.value().workers[0].resident_bytes, 0U);
}

TEST(RunStatus, IsShortUnlessAllIsAskedFor) {
  const std::string text = DescribeRunStatus(Sample(), false);
  EXPECT_THAT(text, HasSubstr("waiting: the disk is \"full\""));
  EXPECT_THAT(text, HasSubstr("100 of 800 items done, 2 quarantined; 12 of 101 tasks done"));
  EXPECT_THAT(text,
              HasSubstr("worker 3 on gpu-1, 2 slots: benched for 12 s: everything failed there"));
  EXPECT_THAT(text, HasSubstr("page: http://127.0.0.1:5578/"));
  EXPECT_THAT(text, HasSubstr("\nSlurm job: 1 running, 2 waiting, 1 to 3 wanted\n"));
  EXPECT_THAT(text, HasSubstr("\nfailed: task 4: no <such> file (2 times)\n"));
  EXPECT_THAT(text, HasSubstr("detect task 38: next in line"));
  EXPECT_THAT(text, Not(HasSubstr("detect task 40:")));
  EXPECT_THAT(text, HasSubstr("and 11 lines; --all shows them"));
  EXPECT_THAT(DescribeRunStatus(Sample(), true),
              HasSubstr("detect tasks 60-100 (41): every worker has as much as it wants"));
}

TEST(FormatTimeLeft, MinutesAndHours) {
  EXPECT_EQ(FormatTimeLeft(0), "0:00");
  EXPECT_EQ(FormatTimeLeft(17.4), "0:17");
  EXPECT_EQ(FormatTimeLeft(59.6), "1:00");
  EXPECT_EQ(FormatTimeLeft(3599), "59:59");
  EXPECT_EQ(FormatTimeLeft(3600), "1:00:00");
  EXPECT_EQ(FormatTimeLeft(100 * 3600 + 62), "100:01:02");
  EXPECT_EQ(FormatTimeLeft(-5), "0:00");
}

TEST(RunStatus, SaysHowFastItIsAndHowLongItTakesWhereThatIsKnown) {
  RunStatus status = Sample();
  status.items_per_second = 23.14;
  status.eta_seconds = 77;
  EXPECT_THAT(DescribeRunStatus(status, false),
              HasSubstr("12 of 101 tasks done; 23.1 items/s, ETA 1:17\n"));
  status.eta_seconds.reset();
  EXPECT_THAT(DescribeRunStatus(status, false), HasSubstr("12 of 101 tasks done; 23.1 items/s\n"));
  status.items_per_second = 0;
  EXPECT_THAT(DescribeRunStatus(status, false), HasSubstr("12 of 101 tasks done\n"));
}

TEST(RunStatus, RefusesWhatIsNoStatus) {
  for (const char* text : {"", "{", "[]", "{\"version\":2}", "{\"version\":1,\"state\":3}"}) {
    const auto read = ParseRunStatus(text);
    ASSERT_TRUE(read.has_error()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace prelabel
