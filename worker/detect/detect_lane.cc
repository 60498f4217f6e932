#include "worker/detect/detect_lane.h"

#include <optional>
#include <utility>

#include "worker/link/link_task.h"

namespace prelabel {

DetectLane::DetectLane(ModelFactory factory, ModelCard card, const DetectOptions& options,
                       MediaOpener media, const Clock& clock, DoneCallback done)
    : factory_(std::move(factory)),
      card_(std::move(card)),
      options_(options),
      media_(std::move(media)),
      clock_(clock),
      done_(std::move(done)),
      normalizer_(card_.input),
      queue_(options.prefetch_items),
      decode_thread_([this] { DecodeLoop(); }),
      model_thread_([this] { ModelLoop(); }) {}

DetectLane::~DetectLane() { Stop(); }

void DetectLane::Stop() {
  queue_.Stop();
  const std::lock_guard lock(stop_mutex_);
  if (decode_thread_.joinable()) decode_thread_.join();
  if (model_thread_.joinable()) model_thread_.join();
}

void DetectLane::DecodeLoop() {
  ItemReader reader(media_);
  while (const std::shared_ptr<OpenTask> open = queue_.NextTask()) {
    const Task& task = open->assignment.task;
    if (task.kind == TaskKind::kLink || task.count == 0) {
      queue_.Push({.task = open, .item = {}, .input = {}, .last = true});
      continue;
    }
    reader.Begin(open->assignment);
    for (std::uint32_t position = 0; position < task.count; ++position) {
      if (!queue_.Push(Prepare(reader, open, position))) break;
    }
  }
}

LaneStep DetectLane::Prepare(ItemReader& reader, const std::shared_ptr<OpenTask>& task,
                             std::uint32_t position) {
  const Assignment& assignment = task->assignment;
  LaneStep step;
  step.task = task;
  step.last = position + 1 == assignment.task.count;
  ItemResult& item = step.item.emplace();
  item.item = ItemIndex(assignment.task, position);
  const Result<Image> image = reader.Read(assignment, position);
  if (!image) {
    item.error = image.error().ToString();
    return step;
  }
  item.width = image.value().width;
  item.height = image.value().height;
  const Image resized = media_.resize(image.value(), card_.input.width, card_.input.height);
  item.stats = ComputeImageStats(resized);
  step.input = queue_.TakeBuffer(normalizer_.size());
  normalizer_.Run(resized, step.input);
  return step;
}

void DetectLane::ModelLoop() {
  DetectTask detect(card_, options_, clock_);
  Result<std::unique_ptr<Model>> model = factory_();
  bool begun = false;  // whether `detect` is in the middle of a task
  while (std::optional<LaneStep> step = queue_.NextStep()) {
    const Assignment& assignment = step->task->assignment;
    const auto give_up = [&](const Error& error) {
      queue_.DropRest(step->task);
      detect.Reset();
      begun = false;
      done_(assignment.task.id, assignment.attempt, error);
    };
    if (assignment.task.kind == TaskKind::kLink) {
      done_(assignment.task.id, assignment.attempt, RunLinkTask(assignment));
      continue;
    }
    if (!begun && !model && model.error().code == ErrorCode::kUnavailable) model = factory_();
    if (!model) {
      give_up(model.error());
      continue;
    }
    begun = true;
    if (step->item) {
      const auto added = detect.Add(*model.value(), std::move(*step->item), step->input);
      if (!step->input.empty()) queue_.GiveBuffer(std::move(step->input));
      if (!added) {
        give_up(added.error());
        continue;
      }
      ++items_done_;
    }
    if (!step->last) continue;
    auto result = detect.Finish(*model.value(), assignment);
    if (!result) {
      give_up(result.error());
      continue;
    }
    begun = false;
    done_(assignment.task.id, assignment.attempt, std::move(result));
  }
}

}  // namespace prelabel
