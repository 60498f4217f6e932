#include "worker/loop/lane_executor.h"

#include <utility>

#include "common/wire/codec.h"

namespace prelabel {

LaneExecutor::LaneExecutor(LaneExecutorOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

LaneExecutor::~LaneExecutor() {
  for (Lane& lane : lanes_) lane.lane->Stop();
}

Result<void> LaneExecutor::Configure(const Welcome& welcome) {
  PRELABEL_TRY(const ModelCard card, LoadModelCard(welcome.model_card));
  // A first replica here, so that a model that cannot be loaded is told at once and by name.
  PRELABEL_TRY(auto first, options_.load_model(card));
  items_before_ = ItemsDone();
  for (Lane& lane : lanes_) lane.lane->Stop();
  lanes_.clear();
  completed_.clear();
  DetectOptions detect;
  detect.raw_threshold = welcome.raw_threshold;
  detect.raw_nms = welcome.raw_nms;
  detect.raw_max_per_image = welcome.raw_max_per_image;
  detect.batch = options_.batch;
  detect.prefetch_items = options_.prefetch_items;
  lanes_.resize(options_.slots);
  const auto ready = std::make_shared<std::unique_ptr<Model>>(std::move(first));
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    auto factory = [this, card, ready, own = i == 0]() -> Result<std::unique_ptr<Model>> {
      if (own && *ready) return std::move(*ready);
      return options_.load_model(card);
    };
    lanes_[i].lane = std::make_unique<DetectLane>(
        std::move(factory), card, detect, options_.media, clock_,
        [this, i](TaskId task, Attempt attempt, Result<TaskResult> result) {
          OnDone(i, task, attempt, std::move(result));
        });
  }
  return Ok();
}

void LaneExecutor::OnDone(std::size_t lane, TaskId task, Attempt attempt,
                          Result<TaskResult> result) {
  CompletedTask completed;
  if (result) {
    EncodedResult encoded;
    encoded.task = task;
    encoded.attempt = attempt;
    encoded.items = static_cast<std::uint32_t>(result.value().items.size());
    for (const ItemResult& item : result.value().items) {
      if (!item.ok()) ++encoded.failed_items;
    }
    encoded.compute_micros = result.value().compute_micros;
    encoded.payload = EncodeTaskPayload(result.value());
    completed = std::move(encoded);
  } else {
    completed = BrokenTask{task, attempt, result.error().ToString(),
                           result.error().code == ErrorCode::kInvalidArgument};
  }
  {
    const std::lock_guard lock(mutex_);
    if (lanes_[lane].tasks.erase({task, attempt}) > 0) completed_.push_back(std::move(completed));
  }
  options_.wake();
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

std::vector<CompletedTask> LaneExecutor::TakeCompleted() {
  const std::lock_guard lock(mutex_);
  return std::exchange(completed_, {});
}

std::uint64_t LaneExecutor::ItemsDone() const {
  std::uint64_t items = items_before_;
  for (const Lane& lane : lanes_) items += lane.lane->items_done();
  return items;
}

}  // namespace prelabel
