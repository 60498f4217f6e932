// The executor of a real worker: one lane (decode thread and model replica) a slot.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "worker/detect/data_roots.h"
#include "worker/detect/detect_lane.h"
#include "worker/loop/executor.h"

namespace prelabel {

struct LaneExecutorOptions {
  std::uint32_t slots = 1;
  int batch = 1;                   // items a model call; results do not depend on it
  std::size_t prefetch_items = 8;  // decoded ahead, a lane
  // At least one; the lanes are dealt out to them in turn.
  std::vector<std::string> devices{"cpu"};
  // Loads one replica onto a device; called on each lane's model thread.
  std::function<Result<std::unique_ptr<Model>>(const ModelCard&, const std::string& device)>
      load_model;
  MediaOpener media;
  DataRoots roots;  // of the model; those of `media` are its own
  // Why this worker opens no path that a coordinator names; empty: it does. It may stream then.
  std::string no_paths{};
  // For coordinators whose workers stream (Welcome::stream): pictures and videos, and the card at
  // a coordinator's path. Without them such a coordinator is refused.
  MediaOpener streamed_media{};
  std::function<Result<ModelCard>(const std::filesystem::path&)> streamed_card{};
  // Called from a lane's thread when a task has ended, and when an item was begun: then at most
  // once in 10 ms, so that fast items are not slowed down.
  std::function<void()> wake;
};

class LaneExecutor : public Executor {
 public:
  LaneExecutor(LaneExecutorOptions options, const Clock& clock);
  ~LaneExecutor() override;

  void Configure(const Welcome& welcome) override;
  void Submit(Assignment assignment) override;
  void Cancel(TaskId task, Attempt attempt) override;
  void CancelAll() override;
  std::vector<Completion> TakeCompleted() override;
  std::uint64_t ItemsDone() const override;
  std::vector<RunningTask> Running() const override;

  // Joins all lanes; `wake` is not called any more. Call it before what `wake` uses is gone.
  void Stop();
  // The same within `limit`; false where a model still hangs in an item. All that is left then is
  // to end the process without destructors.
  bool StopWithin(Duration limit);

 private:
  struct Lane {
    std::unique_ptr<DetectLane> lane;
    std::set<std::pair<TaskId, Attempt>> tasks;  // submitted, not ended; guarded by mutex_
    TaskId last;                                 // submitted last
  };
  // The job's models, in order; more than one, or some of one's classes, are an ensemble.
  struct JobModels {
    std::vector<ModelCard> cards;
    std::optional<Ensemble> ensemble;
  };
  Result<JobModels> LoadCards(const Welcome& welcome) const;
  Result<ModelCard> LoadCard(const std::filesystem::path& path, bool stream) const;
  Result<void> CanServe(const Welcome& welcome) const;
  void Interrupt() const;
  void Complete(Completion completion);
  void OnLoaded(Result<void> outcome);
  void OnDone(std::size_t lane, TaskId task, Attempt attempt, Result<TaskResult> result,
              std::optional<std::uint32_t> position);
  void OnBegun();

  LaneExecutorOptions options_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Completion> completed_;  // guarded by mutex_
  std::size_t loading_ = 0;            // replicas, guarded by mutex_
  std::vector<Lane> lanes_;
  std::uint64_t items_before_ = 0;  // of lanes that are gone
  std::atomic<Duration::rep> begun_wake_at_;
};

}  // namespace prelabel
