#include "common/base/signals.h"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace prelabel {
namespace {

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this, set] {
    const timespec slice{0, 100'000'000};  // to notice the end of the process
    while (!over_.load()) {
      const int signal = sigtimedwait(&set, nullptr, &slice);
      if (signal <= 0) continue;
      if (stop_.load()) std::_Exit(128 + signal);
      signal_.store(signal);
      stop_.store(true);
      const std::lock_guard lock(mutex_);
      if (on_stop_) on_stop_();
    }
  });
}

StopSignals::~StopSignals() {
  over_.store(true);
  thread_.join();
}

void StopSignals::OnStop(std::function<void()> on_stop) {
  const std::lock_guard lock(mutex_);
  on_stop_ = std::move(on_stop);
}

}  // namespace prelabel
