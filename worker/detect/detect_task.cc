#include "worker/detect/detect_task.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "worker/detect/describe_appearance.h"
#include "worker/detect/fit.h"
#include "worker/detect/outline_classes.h"
#include "worker/detect/view.h"

namespace prelabel {

namespace {

// Boxes below most thresholds only continue tracks, which takes no looks: not worth the time.
constexpr float kLeastDescribed = 0.25F;

void Describe(const Image& picture, ItemResult& item) {
  if (picture.empty() || !item.ok()) return;
  const float scale_x = static_cast<float>(picture.width) / static_cast<float>(item.width);
  const float scale_y = static_cast<float>(picture.height) / static_cast<float>(item.height);
  for (const Prediction& prediction : item.predictions) {
    if (!(prediction.score >= kLeastDescribed)) break;
    const Box& box = prediction.box;
    const Appearance appearance = DescribeBox(
        picture, {box.x1 * scale_x, box.y1 * scale_y, box.x2 * scale_x, box.y2 * scale_y});
    item.appearance.insert(item.appearance.end(), appearance.begin(), appearance.end());
  }
  const Appearance scene = DescribeScene(picture);
  item.scene.assign(scene.begin(), scene.end());
}

Box Shifted(const Box& box, int dx, int dy) {
  const auto x = static_cast<float>(dx);
  const auto y = static_cast<float>(dy);
  return {box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y};
}

// Candidates of a view as if the plain picture had been shown; nothing else stays.
void TakeBack(View view, const Fit& fit, const ModelInput& input, ModelOutput& output) {
  if (view == View::kPlain) return;
  if (!output.semantic.empty()) {
    // Boxes alone are compared. Those of scores that are no numbers do not matter, but must end.
    const ClassOutlines found = OutlineClasses(output.semantic, fit, fit.width, fit.height);
    for (const Prediction& prediction : found.predictions) {
      output.candidates.push_back(
          {prediction.class_id, prediction.score, Shifted(prediction.box, fit.left, fit.top)});
    }
    output.semantic = {};
    output.suppressed = true;
  }
  ModelInput fitted = input;
  fitted.width = fit.width;
  fitted.height = fit.height;
  for (Prediction& candidate : output.candidates) {
    const Box in_picture = Shifted(candidate.box, -fit.left, -fit.top);
    candidate.box = Shifted(FromView(view, in_picture, fitted), fit.left, fit.top);
  }
  output.masks.clear();
}

}  // namespace

DetectOptions DetectTask::For(const ModelCard& card, DetectOptions options) {
  if (card.input.resize == "none") options.batch = 1;
  return options;
}

Result<void> DetectTask::Add(Model& model, ItemResult item, std::span<const float> input,
                             Image picture) {
  const bool labelled = item.ok();
  result_.items.push_back(std::move(item));
  if (!labelled) return Ok();
  gathered_.push_back(result_.items.size() - 1);
  pictures_.push_back(std::move(picture));
  if (options_.batch == 1) return RunBatch(model, input, 1, 1);
  const std::size_t begin = batch_input_.size();
  batch_input_.resize(begin + input.size());
  std::copy(input.begin(), input.end(), batch_input_.begin() + static_cast<std::ptrdiff_t>(begin));
  if (gathered_.size() < static_cast<std::size_t>(batch_.size())) return Ok();
  return RunGathered(model, input.size());
}

Result<TaskResult> DetectTask::Finish(Model& model, const Assignment& assignment) {
  if (!gathered_.empty()) {
    PRELABEL_TRY(RunGathered(model, batch_input_.size() / gathered_.size()));
  }
  TaskResult result = std::move(result_);
  result.task = assignment.task.id;
  result.attempt = assignment.attempt;
  result.compute_micros = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(compute_).count());
  Reset();
  return result;
}

std::uint32_t DetectTask::Passed() const {
  return static_cast<std::uint32_t>(gathered_.empty() ? result_.items.size() : gathered_.front());
}

std::optional<std::uint32_t> DetectTask::Suspect() const {
  if (gathered_.empty() || (gathered_.size() > 1 && last_batch_ > 1)) return std::nullopt;
  return static_cast<std::uint32_t>(gathered_.front());
}

void DetectTask::Reset() {
  view_ = View::kPlain;
  result_ = {};
  compute_ = {};
  batch_input_.clear();
  gathered_.clear();
  pictures_.clear();
}

Result<void> DetectTask::RunGathered(Model& model, std::size_t input_size) {
  std::size_t done = 0;  // inputs
  while (!gathered_.empty()) {
    const int batch = batch_.size();
    const std::size_t items = std::min(gathered_.size(), static_cast<std::size_t>(batch));
    const std::size_t floats = static_cast<std::size_t>(batch) * input_size;
    const std::size_t begin = done * input_size;
    if (batch_input_.size() < begin + floats) batch_input_.resize(begin + floats);  // with zeros
    const std::span<const float> input = std::span(batch_input_).subspan(begin, floats);
    const Result<void> ran = RunBatch(model, input, batch, items);
    if (ran) {
      batch_.Succeeded();
      done += items;
    } else if (ran.error().code != ErrorCode::kUnavailable || !batch_.Shrink()) {
      return ran;
    }
  }
  batch_input_.clear();
  return Ok();
}

Result<void> DetectTask::RunBatch(Model& model, std::span<const float> input, int batch,
                                  std::size_t items) {
  last_batch_ = batch;
  const TimePoint begin = clock_.Now();
  const auto fit_of = [&](std::size_t gathered) {
    const ItemResult& item = result_.items[gathered_[gathered]];
    return FitPicture(card_.input, item.width, item.height);
  };
  const Fit first = fit_of(0);  // all of a batch have one size
  auto outputs =
      model.Run(input, {batch, first.input_height, first.input_width}, options_.limits.threshold);
  compute_ += clock_.Now() - begin;
  if (!outputs) return outputs.error();
  if (outputs.value().size() != static_cast<std::size_t>(batch)) {
    return Internal("the model gave " + std::to_string(outputs.value().size()) +
                    " outputs for a batch of " + std::to_string(batch));
  }
  for (std::size_t i = 0; i < items; ++i) {
    ModelOutput& output = outputs.value()[i];
    const Fit fit = fit_of(i);
    TakeBack(view_, fit, card_.input, output);
    const FeatureEmbedder* embedder = view_ == View::kPlain ? EmbedderFor(output) : nullptr;
    FillPredictions(output, fit, options_.limits, embedder, result_.items[gathered_[i]]);
    Describe(pictures_[i], result_.items[gathered_[i]]);
  }
  const auto done = static_cast<std::ptrdiff_t>(items);
  gathered_.erase(gathered_.begin(), gathered_.begin() + done);
  pictures_.erase(pictures_.begin(), pictures_.begin() + done);
  return Ok();
}

const FeatureEmbedder* DetectTask::EmbedderFor(const ModelOutput& output) {
  if (output.feature_channels == 0) return nullptr;
  if (!embedder_ || embedder_->channels() != output.feature_channels) {
    embedder_.emplace(output.feature_channels);
  }
  return &*embedder_;
}

}  // namespace prelabel
