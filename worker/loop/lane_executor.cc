#include "worker/loop/lane_executor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/wire/codec.h"

namespace prelabel {
namespace {

constexpr Duration kWakeEvery = std::chrono::milliseconds(10);
constexpr Duration kStopLimit = std::chrono::seconds(10);

}  // namespace

LaneExecutor::LaneExecutor(LaneExecutorOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      begun_wake_at_((clock.Now() - kWakeEvery).count()) {}

LaneExecutor::~LaneExecutor() { Stop(); }

void LaneExecutor::Interrupt() const {
  for (const MediaOpener* media : {&options_.media, &options_.streamed_media}) {
    if (media->interrupt) media->interrupt();
  }
}

bool LaneExecutor::StopWithin(Duration limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (Lane& lane : lanes_) lane.lane->BeginStop();
  Interrupt();
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [&](const Lane& lane) { return lane.lane->StopBy(deadline); });
}

void LaneExecutor::Stop() {
  for (Lane& lane : lanes_) lane.lane->BeginStop();
  Interrupt();
  for (Lane& lane : lanes_) lane.lane->Stop();
}

void LaneExecutor::Configure(const Welcome& welcome) {
  if (!StopWithin(kStopLimit)) {
    Complete(Readiness{Unavailable("the model hangs in an item of the run before")});
    return;
  }
  items_before_ = ItemsDone();
  lanes_.clear();
  completed_.clear();  // no lane is left that could add to it
  const Result<void> possible = CanServe(welcome);
  Result<JobModels> models = possible ? LoadCards(welcome) : Result<JobModels>(possible.error());
  if (!models) {
    Complete(Readiness{models.error()});
    return;
  }
  const std::vector<ModelCard>& cards = models.value().cards;
  DetectOptions detect;
  detect.limits = {welcome.raw_threshold, welcome.raw_nms, welcome.raw_max_per_image};
  detect.batch = options_.batch;
  detect.prefetch_items = options_.prefetch_items;
  auto second_card = welcome.second_model_card.empty()
                         ? std::optional<Result<ModelCard>>()
                         : std::optional(LoadCard(welcome.second_model_card, welcome.stream));
  loading_ = options_.slots * cards.size();
  lanes_.resize(options_.slots);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const std::string device = options_.devices[i % options_.devices.size()];
    std::optional<SecondModel> second;
    if (second_card) {
      ModelFactory load_second;
      if (*second_card) {
        load_second = [this, device, card = second_card->value()] {
          return options_.load_model(card, device);
        };
      }
      second = SecondModel{std::move(load_second), *second_card};
    }
    const auto loader = [this, device](const ModelCard& card) {
      return [this, device, card]() -> Result<std::unique_ptr<Model>> {
        auto model = options_.load_model(card, device);
        OnLoaded(model ? Result<void>(Ok()) : Result<void>(model.error()));
        return model;
      };
    };
    std::optional<OtherModels> others;
    if (models.value().ensemble) {
      others.emplace().ensemble = *models.value().ensemble;
      for (std::size_t m = 1; m < cards.size(); ++m) {
        others->models.push_back({loader(cards[m]), cards[m]});
      }
    }
    lanes_[i].lane = std::make_unique<DetectLane>(
        loader(cards.front()), cards.front(), detect,
        welcome.stream ? options_.streamed_media : options_.media, clock_,
        [this, i](TaskId task, Attempt attempt, Result<TaskResult> result,
                  std::optional<std::uint32_t> position) {
          OnDone(i, task, attempt, std::move(result), position);
        },
        [this] { OnBegun(); }, std::move(second), std::move(others));
  }
}

Result<LaneExecutor::JobModels> LaneExecutor::LoadCards(const Welcome& welcome) const {
  JobModels models;
  if (welcome.fusion.models.empty()) {
    PRELABEL_TRY(ModelCard card, LoadCard(welcome.model_card, welcome.stream));
    models.cards.push_back(std::move(card));
    return models;
  }
  for (const JobModel& model : welcome.fusion.models) {
    PRELABEL_TRY(ModelCard card, LoadCard(model.card, welcome.stream));
    models.cards.push_back(std::move(card));
  }
  PRELABEL_TRY(models.ensemble, CombineModels(welcome.fusion, models.cards));
  return models;
}

Result<void> LaneExecutor::CanServe(const Welcome& welcome) const {
  if (!welcome.stream) {
    if (options_.no_paths.empty()) return Ok();
    return InvalidArgument(options_.no_paths);
  }
  if (options_.streamed_card) return Ok();
  return InvalidArgument("the coordinator streams, and this worker cannot");
}

Result<ModelCard> LaneExecutor::LoadCard(const std::filesystem::path& path, bool stream) const {
  if (stream) return options_.streamed_card(path);
  const auto below_roots = [&](const std::filesystem::path& file) {
    auto resolved = options_.roots.Resolve(file);
    if (resolved) return resolved;
    Error error = resolved.error();
    error.code = ErrorCode::kInvalidArgument;  // no use in trying again
    return Result<std::filesystem::path>(error);
  };
  PRELABEL_TRY(below_roots(path));
  PRELABEL_TRY(ModelCard card, LoadModelCard(path));
  PRELABEL_TRY(card.weights, below_roots(card.weights));
  // What is a name alone, the system's administrator has put where the linker looks.
  for (std::string& library : card.custom_ops) {
    if (library.find('/') == std::string::npos) continue;
    PRELABEL_TRY(const std::filesystem::path resolved, below_roots(library));
    library = resolved.string();
  }
  return card;
}

void LaneExecutor::OnLoaded(Result<void> outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (loading_ == 0) return;  // a reload later on is the lane's own business
    loading_ = outcome ? loading_ - 1 : 0;
    if (loading_ > 0) return;
  }
  Complete(Readiness{std::move(outcome)});
}

void LaneExecutor::Complete(Completion completion) {
  {
    const std::lock_guard lock(mutex_);
    completed_.push_back(std::move(completion));
  }
  options_.wake();
}

void LaneExecutor::OnDone(std::size_t lane, TaskId task, Attempt attempt, Result<TaskResult> result,
                          std::optional<std::uint32_t> position) {
  {
    const std::lock_guard lock(mutex_);
    if (lanes_[lane].tasks.erase({task, attempt}) == 0) return;  // cancelled
  }
  if (!result) {
    Complete(BrokenTask{task, attempt, result.error().ToString(),
                        result.error().code == ErrorCode::kInvalidArgument
                            ? FailureKind::kPermanent
                            : FailureKind::kTransient,
                        position});
    return;
  }
  EncodedResult encoded;
  encoded.task = task;
  encoded.attempt = attempt;
  encoded.items = static_cast<std::uint32_t>(result.value().items.size());
  for (const ItemResult& item : result.value().items) {
    if (!item.ok()) ++encoded.failed_items;
  }
  encoded.compute_micros = result.value().compute_micros;
  encoded.payload = EncodeTaskPayload(result.value());
  encoded.wanted = std::move(result.value().wanted);
  Complete(std::move(encoded));
}

void LaneExecutor::OnBegun() {
  const Duration::rep now = clock_.Now().count();
  Duration::rep last = begun_wake_at_.load();
  if (now - last < kWakeEvery.count()) return;
  if (begun_wake_at_.compare_exchange_strong(last, now)) options_.wake();
}

void LaneExecutor::Submit(Assignment assignment) {
  const std::pair key(assignment.task.id, assignment.attempt);
  Lane* best = nullptr;
  {
    const std::lock_guard lock(mutex_);
    // The lane with the least to do; among equals the one whose decoder stands right before.
    const auto continues = [&](const Lane& lane) { return lane.last.value + 1 == key.first.value; };
    for (Lane& lane : lanes_) {
      if (best == nullptr || lane.tasks.size() < best->tasks.size() ||
          (lane.tasks.size() == best->tasks.size() && continues(lane) && !continues(*best))) {
        best = &lane;
      }
    }
    if (best == nullptr) return;  // not configured: the session never does this
    best->tasks.insert(key);
    best->last = key.first;
  }
  best->lane->Submit(std::move(assignment));
}

void LaneExecutor::Cancel(TaskId task, Attempt attempt) {
  for (Lane& lane : lanes_) {
    {
      const std::lock_guard lock(mutex_);
      if (lane.tasks.erase({task, attempt}) == 0) continue;
    }
    lane.lane->Cancel(task, attempt);
    return;
  }
}

void LaneExecutor::CancelAll() {
  for (Lane& lane : lanes_) {
    std::set<std::pair<TaskId, Attempt>> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(lane.tasks);
    }
    for (const auto& [task, attempt] : tasks) lane.lane->Cancel(task, attempt);
  }
}

std::vector<Completion> LaneExecutor::TakeCompleted() {
  const std::lock_guard lock(mutex_);
  return std::exchange(completed_, {});
}

std::uint64_t LaneExecutor::ItemsDone() const {
  std::uint64_t items = items_before_;
  for (const Lane& lane : lanes_) items += lane.lane->items_done();
  return items;
}

std::vector<RunningTask> LaneExecutor::Running() const {
  std::vector<RunningTask> running;
  for (const Lane& lane : lanes_) {
    const auto tasks = lane.lane->Running();
    running.insert(running.end(), tasks.begin(), tasks.end());
  }
  return running;
}

}  // namespace prelabel
