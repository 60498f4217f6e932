#include "coordinator/cli/watch_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using std::chrono::seconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

RunStatus Running(std::uint64_t done) {
  RunStatus status;
  status.state = "running";
  status.started = "2026-11-24T10:00:00.000Z";
  status.items = 800;
  status.items_done = done;
  status.items_per_second = 20;
  status.workers.push_back({1, "gpu-1", 2, "working", "", "cpu", 3, 2, 1200, 0, 0.4});
  return status;
}

RunStatus In(const std::string& state) {
  RunStatus status = Running(800);
  status.state = state;
  return status;
}

TEST(RunExit, IsThatOfPrelabelRunWhereItHasEnded) {
  EXPECT_EQ(RunExitOf(In("finished")), 0);
  EXPECT_EQ(RunExitOf(In("failed")), 1);
  EXPECT_EQ(RunExitOf(In("stopped")), 5);
  RunStatus quarantined = In("finished");
  quarantined.items_failed = 1;
  EXPECT_EQ(RunExitOf(quarantined), 3);
  for (const char* state : {"running", "paused", "waiting", "draining", "writing"}) {
    EXPECT_EQ(RunExitOf(In(state)), 4) << state;
    EXPECT_FALSE(HasEnded(In(state))) << state;
  }
  EXPECT_TRUE(HasEnded(quarantined));
}

TEST(StatusLine, SaysHowFarItIs) {
  EXPECT_EQ(StatusLine(Running(400)), "running   50 %  400/800 items  20.0/s  ETA 0:20  1 worker");
  RunStatus stopped = In("stopped");
  stopped.items_done = 400;
  stopped.items_failed = 2;
  stopped.reason = "prelabel run job.yaml goes on";
  stopped.workers.clear();
  EXPECT_EQ(StatusLine(stopped), "stopped  400/800 items  2 failed  prelabel run job.yaml goes on");
}

TEST(ChangedLines, TellProgressNowAndThenAndChangesAtOnce) {
  ChangedLines lines;
  EXPECT_THAT(lines.Next(Running(100), seconds(100)), HasSubstr("100/800"));
  EXPECT_EQ(lines.Next(Running(101), seconds(101)), "");
  EXPECT_THAT(lines.Next(Running(150), seconds(110)), HasSubstr("150/800"));
  EXPECT_EQ(lines.Next(Running(150), seconds(130)), "");  // nothing new
  RunStatus changed = Running(151);
  changed.state = "paused";
  EXPECT_THAT(lines.Next(changed, seconds(131)), HasSubstr("paused"));
  changed.workers.push_back({2, "gpu-2", 1, "loading", "", "cpu", 0, 0, 0, 0, 0});
  EXPECT_THAT(lines.Next(changed, seconds(132)), HasSubstr("2 workers"));
  changed.items_failed = 1;
  EXPECT_THAT(lines.Next(changed, seconds(133)), HasSubstr("1 failed"));
  EXPECT_EQ(lines.Next(changed, seconds(134)), "");
}

TEST(ScreenOf, DrawsOverWhatWasThereWithoutErasingItFirst) {
  const std::string screen = ScreenOf("one\ntwo\n", 24, 80);
  EXPECT_EQ(screen, "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J");
}

TEST(ScreenOf, CutsLinesBetweenCharacters) {
  EXPECT_THAT(ScreenOf("Köln-2", 24, 4), HasSubstr("Köln\x1b[K"));
  EXPECT_THAT(ScreenOf("Köln-2", 24, 2), HasSubstr("Kö\x1b[K"));
}

TEST(ScreenOf, SaysThatThereIsNoRoomForSomeLines) {
  const std::string screen = ScreenOf("1\n2\n3\n4\n5\n", 4, 80);
  EXPECT_THAT(screen, HasSubstr("3\x1b[K\r\n... 2 more lines\x1b[K"));
  EXPECT_THAT(screen, Not(HasSubstr("4\x1b[K")));
  EXPECT_THAT(ScreenOf("1\n2\n3\n4\n", 4, 80), EndsWith("4\x1b[K\x1b[J"));
}

TEST(ScreenOf, LetsNobodyElseSteerTheTerminal) {
  EXPECT_THAT(ScreenOf("a\x1b[2Jb\rc\x7f", 24, 80), HasSubstr("a?[2Jb?c?\x1b[K"));
}

}  // namespace
}  // namespace prelabel
