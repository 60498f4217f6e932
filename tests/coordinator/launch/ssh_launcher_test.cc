// Real processes: "ssh" is a script that runs what a host's shell would, here.
#include "coordinator/launch/ssh_launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SshLauncherTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("ssh_test." + std::to_string(getpid()) + "." +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    // The host is the word behind "--", its shell's line the last one.
    Script("ssh",
           "for last; do :; done; test \"$1\" = -oBatchMode=yes || exit 9\nexec sh -c \"$last\"");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Script(const std::string& name, const std::string& text) const {
    const fs::path path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path.string();
  }

  SshWorkers Workers(std::vector<std::string> hosts, const std::string& worker) const {
    SshWorkers workers;
    workers.options.hosts = std::move(hosts);
    workers.command = {Script("worker", worker), "a word", "it's"};
    workers.log_dir = folder_;
    workers.ssh = folder_ / "ssh";
    return workers;
  }

  std::string Text(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void WaitForText(const std::string& name, const std::string& text) const {
    while (Text(name).find(text) == std::string::npos) {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }
  static std::vector<EndedAllocation> WaitForEnd(SshLauncher& launcher) {
    for (;;) {
      std::vector<EndedAllocation> ended = launcher.Poll(TimePoint{}).ended;
      if (!ended.empty()) return ended;
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  fs::path folder_;
};

TEST_F(SshLauncherTest, AWorkerGetsItsWordsAndItsKeys) {
  SshWorkers workers =
      Workers({"gpu1"}, "echo \"args:$#:$1:$2:$3:$4:$5:$6\"; printf 'keys:%s\\n' \"$(cat)\"");
  workers.keys = "# keys\npublic-key: a'b\nsecret-key: \\n$c\n";
  SshLauncher launcher(std::move(workers));
  launcher.Submit(1);
  EXPECT_EQ(launcher.Allocations().at(0).id, "gpu1");
  const auto ended = WaitForEnd(launcher);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].ending, AllocationEnd::kLeft);
  EXPECT_EQ(ended[0].log, folder_ / "worker-gpu1.log");
  EXPECT_EQ(Text("worker-gpu1.log"),
            "args:6:a word:it's:--allocation:gpu1:--keys:-\n"
            "keys:# keys\npublic-key: a'b\nsecret-key: \\n$c\n");
}

TEST_F(SshLauncherTest, WithoutKeysItIsToldOfNone) {
  SshLauncher launcher(Workers({"gpu1"}, "echo \"args:$#:$4\"; cat"));
  launcher.Submit(1);
  EXPECT_EQ(WaitForEnd(launcher).at(0).ending, AllocationEnd::kLeft);
  EXPECT_EQ(Text("worker-gpu1.log"), "args:4:gpu1\n");
}

TEST_F(SshLauncherTest, EachHostHasOneWorkerAndTheOneThatFailedComesLast) {
  SshLauncher launcher(
      Workers({"a", "b", "c"}, "test \"$4\" = a && exit 3; test \"$4\" = b && exit 0; sleep 1000"));
  launcher.Submit(5);
  std::vector<std::string> ids;
  for (const Allocation& allocation : launcher.Allocations()) ids.push_back(allocation.id);
  EXPECT_THAT(ids, ElementsAre("a", "b", "c"));
  const LauncherNews news = launcher.Poll(TimePoint{});
  EXPECT_EQ(news.accepted, 3);
  std::size_t ended = news.ended.size();
  while (ended < 2) ended += WaitForEnd(launcher).size();
  launcher.Submit(1);
  ids.clear();
  for (const Allocation& allocation : launcher.Allocations()) ids.push_back(allocation.id);
  EXPECT_THAT(ids, ElementsAre("b/2", "c"));
}

TEST_F(SshLauncherTest, AHostThatFailsIsLeftAloneForLongerAndLonger) {
  SshLauncher launcher(Workers({"a"}, "exit 255"));
  TimePoint now = std::chrono::seconds(100);
  const auto poll = [&] {
    for (;;) {
      const LauncherNews news = launcher.Poll(now);
      if (!news.ended.empty()) return;
      std::this_thread::sleep_for(milliseconds(5));
    }
  };
  // Whether it is tried again by then.
  const auto tried = [&](Duration after) {
    now += after;
    launcher.Poll(now);
    launcher.Submit(1);
    return !launcher.Allocations().empty();
  };
  EXPECT_TRUE(tried(milliseconds(0)));
  for (const int pause : {500, 1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000}) {
    poll();
    EXPECT_FALSE(tried(milliseconds(pause - 1))) << pause;
    EXPECT_TRUE(tried(milliseconds(1))) << pause;
  }
  now += std::chrono::minutes(1);  // it has worked for a while
  poll();
  EXPECT_TRUE(tried(milliseconds(500)));
}

TEST_F(SshLauncherTest, SaysHowAWorkerEnded) {
  for (const auto& [status, ending, text] :
       {std::tuple{0, AllocationEnd::kLeft, "exited with status 0"},
        {1, AllocationEnd::kFailed, "exited with status 1"},
        {2, AllocationEnd::kUnusable, "exited with status 2"},
        {143, AllocationEnd::kTaken, "was told to leave"},
        {255, AllocationEnd::kFailed, "could not be reached, or its connection broke"}}) {
    SshLauncher launcher(Workers({"a"}, "exit " + std::to_string(status)));
    launcher.Submit(1);
    const auto ended = WaitForEnd(launcher);
    EXPECT_EQ(ended.at(0).ending, ending) << status;
    EXPECT_EQ(ended.at(0).status, text) << status;
    EXPECT_EQ(ended.at(0).process_id, 0U);
  }
}

constexpr const char* kPatient =
    "trap 'echo told; exit 143' TERM; echo here; while :; do sleep 0.05; done";

TEST_F(SshLauncherTest, WhoIsGivenBackIsToldToLeave) {
  SshLauncher launcher(Workers({"a", "b"}, kPatient));
  launcher.Submit(2);
  WaitForText("worker-a.log", "here");
  WaitForText("worker-b.log", "here");
  launcher.Cancel({"b"});
  const auto ended = WaitForEnd(launcher);
  EXPECT_EQ(ended.at(0).id, "b");
  EXPECT_EQ(ended.at(0).ending, AllocationEnd::kTaken);
  EXPECT_THAT(Text("worker-b.log"), HasSubstr("told"));
  EXPECT_EQ(launcher.Allocations().size(), 1U);
}

TEST_F(SshLauncherTest, TerminateTellsAllAndWaits) {
  SshLauncher launcher(Workers({"a", "b"}, kPatient));
  launcher.Submit(2);
  WaitForText("worker-a.log", "here");
  WaitForText("worker-b.log", "here");
  EXPECT_EQ(launcher.Terminate(seconds(60)).size(), 2U);
  EXPECT_THAT(Text("worker-a.log"), HasSubstr("told"));
  EXPECT_THAT(launcher.Allocations(), IsEmpty());
}

// The connection breaks: ssh is gone, and the other host's sshd closes what it had opened.
TEST_F(SshLauncherTest, AWorkerDoesNotOutliveItsConnection) {
  {
    SshLauncher launcher(Workers({"a"}, "echo $$ >\"$0.pid\"; " + std::string(kPatient)));
    Script("ssh", "for last; do :; done\nexec 4<&0; setsid sh -c \"$last\" <&4 & wait");
    launcher.Submit(1);
    WaitForText("worker-a.log", "here");
  }
  WaitForText("worker-a.log", "told");
}

TEST_F(SshLauncherTest, AProgramThatIsNotThereIsRefused) {
  SshWorkers workers = Workers({"a"}, "exit 0");
  workers.ssh = folder_ / "none";
  SshLauncher launcher(std::move(workers));
  launcher.Submit(1);
  const LauncherNews news = launcher.Poll(TimePoint{});
  ASSERT_EQ(news.refused.size(), 1U);
  EXPECT_EQ(news.refused[0].code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(news.accepted, 0);
}

TEST(SshArguments, AskNobodyAndNameTheHostBehindAllOptions) {
  SshWorkers workers;
  workers.options.hosts = {"me@gpu1"};
  workers.options.options = {"-p2222"};
  workers.command = {"prelabel-worker"};
  const auto words = SshArguments(workers, "me@gpu1", "me@gpu1");
  ASSERT_EQ(words.size(), 7U);
  EXPECT_EQ(words[0], "-oBatchMode=yes");
  EXPECT_EQ(words[3], "-p2222");
  EXPECT_EQ(words[4], "--");
  EXPECT_EQ(words[5], "me@gpu1");
  EXPECT_THAT(words[6], HasSubstr("prelabel-worker --allocation me@gpu1"));
}

}  // namespace
}  // namespace prelabel
