#include "common/base/signals.h"

#include <ucontext.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace prelabel {
namespace {

// timeout(1) sends its signal to the process, and at once to its group as well.
constexpr std::chrono::milliseconds kEcho{250};

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// Libraries start threads before main (OpenBLAS does), and these do not block the signals. Where
// one of them is hit, it blocks them from now on and passes the signal to the waiting thread.
void PassOn(int signal, siginfo_t*, void* context) {
  sigset_t& mask = static_cast<ucontext_t*>(context)->uc_sigmask;
  sigaddset(&mask, SIGINT);
  sigaddset(&mask, SIGTERM);
  kill(getpid(), signal);
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = PassOn;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  action.sa_mask = set;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  thread_ = std::thread([this, set] {
    const timespec slice{0, 100'000'000};  // to notice the end of the process
    std::chrono::steady_clock::time_point first;
    while (!over_.load()) {
      const int signal = sigtimedwait(&set, nullptr, &slice);
      if (signal <= 0) continue;
      const auto now = std::chrono::steady_clock::now();
      if (stop_.load()) {
        if (signal == signal_.load() && now - first < kEcho) continue;
        std::_Exit(128 + signal);
      }
      first = now;
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
