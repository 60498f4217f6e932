// SIGINT and SIGTERM as a flag and a call, without code in signal handlers: a thread waits for
// them.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace prelabel {

class StopSignals {
 public:
  // Blocks both signals in this thread and those started after it: call it first in main. The first
  // signal sets the flag and calls `on_stop` in a thread of its own; the second ends the process
  // at once with 128 + its number, unless it is the same one within a quarter of a second.
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // What to wake when a signal comes; an empty function takes it back. Thread-safe.
  void OnStop(std::function<void()> on_stop);

  const std::atomic<bool>& stop() const { return stop_; }
  // The signal that came first, or 0.
  int signal() const { return signal_.load(); }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> signal_{0};
  std::atomic<bool> over_{false};
  std::mutex mutex_;  // guards on_stop_
  std::function<void()> on_stop_;
  std::thread thread_;
};

}  // namespace prelabel
