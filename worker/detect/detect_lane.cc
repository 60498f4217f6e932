#include "worker/detect/detect_lane.h"

#include <new>
#include <optional>
#include <string>
#include <utility>

#include "common/base/url.h"
#include "worker/detect/fit.h"
#include "worker/detect/view.h"
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

DetectLane::DetectLane(ModelFactory factory, const ModelCard& card, const DetectOptions& options,
                       MediaOpener media, const Clock& clock, DoneCallback done,
                       BegunCallback begun, std::optional<SecondModel> second)
    : factory_(std::move(factory)),
      first_{card, Normalizer(card.input)},
      second_factory_(second ? std::move(second->load) : ModelFactory()),
      no_second_(second && !second->card ? second->card.error()
                                         : InvalidArgument("the job names no second model")),
      second_(second && second->card ? std::optional<Eye>({second->card.value(),
                                                           Normalizer(second->card.value().input)})
                                     : std::nullopt),
      options_(options),
      media_(std::move(media)),
      clock_(clock),
      done_(std::move(done)),
      begun_(std::move(begun)),
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
    const Eye* const eye = EyeFor(task);
    if (eye == nullptr) {
      queue_.Push({.task = open,
                   .item = {},
                   .failure = LaneFailure{no_second_, std::nullopt},
                   .input = {},
                   .last = true});
      continue;
    }
    reader.Begin(open->assignment);
    for (std::uint32_t position = 0; position < task.count; ++position) {
      Begun();
      LaneStep step = Prepare(*eye, reader, open, position);
      const bool last = step.last;
      if (!queue_.Push(std::move(step)) || last) break;
    }
  }
}

LaneStep DetectLane::Prepare(const Eye& eye, ItemReader& reader,
                             const std::shared_ptr<OpenTask>& task, std::uint32_t position) {
  const Assignment& assignment = task->assignment;
  LaneStep step;
  step.task = task;
  step.last = position + 1 == assignment.task.count;
  try {
    if (auto failure = PrepareItem(eye, reader, assignment, position, step)) {
      // The scan has seen this file, so the item may be good: another worker is to try.
      if (assignment.video || !IsHttpUrl(assignment.paths[position])) {
        failure->message +=
            ". It was there when the dataset was scanned: make it readable on this "
            "worker under the same path";
      }
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

std::optional<Error> DetectLane::PrepareItem(const Eye& eye, ItemReader& reader,
                                             const Assignment& assignment, std::uint32_t position,
                                             LaneStep& step) {
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
  const View view = ViewOf(assignment.task.kind);
  const Fit fit = FitPicture(eye.card.input, item.width, item.height);
  ModelInput fitted = eye.card.input;  // as large as the picture is in it
  fitted.width = fit.width;
  fitted.height = fit.height;
  Image shown = ShowView(view, image.value(), fitted, media_.resize);
  if (view == View::kPlain) item.stats = ComputeImageStats(shown);
  step.input = queue_.TakeBuffer(std::size_t{3} * static_cast<std::size_t>(fit.input_width) *
                                 static_cast<std::size_t>(fit.input_height));
  eye.normalizer.Run(fit.padded() ? PadPicture(shown, fit, fitted.pad) : shown, step.input);
  if (assignment.video && view == View::kPlain) step.picture = std::move(shown);
  return std::nullopt;
}

void DetectLane::ModelLoop() {
  Engine first{factory_, DetectTask(first_.card, options_, clock_), factory_()};
  std::optional<Engine> second;
  Engine* engine = &first;          // the last step's
  std::shared_ptr<OpenTask> begun;  // what its `detect` is in the middle of
  while (std::optional<LaneStep> step = queue_.NextStep()) {
    if (begun && begun != step->task) {  // it was cancelled
      engine->detect.Reset();
      begun.reset();
    }
    const Assignment& assignment = step->task->assignment;
    const auto end = [&](Result<TaskResult> result, std::optional<std::uint32_t> position) {
      queue_.End();
      engine->detect.Reset();
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
    engine = &first;
    if (assignment.task.kind == TaskKind::kSecondModel && second_) {
      if (!second) {
        second.emplace(Engine{second_factory_, DetectTask(second_->card, options_, clock_),
                              second_factory_()});
      }
      engine = &*second;
    }
    auto& [load, detect, model] = *engine;
    if (!begun && !model && model.error().code == ErrorCode::kUnavailable) model = load();
    if (!model) {
      end(model.error(), std::nullopt);
      continue;
    }
    if (!begun) detect.Begin(ViewOf(assignment.task.kind));
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
