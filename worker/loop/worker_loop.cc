#include "worker/loop/worker_loop.h"

#include <utility>
#include <vector>

#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr Duration kGaugeEvery = std::chrono::milliseconds(500);

}  // namespace

WorkerLoop::WorkerLoop(SessionOptions options, TransportFactory connect, Executor& executor,
                       const Clock& clock, MemoryGauge memory, NewsSink tell)
    : session_(std::move(options)),
      connect_(std::move(connect)),
      executor_(executor),
      clock_(clock),
      memory_(std::move(memory)),
      tell_(std::move(tell)) {}

WorkerLoop::~WorkerLoop() {
  if (closing_.joinable()) closing_.join();
}

void WorkerLoop::Wake() {
  const std::lock_guard lock(mutex_);
  if (transport_) transport_->Wake();
}

Result<void> WorkerLoop::Connect() {
  PRELABEL_TRY(auto transport, connect_());
  {
    const std::lock_guard lock(mutex_);
    transport_.swap(transport);
  }
  // A socket whose peer is gone lingers: the Hello through the new one must not wait for that.
  if (closing_.joinable()) closing_.join();
  if (transport) closing_ = std::thread([old = std::move(transport)]() mutable { old.reset(); });
  return Ok();
}

Result<void> WorkerLoop::Run(const std::atomic<bool>& stop) {
  PRELABEL_TRY(Connect());
  Raise(Started{});
  bool stopping = false;
  while (!session_.Over() && !left_) {
    transport_->Wait(std::chrono::ceil<std::chrono::milliseconds>(session_.LongestWait()));
    while (auto received = transport_->Receive()) {
      auto message = DecodeCoordinatorMessage(received->bytes);
      if (!message) continue;  // not of this protocol: silence will tell
      Raise(std::move(message).value());
      if (session_.Over() || left_) return outcome_;
    }
    CollectCompleted();
    if (stop.load() && !stopping) {
      stopping = true;
      Raise(StopWanted{});
    }
    Gauge();
    Raise(TimePassed{executor_.ItemsDone(), executor_.Running(), resident_bytes_});
  }
  return outcome_;
}

void WorkerLoop::Gauge() {
  const TimePoint now = clock_.Now();
  if (!memory_ || now < next_gauge_) return;
  next_gauge_ = now + kGaugeEvery;
  resident_bytes_ = memory_();
}

void WorkerLoop::CollectCompleted() {
  std::vector<Completion> completed = executor_.TakeCompleted();
  TasksDone done;
  for (Completion& task : completed) {
    if (auto* result = std::get_if<EncodedResult>(&task)) {
      done.results.push_back(std::move(*result));
    } else if (auto* broken = std::get_if<BrokenTask>(&task)) {
      Raise(TaskBroken{broken->task, broken->attempt, std::move(broken->reason), broken->kind,
                       broken->position});
    } else if (auto& readiness = std::get<Readiness>(task); readiness.outcome) {
      Raise(Prepared{});
    } else {
      transport_->Send({}, EncodeWorkerMessage(Goodbye{readiness.outcome.error().ToString()}));
      outcome_ = readiness.outcome.error();
      left_ = true;
    }
  }
  if (!done.results.empty()) Raise(done);
}

void WorkerLoop::Raise(const SessionEvent& event) {
  std::vector<SessionAction> actions;
  session_.OnEvent(event, clock_.Now(), actions);
  for (SessionAction& action : actions) Apply(action);
}

void WorkerLoop::Apply(SessionAction& action) {
  if (auto* send = std::get_if<SendMessage>(&action)) {
    // A DEALER queues while it is not connected; what is lost with a connection is resent.
    transport_->Send({}, EncodeWorkerMessage(send->message));
  } else if (auto* configure = std::get_if<Configure>(&action)) {
    executor_.Configure(configure->welcome);
  } else if (auto* start = std::get_if<StartTask>(&action)) {
    executor_.Submit(std::move(start->assignment));
  } else if (auto* drop = std::get_if<DropTask>(&action)) {
    executor_.Cancel(drop->task, drop->attempt);
  } else if (std::holds_alternative<DropAllTasks>(action)) {
    executor_.CancelAll();
  } else if (std::holds_alternative<Reconnect>(action)) {
    if (auto connected = Connect(); !connected) {
      outcome_ = connected.error();
      left_ = true;
    }
  } else if (const auto* tell = std::get_if<Tell>(&action)) {
    if (tell_) tell_(tell->news);
  } else if (auto* leave = std::get_if<Leave>(&action)) {
    if (!leave->ok) outcome_ = Unavailable(leave->reason);
    left_ = true;
  }
}

}  // namespace prelabel
