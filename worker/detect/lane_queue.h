// What stands between a lane's threads: tasks waiting to be decoded, and inputs waiting for the
// model, at most so many, in the order of submission. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "common/labels/prediction.h"
#include "common/wire/task.h"

namespace prelabel {

// A task that the decode thread has taken. Its flags belong to the queue.
struct OpenTask {
  Assignment assignment;
  bool started = false;  // the model thread has begun it
  bool dropped = false;  // nobody wants its items any more
};

// What goes from the decode thread to the model thread: an item ready for the model, or one that
// could not be read, or (no item) the whole of a task that has nothing to decode.
struct LaneStep {
  std::shared_ptr<OpenTask> task;
  std::optional<ItemResult> item;
  std::vector<float> input;  // empty where item->error is set
  bool last = false;         // of its task
};

class LaneQueue {
 public:
  explicit LaneQueue(std::size_t max_prepared) : max_prepared_(max_prepared) {}

  void Submit(Assignment assignment);
  // Drops a task unless the model thread has begun it; whether it did.
  bool Cancel(TaskId task, Attempt attempt);
  // All waiting ends, and nothing more is handed out.
  void Stop();

  // The decode thread's. NextTask waits; null after Stop. Push waits for room; false where the rest
  // of the task is not wanted.
  std::shared_ptr<OpenTask> NextTask();
  bool Push(LaneStep step);

  // The model thread's. NextStep waits; nothing after Stop. DropRest forgets what else the task
  // has.
  std::optional<LaneStep> NextStep();
  void DropRest(const std::shared_ptr<OpenTask>& task);

  // Buffers to be used again: fresh pages cost more than filling them. Contents are anything.
  std::vector<float> TakeBuffer(std::size_t size);
  void GiveBuffer(std::vector<float> buffer);

 private:
  void DropLocked(OpenTask& task);

  const std::size_t max_prepared_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::deque<Assignment> pending_;
  std::shared_ptr<OpenTask> decoding_;
  std::deque<LaneStep> prepared_;
  std::vector<std::vector<float>> buffers_;
};

}  // namespace prelabel
