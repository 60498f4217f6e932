// The worker's loop: one thread between the transport, the session (which decides) and the executor
// (which works). Wake may be called from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/wire/transport.h"
#include "worker/loop/executor.h"
#include "worker/session/session.h"

namespace prelabel {

using TransportFactory = std::function<Result<std::unique_ptr<Transport>>()>;
using NewsSink = std::function<void(const std::string&)>;  // a line for a person
using MemoryGauge = std::function<std::uint64_t()>;        // bytes of this process; 0: not known

class WorkerLoop {
 public:
  // `connect` is called at the start and whenever the session wants a new connection, `memory`
  // twice a second where it is there, `tell` where a person should know of something.
  WorkerLoop(SessionOptions options, TransportFactory connect, Executor& executor,
             const Clock& clock, MemoryGauge memory = {}, NewsSink tell = {});
  ~WorkerLoop();
  WorkerLoop(const WorkerLoop&) = delete;
  WorkerLoop& operator=(const WorkerLoop&) = delete;

  // Works until the coordinator ends the run (Ok), or `stop` is set and Wake called (Ok), or there
  // is no way to go on (Unavailable: nobody answers, or it refuses this worker; InvalidArgument:
  // the model cannot be loaded).
  Result<void> Run(const std::atomic<bool>& stop);

  // Ends the present wait: a task is done, an item was begun or `stop` was set. Thread-safe.
  void Wake();

 private:
  void Raise(const SessionEvent& event);
  void Apply(SessionAction& action);
  void CollectCompleted();
  void Gauge();
  Result<void> Connect();

  Session session_;
  TransportFactory connect_;
  Executor& executor_;
  const Clock& clock_;
  MemoryGauge memory_;
  NewsSink tell_;
  std::uint64_t resident_bytes_ = 0;
  TimePoint next_gauge_{};
  std::mutex mutex_;  // guards the pointer against Wake while it is replaced
  std::unique_ptr<Transport> transport_;
  std::thread closing_;  // the transport before
  Result<void> outcome_ = Ok();
  bool left_ = false;
};

}  // namespace prelabel
