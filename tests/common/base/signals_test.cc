// Each case runs in a process of its own: signals belong to the whole process.
#include "common/base/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <future>
#include <mutex>
#include <thread>

namespace prelabel {
namespace {

class StopSignalsTest : public ::testing::Test {
 protected:
  StopSignalsTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

// Sends the signal to this process and waits until it has been noticed.
void RaiseAndWait(StopSignals& signals, int signal) {
  std::mutex mutex;
  std::condition_variable changed;
  bool called = false;
  signals.OnStop([&] {
    const std::lock_guard lock(mutex);
    called = true;
    changed.notify_all();
  });
  kill(getpid(), signal);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return called; });
  }
  signals.OnStop({});
}

[[noreturn]] void StopOnce(int signal) {
  StopSignals signals;
  if (signals.stop() || signals.signal() != 0) std::_Exit(2);
  RaiseAndWait(signals, signal);
  std::_Exit(signals.stop() && signals.signal() == signal ? 0 : 3);
}

TEST_F(StopSignalsTest, TheFirstSignalSetsTheFlagAndCallsBack) {
  EXPECT_EXIT(StopOnce(SIGTERM), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(StopOnce(SIGINT), ::testing::ExitedWithCode(0), "");
}

[[noreturn]] void StopTwice() {
  StopSignals signals;
  RaiseAndWait(signals, SIGTERM);
  kill(getpid(), SIGINT);
  for (;;) pause();
}

TEST_F(StopSignalsTest, TheSecondSignalEndsTheProcessWithItsNumber) {
  EXPECT_EXIT(StopTwice(), ::testing::ExitedWithCode(128 + SIGINT), "");
}

[[noreturn]] void StopAsTimeoutDoes() {
  StopSignals signals;
  RaiseAndWait(signals, SIGTERM);
  kill(getpid(), SIGTERM);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(500));  // it has been noticed, and passed over
  kill(getpid(), SIGTERM);
  std::this_thread::sleep_for(std::chrono::seconds(30));
  std::_Exit(4);
}

TEST_F(StopSignalsTest, AnEchoOfTheFirstSignalIsNoSecondOne) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EXIT(StopAsTimeoutDoes(), ::testing::ExitedWithCode(128 + SIGTERM), "");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
}

// POSIX gives a signal that was sent to a process to any thread that does not block it.
TEST(StopSignalsThreads, ReachTheirThreadAlsoWhereAnEarlierThreadDoesNotBlockThem) {
  std::atomic<bool> over{false};
  std::thread early([&over] {
    while (!over.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  {
    StopSignals signals;
    std::promise<void> called;
    signals.OnStop([&called] { called.set_value(); });
    EXPECT_FALSE(signals.stop().load());
    kill(getpid(), SIGTERM);
    called.get_future().wait();
    EXPECT_TRUE(signals.stop().load());
    EXPECT_EQ(signals.signal(), SIGTERM);
    signals.OnStop({});
  }
  over.store(true);
  early.join();
}

}  // namespace
}  // namespace prelabel
