#include "worker/detect/detect_lane.h"

#include <algorithm>
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

std::vector<DetectLane::Eye> DetectLane::EyesOf(const std::optional<OtherModels>& others) {
  std::vector<Eye> eyes;
  if (!others) return eyes;
  for (const OtherModels::Other& other : others->models) {
    eyes.push_back({other.card, Normalizer(other.card.input)});
  }
  return eyes;
}

DetectLane::DetectLane(ModelFactory factory, const ModelCard& card, const DetectOptions& options,
                       MediaOpener media, const Clock& clock, DoneCallback done,
                       BegunCallback begun, std::optional<SecondModel> second,
                       std::optional<OtherModels> others)
    : factory_(std::move(factory)),
      first_{card, Normalizer(card.input)},
      second_factory_(second ? std::move(second->load) : ModelFactory()),
      no_second_(second && !second->card ? second->card.error()
                                         : InvalidArgument("the job names no second model")),
      second_(second && second->card ? std::optional<Eye>({second->card.value(),
                                                           Normalizer(second->card.value().input)})
                                     : std::nullopt),
      others_(std::move(others)),
      other_eyes_(EyesOf(others_)),
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
            ". It was there when the dataset was scanned: put it back, or make it readable on "
            "this worker under the same path";
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
  const bool plain = view == View::kPlain;
  const bool describe = assignment.video && plain;
  Image shown = Show(eye, image.value(), view, step.input, plain ? &item.stats : nullptr);
  if (describe) step.picture = std::move(shown);
  if (&eye != &first_) return std::nullopt;
  for (const Eye& other : other_eyes_) {
    LaneStep::Input& input = step.others.emplace_back();
    shown = Show(other, image.value(), view, input.input, nullptr);
    if (describe) input.picture = std::move(shown);
  }
  return std::nullopt;
}

Image DetectLane::Show(const Eye& eye, const Image& image, View view, std::vector<float>& input,
                       ImageStats* stats) {
  const Fit fit = FitPicture(eye.card.input, image.width, image.height);
  ModelInput fitted = eye.card.input;  // as large as the picture is in it
  fitted.width = fit.width;
  fitted.height = fit.height;
  Image shown = ShowView(view, image, fitted, media_.resize);
  if (stats != nullptr) *stats = ComputeImageStats(shown);
  input = queue_.TakeBuffer(std::size_t{3} * static_cast<std::size_t>(fit.input_width) *
                            static_cast<std::size_t>(fit.input_height));
  eye.normalizer.Run(fit.padded() ? PadPicture(shown, fit, fitted.pad) : shown, input);
  return shown;
}

DetectLane::Engine DetectLane::MakeEngine(const ModelFactory& load, const Eye& eye) const {
  return {load, DetectTask(eye.card, options_, clock_), load()};
}

Result<void> DetectLane::AddToAll(std::span<Engine> engines, LaneStep& step,
                                  std::optional<std::uint32_t>& suspect) {
  for (std::size_t i = 0; i < engines.size(); ++i) {
    LaneStep::Input other;
    if (i > 0 && step.item->ok()) other = std::move(step.others[i - 1]);
    auto& [load, detect, model] = engines[i];
    const Result<void> added =
        detect.Add(*model.value(), *step.item, i == 0 ? step.input : other.input,
                   std::move(i == 0 ? step.picture : other.picture));
    if (added) continue;
    suspect = detect.Suspect();
    return added;
  }
  return Ok();
}

Result<TaskResult> DetectLane::FinishAll(std::span<Engine> engines, const Assignment& assignment,
                                         std::optional<std::uint32_t>& suspect) const {
  std::vector<TaskResult> results;
  for (auto& [load, detect, model] : engines) {
    Result<TaskResult> result = detect.Finish(*model.value(), assignment);
    if (!result) {
      suspect = detect.Suspect();
      return result;
    }
    results.push_back(std::move(result).value());
  }
  // Also where there is one: it may answer for some of its classes only.
  if (!others_ || &engines.front().load != &factory_) return std::move(results.front());
  TaskResult all = std::move(results.front());
  for (std::size_t i = 0; i < all.items.size(); ++i) {
    std::vector<ItemResult> said{std::move(all.items[i])};
    for (std::size_t m = 1; m < results.size(); ++m) {
      said.push_back(std::move(results[m].items[i]));
    }
    all.items[i] = FuseItems(std::move(said), others_->ensemble, options_.limits);
  }
  for (std::size_t m = 1; m < results.size(); ++m) all.compute_micros += results[m].compute_micros;
  return all;
}

void DetectLane::ModelLoop() {
  std::vector<Engine> own;  // of the job's models
  own.push_back(MakeEngine(factory_, first_));
  for (std::size_t i = 0; i < other_eyes_.size(); ++i) {
    own.push_back(MakeEngine(others_->models[i].load, other_eyes_[i]));
  }
  std::vector<Engine> second;       // one, as soon as it is asked for
  std::span<Engine> engines = own;  // the last step's
  std::shared_ptr<OpenTask> begun;  // what they are in the middle of
  const auto reset = [&] {
    for (Engine& engine : engines) engine.detect.Reset();
    begun.reset();
  };
  while (std::optional<LaneStep> step = queue_.NextStep()) {
    if (begun && begun != step->task) reset();  // it was cancelled
    const Assignment& assignment = step->task->assignment;
    const auto end = [&](Result<TaskResult> result, std::optional<std::uint32_t> position) {
      queue_.End();
      reset();
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
    engines = own;
    if (assignment.task.kind == TaskKind::kSecondModel && second_) {
      if (second.empty()) second.push_back(MakeEngine(second_factory_, *second_));
      engines = second;
    }
    std::optional<Error> missing;
    for (auto& [load, detect, model] : engines) {
      if (!begun && !model && model.error().code == ErrorCode::kUnavailable) model = load();
      if (!model && !missing) missing = model.error();
      if (!begun) detect.Begin(ViewOf(assignment.task.kind));
    }
    if (missing) {
      end(*missing, std::nullopt);
      continue;
    }
    begun = step->task;
    std::optional<std::uint32_t> suspect;
    if (step->item) {
      Begun();
      const auto added = AddToAll(engines, *step, suspect);
      if (!step->input.empty()) queue_.GiveBuffer(std::move(step->input));
      if (!added) {
        end(added.error(), suspect);
        continue;
      }
      ++items_done_;
      std::uint32_t passed = UINT32_MAX;
      for (const Engine& engine : engines) passed = std::min(passed, engine.detect.Passed());
      queue_.NoteDone(*step->task, passed);
    }
    if (!step->last) continue;
    auto result = FinishAll(engines, assignment, suspect);
    end(std::move(result), suspect);
  }
}

}  // namespace prelabel
