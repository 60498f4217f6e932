// The model's side of detect tasks: gathers inputs into batches of one task, runs the model, turns
// outputs into results. One thread's, the one that loaded the model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/job/model_card.h"
#include "common/labels/view.h"
#include "common/media/image.h"
#include "common/wire/task.h"
#include "worker/detect/adaptive_batch.h"
#include "worker/detect/features.h"
#include "worker/detect/postprocess.h"
#include "worker/model/model.h"

namespace prelabel {

struct DetectOptions {
  RawLimits limits;
  // Inputs a run of the model, as far as its device's memory does; short batches are padded with
  // zeros.
  int batch = 1;
  std::size_t prefetch_items = 8;  // decoded inputs that may wait for the model
};

class DetectTask {
 public:
  // `clock` measures compute_micros, nothing else.
  DetectTask(const ModelCard& card, const DetectOptions& options, const Clock& clock)
      : card_(card), options_(For(card, options)), clock_(clock), batch_(options_.batch) {}

  // How the pictures of the next task are shown: boxes are taken back to the plain view, and
  // nothing but them is kept of another one. Plain again after Finish and Reset.
  void Begin(View view) { view_ = view; }

  // The next item of the task, in order, its statistics and size filled in. `input` is the model's,
  // or empty where item.error is set; it is not needed afterwards. `picture`, of any size, is what
  // boxes are described from; empty: they are not.
  // Runs the model when a batch is full; where the device has no memory for it, in smaller ones.
  // An error is the model's: call Reset and give the task up. Unavailable: no memory for a single
  // input.
  Result<void> Add(Model& model, ItemResult item, std::span<const float> input, Image picture = {});

  // Runs what is left and hands over the items; ready for the next task.
  Result<TaskResult> Finish(Model& model, const Assignment& assignment);

  // Items that need the model no more: all before this position.
  std::uint32_t Passed() const;
  // The item that the last, failed run of the model was about; nothing where there were several.
  std::optional<std::uint32_t> Suspect() const;

  // Forgets the task.
  void Reset();

 private:
  static DetectOptions For(const ModelCard& card, DetectOptions options);
  // Runs all that is gathered, of `input_size` floats each.
  Result<void> RunGathered(Model& model, std::size_t input_size);
  // `input`: `batch` inputs, of which the first `items` are the first of the gathered.
  Result<void> RunBatch(Model& model, std::span<const float> input, int batch, std::size_t items);
  const FeatureEmbedder* EmbedderFor(const ModelOutput& output);

  const ModelCard& card_;
  const DetectOptions options_;  // batch 1 where pictures differ in size
  const Clock& clock_;
  std::optional<FeatureEmbedder> embedder_;
  AdaptiveBatch batch_;  // what one task has found out holds for the next ones

  View view_ = View::kPlain;
  TaskResult result_;
  Duration compute_{};
  std::vector<float> batch_input_;     // begins with `gathered_` inputs; only for batch > 1
  int last_batch_ = 1;                 // inputs of the last run
  std::vector<std::size_t> gathered_;  // their positions in result_.items
  std::vector<Image> pictures_;        // of the gathered
};

}  // namespace prelabel
