// What stands between a lane's threads: tasks waiting to be decoded, and inputs waiting for the
// model, at most so many, in the order of submission. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "common/base/error.h"
#include "common/labels/prediction.h"
#include "common/media/image.h"
#include "common/wire/messages.h"
#include "common/wire/task.h"

namespace prelabel {

// A task that the decode thread has taken. All but the assignment belongs to the queue.
struct OpenTask {
  Assignment assignment;
  std::shared_ptr<void> ahead;   // what is got ahead for it is wanted as long
  bool dropped = false;          // nobody wants its items any more
  std::uint32_t items_read = 0;  // pushed
  std::uint32_t items_done = 0;  // have passed the model
};

// Why a task cannot go on here.
struct LaneFailure {
  Error error;
  std::optional<std::uint32_t> position;  // of the item that it stopped at, where one is to blame
};

// What goes from the decode thread to the model thread: an item ready for the model, or one that
// could not be read, or (no item) the whole of a task that has nothing to decode, or its end.
struct LaneStep {
  std::shared_ptr<OpenTask> task;
  std::optional<ItemResult> item;
  std::optional<LaneFailure> failure{};
  std::vector<float> input;  // empty where item->error is set
  Image picture{};           // of a video, in the model's size
  // The same for the job's other models, in their order.
  struct Input {
    std::vector<float> input;
    Image picture;
  };
  std::vector<Input> others{};
  bool last = false;  // of its task
};

class LaneQueue {
 public:
  explicit LaneQueue(std::size_t max_prepared) : max_prepared_(max_prepared) {}

  // `ahead` lives as long as the task does here.
  void Submit(Assignment assignment, std::shared_ptr<void> ahead = {});
  // Drops a task, or what is left of one that the model thread has begun; whether it was there.
  bool Cancel(TaskId task, Attempt attempt);
  // All waiting ends, and nothing more is handed out.
  void Stop();

  // The decode thread's. NextTask waits; null after Stop. Push waits for room; false where the rest
  // of the task is not wanted.
  std::shared_ptr<OpenTask> NextTask();
  bool Push(LaneStep step);

  // The model thread's. NextStep waits; nothing after Stop. End: the task in hand is over, whatever
  // else of it is there.
  std::optional<LaneStep> NextStep();
  void End();

  // So many of the task's items have passed the model.
  void NoteDone(OpenTask& task, std::uint32_t items);

  // The task that the model thread is at and, where it is another one, that of the decode thread,
  // dropped ones too. Tasks between the two only wait.
  std::vector<RunningTask> Running() const;

  // Buffers to be used again: fresh pages cost more than filling them. Contents are anything.
  std::vector<float> TakeBuffer(std::size_t size);
  void GiveBuffer(std::vector<float> buffer);

 private:
  struct Pending {
    Assignment assignment;
    std::shared_ptr<void> ahead;
  };
  void DropLocked(OpenTask& task);

  const std::size_t max_prepared_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::deque<Pending> pending_;
  std::shared_ptr<OpenTask> decoding_;
  std::shared_ptr<OpenTask> in_model_;
  bool at_last_step_ = false;  // of in_model_
  std::deque<LaneStep> prepared_;
  std::vector<std::vector<float>> buffers_;
};

}  // namespace prelabel
