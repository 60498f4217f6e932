// One slot of a worker: a decode thread that runs ahead, across task boundaries, and a model
// thread. Decode ▸ resize ▸ statistics ▸ normalise | batch ▸ Model ▸ NMS ▸ embeddings ▸ done.
// Results depend on neither batch nor shard nor slot. All public members are thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/job/model_card.h"
#include "common/wire/task.h"
#include "worker/detect/detect_task.h"
#include "worker/detect/fuse_items.h"
#include "worker/detect/item_reader.h"
#include "worker/detect/lane_queue.h"
#include "worker/detect/preprocess.h"
#include "worker/model/model.h"

namespace prelabel {

// Called on the model thread, as soon as it runs; again before a task where it last said
// Unavailable.
using ModelFactory = std::function<Result<std::unique_ptr<Model>>()>;

// Called on the model thread, once for every task that is neither cancelled nor cut short by Stop.
// It must not call Stop. An error is the model's, of loading or of running it, or says that the
// task's data cannot be reached from here; `position` is that of the item, where one is to blame.
using DoneCallback =
    std::function<void(TaskId, Attempt, Result<TaskResult>, std::optional<std::uint32_t> position)>;

// Called on both threads whenever one begins an item or a link task: Running() has changed.
using BegunCallback = std::function<void()>;

// What second looks by another model need. It is loaded when the first of them comes; where the
// card is an error, they fail with it.
struct SecondModel {
  ModelFactory load;
  Result<ModelCard> card;
};

// The job's models behind the first one, which look at the same pictures, and how what all of them
// say is made into one.
struct OtherModels {
  struct Other {
    ModelFactory load;
    ModelCard card;
  };
  std::vector<Other> models;
  Ensemble ensemble;
};

class DetectLane {
 public:
  // Starts both threads. `clock` measures compute_micros, nothing else, and outlives the lane.
  // Without `second`, second looks by another model fail.
  DetectLane(ModelFactory factory, const ModelCard& card, const DetectOptions& options,
             MediaOpener media, const Clock& clock, DoneCallback done, BegunCallback begun = {},
             std::optional<SecondModel> second = {}, std::optional<OtherModels> others = {});
  ~DetectLane();
  DetectLane(const DetectLane&) = delete;
  DetectLane& operator=(const DetectLane&) = delete;

  // Queues a task of any kind; tasks are done in the order of submission.
  void Submit(Assignment assignment) {
    std::shared_ptr<void> ahead;
    if (media_.get_ahead) {
      if (auto paths = PicturesOf(assignment); !paths.empty()) ahead = media_.get_ahead(paths);
    }
    queue_.Submit(std::move(assignment), std::move(ahead));
  }

  // Drops a task, or what is left of it after the item in hand; whether it was there. Where that
  // item is the last one, the task may be done all the same.
  bool Cancel(TaskId task, Attempt attempt) { return queue_.Cancel(task, attempt); }

  // Items that have passed the model or could not be read, since the lane started.
  std::uint64_t items_done() const { return items_done_; }

  // The tasks that a thread is at: see RunningTask. With batches the item in the model is one of a
  // whole batch, of which the first is named.
  std::vector<RunningTask> Running() const { return queue_.Running(); }

  // Tells the threads to end after the item in hand, and does not wait.
  void BeginStop() { queue_.Stop(); }
  // The same, and waits until then; whether they have ended and are joined. Where they have not,
  // the model hangs, and only the end of the process helps.
  bool StopBy(std::chrono::steady_clock::time_point deadline);

  // Joins the threads after the item in hand; what is unfinished is forgotten without a callback.
  void Stop();

 private:
  void DecodeLoop();
  void ModelLoop();
  void Loop(void (DetectLane::*loop)());
  void Begun() const {
    if (begun_) begun_();
  }

  // A replica and what it is in the middle of. The model thread's.
  struct Engine {
    const ModelFactory& load;
    DetectTask detect;
    Result<std::unique_ptr<Model>> model;
  };
  // What makes a task's inputs. Null where the task is one for a second model and there is none.
  struct Eye {
    ModelCard card;
    Normalizer normalizer;
  };
  static std::vector<Eye> EyesOf(const std::optional<OtherModels>& others);
  const Eye* EyeFor(const Task& task) const {
    if (task.kind != TaskKind::kSecondModel) return &first_;
    return second_ ? &*second_ : nullptr;
  }

  // Reads one item and makes of it the input of the model, or of all models of the job.
  LaneStep Prepare(const Eye& eye, ItemReader& reader, const std::shared_ptr<OpenTask>& task,
                   std::uint32_t position);
  // Fills in the step. An error is this worker's, not the item's.
  std::optional<Error> PrepareItem(const Eye& eye, ItemReader& reader, const Assignment& assignment,
                                   std::uint32_t position, LaneStep& step);

  // Makes a model's input of the picture as the task shows it. Statistics are filled in where
  // `stats` is not null. Returns what the model is shown, without margins.
  Image Show(const Eye& eye, const Image& image, View view, std::vector<float>& input,
             ImageStats* stats);

  Engine MakeEngine(const ModelFactory& load, const Eye& eye) const;
  // The step's item to every engine. Where one fails, `suspect` is the item to blame.
  static Result<void> AddToAll(std::span<Engine> engines, LaneStep& step,
                               std::optional<std::uint32_t>& suspect);
  // What they make of the task, as one result.
  Result<TaskResult> FinishAll(std::span<Engine> engines, const Assignment& assignment,
                               std::optional<std::uint32_t>& suspect) const;

  const ModelFactory factory_;
  const Eye first_;
  const ModelFactory second_factory_;
  const Error no_second_;  // why second_ is not there
  const std::optional<Eye> second_;
  const std::optional<OtherModels> others_;
  const std::vector<Eye> other_eyes_;
  const DetectOptions options_;
  const MediaOpener media_;
  const Clock& clock_;
  const DoneCallback done_;
  const BegunCallback begun_;
  std::atomic<std::uint64_t> items_done_{0};
  LaneQueue queue_;

  std::mutex end_mutex_;
  std::condition_variable loop_ended_;
  int loops_ = 2;  // that have not ended; guarded by end_mutex_

  std::mutex stop_mutex_;
  std::thread decode_thread_;
  std::thread model_thread_;
};

}  // namespace prelabel
