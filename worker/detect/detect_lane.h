// One slot of a worker: a decode thread that runs ahead, across task boundaries, and a model
// thread. Decode ▸ resize ▸ statistics ▸ normalise | batch ▸ Model ▸ NMS ▸ embeddings ▸ done.
// Results depend on neither batch nor shard nor slot. All public members are thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/job/model_card.h"
#include "common/wire/task.h"
#include "worker/detect/detect_task.h"
#include "worker/detect/item_reader.h"
#include "worker/detect/lane_queue.h"
#include "worker/detect/preprocess.h"
#include "worker/model/model.h"

namespace prelabel {

// Called on the model thread, as soon as it runs; again before a task where it last said
// Unavailable.
using ModelFactory = std::function<Result<std::unique_ptr<Model>>()>;

// Called on the model thread, once for every task that is neither cancelled nor cut short by Stop.
// It must not call Stop. The error is the model's, of loading or of running it: the task's items
// are not to blame one by one.
using DoneCallback = std::function<void(TaskId, Attempt, Result<TaskResult>)>;

class DetectLane {
 public:
  // Starts both threads. `clock` measures compute_micros, nothing else, and outlives the lane.
  DetectLane(ModelFactory factory, ModelCard card, const DetectOptions& options, MediaOpener media,
             const Clock& clock, DoneCallback done);
  ~DetectLane();
  DetectLane(const DetectLane&) = delete;
  DetectLane& operator=(const DetectLane&) = delete;

  // Queues a detect or a link task; tasks are done in the order of submission.
  void Submit(Assignment assignment) { queue_.Submit(std::move(assignment)); }

  // Drops a task that has not reached the model; whether it did.
  bool Cancel(TaskId task, Attempt attempt) { return queue_.Cancel(task, attempt); }

  // Items that have passed the model or could not be read, since the lane started.
  std::uint64_t items_done() const { return items_done_; }

  // Joins the threads after the item in hand; what is unfinished is forgotten without a callback.
  void Stop();

 private:
  void DecodeLoop();
  void ModelLoop();

  // Reads one item and makes the model's input of it.
  LaneStep Prepare(ItemReader& reader, const std::shared_ptr<OpenTask>& task,
                   std::uint32_t position);

  const ModelFactory factory_;
  const ModelCard card_;
  const DetectOptions options_;
  const MediaOpener media_;
  const Clock& clock_;
  const DoneCallback done_;
  const Normalizer normalizer_;
  std::atomic<std::uint64_t> items_done_{0};
  LaneQueue queue_;

  std::mutex stop_mutex_;
  std::thread decode_thread_;
  std::thread model_thread_;
};

}  // namespace prelabel
