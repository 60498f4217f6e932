#include "coordinator/store/run_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

namespace prelabel {
namespace {

std::filesystem::path FreshLockPath() {
  std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("run_lock_test." + std::to_string(getpid()));
  std::filesystem::remove(path);
  return path;
}

TEST(RunLockFile, RefusesASecondHolderAndNamesTheFirst) {
  const std::filesystem::path path = FreshLockPath();
  const Result<RunLock> first = RunLock::Acquire(path);
  ASSERT_TRUE(first.has_value());
  const Result<RunLock> second = RunLock::Acquire(path);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos);
}

TEST(RunLockFile, IsFreeAgainAfterItsHolderWentAway) {
  const std::filesystem::path path = FreshLockPath();
  { ASSERT_TRUE(RunLock::Acquire(path).has_value()); }
  EXPECT_TRUE(RunLock::Acquire(path).has_value());
}

TEST(RunLockFile, MovesWithItsOwner) {
  const std::filesystem::path path = FreshLockPath();
  RunLock kept;
  {
    Result<RunLock> lock = RunLock::Acquire(path);
    ASSERT_TRUE(lock.has_value());
    kept = std::move(lock).value();
  }
  EXPECT_TRUE(RunLock::Acquire(path).has_error());
}

TEST(RunLockFile, AProgramStartedMeanwhileDoesNotInheritIt) {
  const std::filesystem::path path = FreshLockPath();
  pid_t child = -1;
  {
    const Result<RunLock> lock = RunLock::Acquire(path);
    ASSERT_TRUE(lock.has_value());
    child = fork();
    if (child == 0) {
      execl("/bin/sleep", "sleep", "60", nullptr);
      _exit(127);
    }
    ASSERT_GT(child, 0);
    // Until exec the child does share the descriptor; wait for its name to change.
    const std::string name = "/proc/" + std::to_string(child) + "/exe";
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe");
    while (std::filesystem::read_symlink(name, error) == self) usleep(1000);
  }
  EXPECT_TRUE(RunLock::Acquire(path).has_value());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(RunLockFile, SaysWhereItCannotBeMade) {
  const Result<RunLock> lock = RunLock::Acquire("/nowhere/at/all/run.lock");
  ASSERT_TRUE(lock.has_error());
  EXPECT_EQ(lock.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(lock.error().context, "/nowhere/at/all/run.lock");
}

}  // namespace
}  // namespace prelabel
