#include "worker/detect/detect_lane.h"

#include <new>
#include <optional>
#include <string>
#include <utility>

#include "worker/link/link_task.h"

namespace prelabel {
namespace {

Result<TaskResult> Link(const Assignment& assignment) {
  try {
    return RunLinkTask(assignment);
  } catch (const std::bad_alloc&) {
    return Unavailable("not enough memory to link the video");
  }
}

}  // namespace

DetectLane::DetectLane(ModelFactory factory, ModelCard card, const DetectOptions& options,
                       MediaOpener media, const Clock& clock, DoneCallback done,
                       BegunCallback begun)
    : factory_(std::move(factory)),
      card_(std::move(card)),
      options_(options),
      media_(std::move(media)),
      clock_(clock),
      done_(std::move(done)),
      begun_(std::move(begun)),
      normalizer_(card_.input),
      queue_(options.prefetch_items),
      decode_thread_([this] { Loop(&DetectLane::DecodeLoop); }),
      model_thread_([this] { Loop(&DetectLane::ModelLoop); }) {}

DetectLane::~DetectLane() { Stop(); }

void DetectLane::Stop() {
  queue_.Stop();
  const std::lock_guard lock(stop_mutex_);
  if (decode_thread_.joinable()) decode_thread_.join();
  if (model_thread_.joinable()) model_thread_.join();
}

bool DetectLane::StopBy(std::chrono::steady_clock::time_point deadline) {
  queue_.Stop();
  {
    std::unique_lock lock(end_mutex_);
    if (!loop_ended_.wait_until(lock, deadline, [&] { return loops_ == 0; })) return false;
  }
  Stop();
  return true;
}

void DetectLane::Loop(void (DetectLane::*loop)()) {
  (this->*loop)();
  const std::lock_guard lock(end_mutex_);
  --loops_;
  loop_ended_.notify_all();
}

void DetectLane::DecodeLoop() {
  ItemReader reader(media_);
  while (const std::shared_ptr<OpenTask> open = queue_.NextTask()) {
    const Task& task = open->assignment.task;
    if (task.kind == TaskKind::kLink || task.count == 0) {
      queue_.Push({.task = open, .item = {}, .failure = {}, .input = {}, .last = true});
      continue;
    }
    reader.Begin(open->assignment);
    for (std::uint32_t position = 0; position < task.count; ++position) {
      Begun();
      LaneStep step = Prepare(reader, open, position);
      const bool last = step.last;
      if (!queue_.Push(std::move(step)) || last) break;
    }
  }
}

LaneStep DetectLane::Prepare(ItemReader& reader, const std::shared_ptr<OpenTask>& task,
                             std::uint32_t position) {
  const Assignment& assignment = task->assignment;
  LaneStep step;
  step.task = task;
  step.last = position + 1 == assignment.task.count;
  try {
    if (auto failure = PrepareItem(reader, assignment, position, step)) {
      // The scan has seen this file, so the item may be good: another worker is to try.
      failure->message +=
          ". It was there when the dataset was scanned: make it readable on this "
          "worker under the same path";
      step.failure = {std::move(*failure), position};
      if (reader.VideoFailed()) step.failure->position.reset();
    }
  } catch (const std::bad_alloc&) {
    step.failure = {Unavailable("not enough memory to prepare the picture"), position};
  }
  if (step.failure) {
    step.item.reset();
    step.last = true;
  }
  return step;
}

std::optional<Error> DetectLane::PrepareItem(ItemReader& reader, const Assignment& assignment,
                                             std::uint32_t position, LaneStep& step) {
  ItemResult& item = step.item.emplace();
  item.item = ItemIndex(assignment.task, position);
  const Result<Image> image = reader.Read(assignment, position);
  if (!image) {
    if (image.error().code == ErrorCode::kUnavailable) return image.error();
    item.error = image.error().ToString();
    return std::nullopt;
  }
  item.width = image.value().width;
  item.height = image.value().height;
  Image resized = media_.resize(image.value(), card_.input.width, card_.input.height);
  item.stats = ComputeImageStats(resized);
  step.input = queue_.TakeBuffer(normalizer_.size());
  normalizer_.Run(resized, step.input);
  if (assignment.video) step.picture = std::move(resized);
  return std::nullopt;
}

void DetectLane::ModelLoop() {
  DetectTask detect(card_, options_, clock_);
  Result<std::unique_ptr<Model>> model = factory_();
  std::shared_ptr<OpenTask> begun;  // what `detect` is in the middle of
  while (std::optional<LaneStep> step = queue_.NextStep()) {
    if (begun && begun != step->task) {  // it was cancelled
      detect.Reset();
      begun.reset();
    }
    const Assignment& assignment = step->task->assignment;
    const auto end = [&](Result<TaskResult> result, std::optional<std::uint32_t> position) {
      queue_.End();
      detect.Reset();
      begun.reset();
      done_(assignment.task.id, assignment.attempt, std::move(result), position);
    };
    if (assignment.task.kind == TaskKind::kLink) {
      Begun();
      end(Link(assignment), std::nullopt);
      continue;
    }
    if (step->failure) {
      end(step->failure->error, step->failure->position);
      continue;
    }
    if (!begun && !model && model.error().code == ErrorCode::kUnavailable) model = factory_();
    if (!model) {
      end(model.error(), std::nullopt);
      continue;
    }
    begun = step->task;
    if (step->item) {
      Begun();
      const auto added =
          detect.Add(*model.value(), std::move(*step->item), step->input, std::move(step->picture));
      if (!step->input.empty()) queue_.GiveBuffer(std::move(step->input));
      if (!added) {
        end(added.error(), detect.Suspect());
        continue;
      }
      ++items_done_;
      queue_.NoteDone(*step->task, detect.Passed());
    }
    if (!step->last) continue;
    auto result = detect.Finish(*model.value(), assignment);
    const auto suspect = result ? std::nullopt : detect.Suspect();
    end(std::move(result), suspect);
  }
}

}  // namespace prelabel
