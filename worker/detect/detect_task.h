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
#include "worker/detect/features.h"
#include "worker/detect/postprocess.h"
#include "worker/model/model.h"

namespace prelabel {

struct DetectOptions {
  RawLimits limits;
  int batch = 1;                   // inputs a run of the model; short batches are padded with zeros
  std::size_t prefetch_items = 8;  // decoded inputs that may wait for the model
};

class DetectTask {
 public:
  // `clock` measures compute_micros, nothing else.
  DetectTask(const ModelCard& card, const DetectOptions& options, const Clock& clock)
      : card_(card), options_(For(card, options)), clock_(clock) {}

  // How the pictures of the next task are shown: boxes are taken back to the plain view, and
  // nothing but them is kept of another one. Plain again after Finish and Reset.
  void Begin(View view) { view_ = view; }

  // The next item of the task, in order, its statistics and size filled in. `input` is the model's,
  // or empty where item.error is set; it is not needed afterwards. `picture`, of any size, is what
  // boxes are described from; empty: they are not.
  // Runs the model when a batch is full. An error is the model's: call Reset and give the task up.
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
  // `input`: options_.batch inputs, of which the first gathered_.size() are items.
  Result<void> RunBatch(Model& model, std::span<const float> input);
  const FeatureEmbedder* EmbedderFor(const ModelOutput& output);

  const ModelCard& card_;
  const DetectOptions options_;  // batch 1 where pictures differ in size
  const Clock& clock_;
  std::optional<FeatureEmbedder> embedder_;

  View view_ = View::kPlain;
  TaskResult result_;
  Duration compute_{};
  std::vector<float> batch_input_;     // filled with `gathered_` inputs; only for batch > 1
  std::vector<std::size_t> gathered_;  // their positions in result_.items
  std::vector<Image> pictures_;        // of the gathered
};

}  // namespace prelabel
