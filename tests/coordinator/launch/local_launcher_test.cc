// Real processes: the workers are shells.
#include "coordinator/launch/local_launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;

class LocalLauncherTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("launch_test." + std::to_string(getpid()) + "." +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  LaunchOptions Shell(const std::string& script) const {
    return {"/bin/sh", {"-c", script, "sh", folder_.string()}, folder_};
  }

  // Until the scripts have written their files; the test's own timeout ends a wait that never ends.
  void WaitForFile(const std::string& name) const {
    while (!fs::exists(folder_ / name) || fs::file_size(folder_ / name) == 0) {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
  std::string Text(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
};

std::vector<EndedAllocation> WaitForExit(LocalLauncher& launcher) {
  for (;;) {
    std::vector<EndedAllocation> exited = launcher.Poll(TimePoint{}).ended;
    if (!exited.empty()) return exited;
    std::this_thread::sleep_for(milliseconds(5));
  }
}

bool IsAlive(pid_t pid) { return kill(pid, 0) == 0; }

TEST_F(LocalLauncherTest, ReportsHowAWorkerEnded) {
  LocalLauncher launcher(Shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(launcher.Start(1).has_value());
  EXPECT_EQ(launcher.Running(), 1);
  const auto exited = WaitForExit(launcher);
  ASSERT_EQ(exited.size(), 1U);
  EXPECT_EQ(exited[0].id, "1");
  EXPECT_EQ(exited[0].ending, AllocationEnd::kFailed);
  EXPECT_EQ(exited[0].status, "exited with status 3");
  EXPECT_EQ(exited[0].log, folder_ / "worker-1.log");
  EXPECT_EQ(Text("worker-1.log"), "out\nerr\n");
  EXPECT_EQ(launcher.Running(), 0);
  EXPECT_THAT(launcher.Poll(TimePoint{}).ended, IsEmpty());
}

TEST_F(LocalLauncherTest, HandsItsInputToEveryWorker) {
  LaunchOptions options = Shell("cat");
  options.input = "for your eyes only\n";
  LocalLauncher launcher(options);
  ASSERT_TRUE(launcher.Start(2).has_value());
  while (launcher.Running() > 0) WaitForExit(launcher);
  EXPECT_EQ(Text("worker-1.log"), options.input);
  EXPECT_EQ(Text("worker-2.log"), options.input);
}

TEST_F(LocalLauncherTest, RefusesMoreInputThanAPipeSurelyHolds) {
  LaunchOptions options = Shell("cat");
  options.input = std::string(4097, 'x');
  EXPECT_TRUE(LocalLauncher(options).Start(1).has_error());
}

TEST_F(LocalLauncherTest, TellsSuccessAndSignalsApart) {
  LocalLauncher good(Shell("exit 0"));
  ASSERT_TRUE(good.Start(1).has_value());
  EXPECT_EQ(WaitForExit(good)[0].ending, AllocationEnd::kLeft);
  LocalLauncher killed(Shell("kill -KILL $$"));
  ASSERT_TRUE(killed.Start(1).has_value());
  const auto exited = WaitForExit(killed);
  EXPECT_EQ(exited[0].ending, AllocationEnd::kFailed);
  EXPECT_THAT(exited[0].status, HasSubstr("killed by signal 9"));
}

TEST_F(LocalLauncherTest, TerminateLetsWorkersFinish) {
  LocalLauncher launcher(Shell(
      "trap 'echo drained; exit 0' TERM; echo $$ > $1/ready-$$; while :; do sleep 0.01; done"));
  ASSERT_TRUE(launcher.Start(2).has_value());
  for (const char* log : {"worker-1.log", "worker-2.log"}) ASSERT_TRUE(fs::exists(folder_ / log));
  const auto ready = [&] {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()) == 4;
  };
  while (!ready()) std::this_thread::sleep_for(milliseconds(5));
  const auto exited = launcher.Terminate(milliseconds(60000));
  ASSERT_EQ(exited.size(), 2U);
  EXPECT_EQ(exited[0].ending, AllocationEnd::kLeft);
  EXPECT_EQ(exited[1].id, "2");
  EXPECT_THAT(Text("worker-1.log"), HasSubstr("drained"));
  EXPECT_THAT(Text("worker-2.log"), HasSubstr("drained"));
}

TEST_F(LocalLauncherTest, TerminateKillsWhatDoesNotListenAndItsChildren) {
  LocalLauncher launcher(
      Shell("trap '' TERM; sleep 1000 & echo $! > $1/child; while :; do sleep 0.01; done"));
  ASSERT_TRUE(launcher.Start(1).has_value());
  WaitForFile("child");
  const pid_t child = std::stoi(Text("child"));
  // The grandchild is nobody's when its parent died; let it come to us, so that it can be awaited.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto exited = launcher.Terminate(milliseconds(50));
  ASSERT_EQ(exited.size(), 1U);
  EXPECT_THAT(exited[0].status, HasSubstr("killed by signal 9"));
  int status = 0;
  if (waitpid(child, &status, 0) == child) {
    EXPECT_TRUE(WIFSIGNALED(status));
  } else {  // the shell, itself about to die, was told of it first
    EXPECT_FALSE(IsAlive(child));
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(LocalLauncherTest, DestructorLeavesNobodyBehind) {
  pid_t worker = 0;
  {
    LocalLauncher launcher(Shell("echo $$ > $1/pid; exec sleep 1000"));
    ASSERT_TRUE(launcher.Start(1).has_value());
    WaitForFile("pid");
    worker = std::stoi(Text("pid"));
    EXPECT_TRUE(IsAlive(worker));
  }
  EXPECT_FALSE(IsAlive(worker));
}

TEST_F(LocalLauncherTest, WorkersDieWithACoordinatorThatIsKilled) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t coordinator = fork();
  ASSERT_GE(coordinator, 0);
  if (coordinator == 0) {
    LocalLauncher launcher(Shell("echo $$ > $1/pid; exec sleep 1000"));
    if (!launcher.Start(1)) _exit(1);
    for (;;) pause();
  }
  WaitForFile("pid");
  const pid_t worker = std::stoi(Text("pid"));
  kill(coordinator, SIGKILL);
  waitpid(coordinator, nullptr, 0);
  int status = 0;
  EXPECT_EQ(waitpid(worker, &status, 0), worker);
  EXPECT_TRUE(WIFSIGNALED(status));
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(LocalLauncherTest, WorkersHaveTheirOwnGroupsAndFreshSignals) {
  // As a coordinator does that waits for signals by itself.
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  LocalLauncher launcher(Shell("cut -d' ' -f1,5 /proc/$$/stat > $1/group; exec sleep 1000"));
  ASSERT_TRUE(launcher.Start(1).has_value());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  WaitForFile("group");
  const std::string text = Text("group");  // "pid group\n"
  EXPECT_EQ(text.substr(0, text.find(' ')), text.substr(text.find(' ') + 1, text.find(' ')));
  EXPECT_NE(std::stoi(text), getpgrp());
  const auto exited = launcher.Terminate(milliseconds(60000));
  EXPECT_THAT(exited[0].status, HasSubstr("killed by signal 15"));
}

TEST_F(LocalLauncherTest, SaysWhyAProgramCannotBeStarted) {
  LocalLauncher launcher({folder_ / "no-such-worker", {}, folder_});
  const Result<void> started = launcher.Start(2);
  ASSERT_TRUE(started.has_error());
  EXPECT_EQ(started.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(started.error().ToString(), HasSubstr("no-such-worker"));
  EXPECT_THAT(started.error().message, HasSubstr("No such file"));
  EXPECT_EQ(launcher.Running(), 0);

  LocalLauncher nowhere({"/bin/sh", {}, folder_ / "missing"});
  EXPECT_THAT(nowhere.Start(1).error().context, HasSubstr("missing/worker-1.log"));
}

TEST(FindSiblingProgram, IsBesideTheRunningOne) {
  const auto self = fs::read_symlink("/proc/self/exe");
  EXPECT_EQ(FindSiblingProgram(self.filename().string()).value(), self);
  const auto missing = FindSiblingProgram("no-such-worker");
  ASSERT_TRUE(missing.has_error());
  EXPECT_EQ(missing.error().context, (self.parent_path() / "no-such-worker").string());
}

}  // namespace
}  // namespace prelabel
