// An executor with a thread of its own, which takes tasks from a queue under a mutex and does them
// one after the other. What a task comes to is the test's business. Public members are the loop's
// thread's, as those of every Executor.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "worker/loop/executor.h"

namespace prelabel {

class QueueExecutor : public Executor {
 public:
  // `work` is called on the thread; `wake` after each task.
  using Work = std::function<Completion(const Assignment&)>;

  QueueExecutor(std::function<void()> wake, Work work)
      : wake_(std::move(wake)), work_(std::move(work)), thread_([this] { Run(); }) {}
  ~QueueExecutor() override { Stop(); }
  QueueExecutor(const QueueExecutor&) = delete;
  QueueExecutor& operator=(const QueueExecutor&) = delete;

  // From within `work`: so many items of the task in hand are done, and all are decoded.
  void Progress(const Assignment& assignment, std::uint32_t items_done) {
    {
      const std::lock_guard lock(mutex_);
      running_ = {assignment.task.id, assignment.attempt, items_done, assignment.task.count};
    }
    wake_();
  }

  // Ends the thread after the task in hand; `wake` is not called any more.
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void Configure(const Welcome&) override {
    const std::lock_guard lock(mutex_);
    completed_.emplace_back(Readiness{});
  }
  void Submit(Assignment assignment) override {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(assignment));
    }
    changed_.notify_all();
  }
  void Cancel(TaskId task, Attempt attempt) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(queue_,
                  [&](const Assignment& a) { return a.task.id == task && a.attempt == attempt; });
  }
  void CancelAll() override {
    const std::lock_guard lock(mutex_);
    queue_.clear();
  }
  std::vector<Completion> TakeCompleted() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(completed_, {});
  }
  std::vector<RunningTask> Running() const override {
    const std::lock_guard lock(mutex_);
    return running_ ? std::vector<RunningTask>{*running_} : std::vector<RunningTask>();
  }
  std::uint64_t ItemsDone() const override { return done_; }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return over_ || !queue_.empty(); });
      if (over_) return;
      const Assignment assignment = std::move(queue_.front());
      queue_.pop_front();
      running_ = {assignment.task.id, assignment.attempt, 0, 0};
      lock.unlock();
      Completion completion = work_(assignment);
      lock.lock();
      running_.reset();
      ++done_;
      completed_.push_back(std::move(completion));
      lock.unlock();
      wake_();
      lock.lock();
    }
  }

  const std::function<void()> wake_;
  const Work work_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Assignment> queue_;
  std::vector<Completion> completed_;
  std::optional<RunningTask> running_;
  bool over_ = false;
  std::atomic<std::uint64_t> done_{0};
  std::thread thread_;  // last: it uses the others
};

}  // namespace prelabel
