#include "coordinator/launch/slurm_launcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace prelabel {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using testing::HasSubstr;

// Shell scripts in the place of Slurm's programs; what they were called with is in "calls".
class SlurmLauncherTest : public testing::Test {
 protected:
  SlurmLauncherTest() {
    std::string name = (fs::temp_directory_path() / "slurm-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = std::getenv("PATH");
    setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
    Program("sbatch", "cat >/dev/null; echo 7");
    Program("squeue", "echo '7_1|RUNNING|0|'; echo '7_2|PENDING|0|'");
    Program("scancel", "");
  }
  ~SlurmLauncherTest() override {
    setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  void Program(const std::string& name, const std::string& does) {
    const fs::path file = folder_ / name;
    std::ofstream(file) << "#!/bin/sh\necho \"" << name << " $*\" >>" << folder_.string()
                        << "/calls\n"
                        << does << "\n";
    fs::permissions(file, fs::perms::owner_all);
  }
  std::string Calls() const {
    std::stringstream text;
    text << std::ifstream(folder_ / "calls").rdbuf();
    return text.str();
  }
  // Polls at this time until the command that runs has ended, and starts the next one.
  LauncherNews PollAt(SlurmLauncher& launcher, int second) {
    LauncherNews all;
    for (int i = 0; i < 40; ++i) {
      LauncherNews news = launcher.Poll(begin_ + seconds(second));
      all.accepted += news.accepted;
      for (Error& error : news.refused) all.refused.push_back(std::move(error));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return all;
  }

  const TimePoint begin_ = MonotonicClock().Now();  // Terminate knows the real time alone
  fs::path folder_;
  std::string path_;
};

TEST_F(SlurmLauncherTest, WhatCouldNotBeCancelledIsTriedAgain) {
  SlurmWorkers workers;
  workers.name = "run";
  workers.command = {"worker"};
  workers.log_dir = folder_;
  SlurmLauncher launcher(workers);
  launcher.Submit(2);
  EXPECT_EQ(PollAt(launcher, 0).accepted, 2);
  Program("scancel", "echo 'Unable to contact slurm controller' >&2; exit 1");
  launcher.Cancel({"7_2"});
  PollAt(launcher, 1);
  EXPECT_THAT(Calls(), HasSubstr("scancel --quiet 7_2\n"));
  Program("scancel", "");
  fs::remove(folder_ / "calls");
  PollAt(launcher, 10);
  EXPECT_THAT(Calls(), HasSubstr("scancel --quiet 7_2\n"));
  // Then it is done.
  fs::remove(folder_ / "calls");
  PollAt(launcher, 20);
  EXPECT_THAT(Calls(), testing::Not(HasSubstr("scancel")));
}

TEST_F(SlurmLauncherTest, ASubmissionThatHangsAtTheEndDoesNotKeepTheJobs) {
  SlurmWorkers workers;
  workers.name = "run";
  workers.command = {"worker"};
  workers.log_dir = folder_;
  SlurmLauncher launcher(workers, seconds(2));
  launcher.Submit(1);
  PollAt(launcher, 0);
  Program("sbatch", "exec sleep 100");
  launcher.Submit(1);
  PollAt(launcher, 1);
  Program("scancel", "echo done >" + folder_.string() + "/cancelled");
  launcher.Terminate(seconds(0));
  EXPECT_TRUE(fs::exists(folder_ / "cancelled"));
}

}  // namespace
}  // namespace prelabel
