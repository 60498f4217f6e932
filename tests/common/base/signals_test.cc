// Signals as POSIX has them: one sent to a process goes to any thread that does not block it.
#include "common/base/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <thread>

namespace prelabel {
namespace {

TEST(StopSignals, ReachTheirThreadAlsoWhereAnEarlierThreadDoesNotBlockThem) {
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
