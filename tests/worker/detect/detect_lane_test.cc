#include "worker/detect/detect_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <string>

#include "tests/support/fake_model.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kSide = 4;

Image Picture(std::uint64_t value) {
  return {kSide, kSide, std::vector<std::uint8_t>(kSide * kSide * 3, value % 256)};
}

// Every reading of it is a millisecond later.
class TickingClock : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::milliseconds(++ticks_); }

 private:
  mutable std::atomic<int> ticks_{0};
};

// Frame i is a picture of value i + offset; frame 13 is damaged, value 217 never comes.
class FakeFrames : public FrameSource {
 public:
  FakeFrames(std::int64_t count, std::uint64_t offset) : count_(count), offset_(offset) {}
  std::int64_t FrameCount() const override { return count_; }
  Result<Image> Read(std::int64_t frame) override {
    if (frame + static_cast<std::int64_t>(offset_) == 217)
      return Unavailable("reading failed: Input/output error", "a.avi");
    if (frame == 13) return DataLoss("frame 13 is damaged");
    return Picture(static_cast<std::uint64_t>(frame) + offset_);
  }

 private:
  std::int64_t count_;
  std::uint64_t offset_;
};

struct Outcome {
  TaskId task;
  Attempt attempt;
  Result<TaskResult> result;
  std::optional<std::uint32_t> position;
};

// A lane over fakes, what it was asked for and what it answered.
class LaneTest : public ::testing::Test {
 protected:
  // Until released, every run of the model waits.
  void HoldModel() { held_ = true; }
  void ReleaseModel() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }

  std::unique_ptr<DetectLane> Start(DetectOptions options = {}) {
    ModelCard card;
    card.input = {kSide, kSide, "stretch", "bgr", {0, 0, 0}, {1, 1, 1}};
    return std::make_unique<DetectLane>(
        [this]() -> Result<std::unique_ptr<Model>> { return LoadModel(); }, card, options, Opener(),
        clock_,
        [this](TaskId task, Attempt attempt, Result<TaskResult> result,
               std::optional<std::uint32_t> position) {
          const std::lock_guard lock(mutex_);
          outcomes_.push_back({task, attempt, std::move(result), position});
          changed_.notify_all();
        },
        [this] {
          const std::lock_guard lock(mutex_);
          ++begun_;
          changed_.notify_all();
        },
        second_, others_);
  }

  // The model of AddSecondModel as one more of the job's own, which both know the one class of.
  void AddOtherModel(FuseMethod method, float iou) {
    AddSecondModel();
    OtherModels& others = others_.emplace();
    others.models.push_back({second_->load, second_->card.value()});
    others.ensemble.class_of = {{0}, {0}};
    others.ensemble.fuse = {method, iou, {1, 1}, {2}};
    second_.reset();
  }

  // Another model of 8 × 8, which sees values one higher than they are.
  void AddSecondModel() {
    ModelCard card;
    card.input = {2 * kSide, 2 * kSide, "stretch", "bgr", {-1, -1, -1}, {1, 1, 1}};
    second_ = SecondModel{
        [this]() -> Result<std::unique_ptr<Model>> {
          const std::lock_guard lock(mutex_);
          ++second_loads_;
          return std::unique_ptr<Model>(std::make_unique<FakeModel>(2 * kSide, 2 * kSide));
        },
        card};
  }

  Assignment Looks(std::uint64_t id, TaskKind kind, std::vector<std::string> paths) {
    Assignment assignment = Images(id, std::move(paths));
    assignment.task.kind = kind;
    return assignment;
  }

  // The first `count` outcomes.
  std::vector<Outcome> WaitForOutcomes(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return outcomes_.size() >= count; });
    return {outcomes_.begin(), outcomes_.begin() + static_cast<std::ptrdiff_t>(count)};
  }

  void WaitUntil(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, condition);
  }

  Assignment Images(std::uint64_t id, std::vector<std::string> paths, std::uint64_t first = 0) {
    Assignment assignment;
    assignment.task = {
        TaskId(id), TaskKind::kDetect, SourceId(0), first, static_cast<std::uint32_t>(paths.size()),
        1};
    assignment.attempt = Attempt(1);
    assignment.paths = std::move(paths);
    return assignment;
  }

  Assignment Frames(std::uint64_t id, std::uint64_t first, std::uint32_t count,
                    const std::string& path = "a.avi", std::uint32_t stride = 1) {
    Assignment assignment;
    assignment.task = {TaskId(id), TaskKind::kDetect, SourceId(0), first, count, stride};
    assignment.attempt = Attempt(1);
    assignment.paths = {path};
    assignment.video = true;
    return assignment;
  }

  // All items of frames [0, 40) of the video, cut into shards and run on lanes in turn.
  std::vector<ItemResult> LabelVideo(std::uint32_t shard, int lanes, int batch) {
    outcomes_.clear();
    DetectOptions options;
    options.batch = batch;
    std::vector<std::unique_ptr<DetectLane>> running;
    for (int i = 0; i < lanes; ++i) running.push_back(Start(options));
    std::size_t tasks = 0;
    for (std::uint32_t first = 0; first < 40; first += shard, ++tasks) {
      running[tasks % running.size()]->Submit(Frames(tasks, first, std::min(shard, 40 - first)));
    }
    std::map<std::uint64_t, ItemResult> items;
    for (const Outcome& outcome : WaitForOutcomes(tasks)) {
      for (const ItemResult& item : outcome.result.value().items) items[item.item] = item;
    }
    std::vector<ItemResult> ordered;
    for (const auto& [index, item] : items) ordered.push_back(item);
    return ordered;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int reads_ = 0;
  int runs_ = 0;
  int begun_ = 0;
  std::vector<std::string> opened_;
  std::vector<Outcome> outcomes_;
  std::vector<Error> load_errors_;  // of the loads to come, the last one first
  std::optional<SecondModel> second_;
  std::optional<OtherModels> others_;
  int second_loads_ = 0;
  int room_ = 1 << 30;  // the largest batch that models loaded from now on have memory for
  TickingClock clock_;

 private:
  Result<std::unique_ptr<Model>> LoadModel() {
    const std::lock_guard lock(mutex_);
    if (!load_errors_.empty()) {
      Error error = load_errors_.back();
      load_errors_.pop_back();
      return error;
    }
    auto model = std::make_unique<FakeModel>(kSide, kSide);
    model->room = room_;
    model->before_run = [this](std::span<const float> input) -> Result<void> {
      std::unique_lock wait(mutex_);
      ++runs_;
      if (input[0] == 77) held_ = true;
      changed_.notify_all();
      changed_.wait(wait, [&] { return !held_; });
      if (input[0] == 65) return Internal("the module threw");
      if (input[0] == 66) return Unavailable("the device is out of memory");
      return Ok();
    };
    return Result<std::unique_ptr<Model>>(std::move(model));
  }

  MediaOpener Opener() {
    MediaOpener media;
    media.read_image = [this](const std::filesystem::path& path) -> Result<Image> {
      const std::lock_guard lock(mutex_);
      ++reads_;
      changed_.notify_all();
      if (path == "bad.jpg") return DataLoss("the file is truncated");
      if (path == "gone.jpg") return Unavailable("cannot be opened: no such file", path.string());
      return Picture(std::stoull(path.string()));
    };
    // Pictures are of one value, or as they shall be.
    media.resize = [](const Image& image, int width, int height) {
      if (image.width == width && image.height == height) return image;
      return Image{width, height,
                   std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 3,
                                             image.bgr.front())};
    };
    media.open_video =
        [this](const std::filesystem::path& path) -> Result<std::unique_ptr<FrameSource>> {
      const std::lock_guard lock(mutex_);
      opened_.push_back(path.string());
      if (path == "none.avi") return DataLoss("there is no such file", path.string());
      if (path == "gone.avi") return Unavailable("cannot be opened", path.string());
      return std::unique_ptr<FrameSource>(std::make_unique<FakeFrames>(40, path == "a.avi" ? 0
                                                                           : path == "disk.avi"
                                                                               ? 200
                                                                               : 100));
    };
    return media;
  }
};

// FakeModel's answers by hand: score 0.5 + v / 512, box (0, 0, 1 + v mod 3, 2), features {v, 0.5}.
TEST_F(LaneTest, LabelsImagesInOrder) {
  auto lane = Start();
  lane->Submit(Images(5, {"16", "64"}, 10));
  const Outcome outcome = WaitForOutcomes(1)[0];
  EXPECT_EQ(outcome.task, TaskId(5));
  EXPECT_EQ(outcome.attempt, Attempt(1));
  const TaskResult& result = outcome.result.value();
  EXPECT_EQ(result.task, TaskId(5));
  ASSERT_EQ(result.items.size(), 2U);
  EXPECT_EQ(result.items[0].item, 10U);
  EXPECT_EQ(result.items[0].width, kSide);
  EXPECT_THAT(result.items[0].predictions, ElementsAre(Prediction{0, 0.53125F, {0, 0, 2, 2}}));
  EXPECT_THAT(result.items[0].embedding, ElementsAre(FloatToHalf(16), FloatToHalf(0.5F)));
  EXPECT_THAT(result.items[0].box_embeddings, ElementsAre(FloatToHalf(16), FloatToHalf(0.5F)));
  EXPECT_FLOAT_EQ(result.items[0].stats.mean_green, 16.0F / 255);
  EXPECT_EQ(result.items[1].item, 11U);
  EXPECT_THAT(result.items[1].predictions, ElementsAre(Prediction{0, 0.625F, {0, 0, 2, 2}}));
  EXPECT_EQ(result.compute_micros, 2000U);  // two runs, a tick of the clock each
  EXPECT_EQ(lane->items_done(), 2U);
}

// The model's boxes, by hand: a picture of 16 has (0, 0, 2, 2). Mirrored in 4 pixels that is
// (2, 0, 4, 2).
// Color makes the blue of 16 to .85 · 16 · .93 + 29.2 = 41.8, so 42: (0, 0, 1, 2).
// Scale shows 3 × 3 pixels of 4 × 4 without an offset, so (0, 0, 2, 2) comes from 4/3 of that.
TEST_F(LaneTest, SecondLooksTakeBoxesBackAndKeepNothingElse) {
  auto lane = Start({.limits = {}, .batch = 2, .prefetch_items = 8});
  lane->Submit(Looks(0, TaskKind::kFlip, {"16", "bad.jpg", "16"}));
  lane->Submit(Looks(1, TaskKind::kColor, {"16"}));
  lane->Submit(Looks(2, TaskKind::kScale, {"16"}));
  lane->Submit(Images(3, {"16"}));
  const auto outcomes = WaitForOutcomes(4);
  const auto& flipped = outcomes[0].result.value().items;
  ASSERT_EQ(flipped.size(), 3U);
  ItemResult expected;
  expected.width = expected.height = kSide;
  expected.predictions = {{0, 0.53125F, {2, 0, 4, 2}}};
  EXPECT_EQ(flipped[0], expected);  // neither embeddings nor statistics
  EXPECT_FALSE(flipped[1].ok());
  EXPECT_THAT(flipped[2].predictions, ElementsAre(Prediction{0, 0.53125F, {2, 0, 4, 2}}));
  EXPECT_THAT(outcomes[1].result.value().items[0].predictions,
              ElementsAre(Prediction{0, 0.58203125F, {0, 0, 1, 2}}));
  EXPECT_THAT(outcomes[2].result.value().items[0].predictions,
              ElementsAre(Prediction{0, 0.53125F, {0, 0, 2 * 4.0F / 3, 2 * 4.0F / 3}}));
  // And the next plain task is plain again.
  const ItemResult& plain = outcomes[3].result.value().items[0];
  EXPECT_THAT(plain.predictions, ElementsAre(Prediction{0, 0.53125F, {0, 0, 2, 2}}));
  EXPECT_FALSE(plain.embedding.empty());
}

// A second model's input of 17 gives (0, 0, 3, 2) of 8 × 8 pixels: half as much of 4 × 4.
TEST_F(LaneTest, TheSecondModelIsLoadedWhenATaskAsksForIt) {
  AddSecondModel();
  auto lane = Start();
  lane->Submit(Images(0, {"16"}));
  WaitForOutcomes(1);
  EXPECT_EQ(second_loads_, 0);
  lane->Submit(Looks(1, TaskKind::kSecondModel, {"16", "16"}));
  lane->Submit(Images(2, {"16"}));
  lane->Submit(Looks(3, TaskKind::kSecondModel, {"16"}));
  const auto outcomes = WaitForOutcomes(4);
  const Prediction other{0, 0.5F + 17.0F / 512, {0, 0, 1.5F, 1}};
  EXPECT_THAT(outcomes[1].result.value().items[1].predictions, ElementsAre(other));
  EXPECT_THAT(outcomes[2].result.value().items[0].predictions,
              ElementsAre(Prediction{0, 0.53125F, {0, 0, 2, 2}}));
  EXPECT_THAT(outcomes[3].result.value().items[0].predictions, ElementsAre(other));
  EXPECT_EQ(second_loads_, 1);
}

// Of 16 the first model says (0, 0, 2, 2) with .53125, the other one, as above, (0, 0, 1.5, 1) with
// .533203: an IoU of 1.5 / 4. Fused, by hand: x2 = (2 · .53125 + 1.5 · .533203) / 1.064453.
TEST_F(LaneTest, AllModelsOfTheJobLookAtEveryPicture) {
  AddOtherModel(FuseMethod::kWeighted, 0.3F);
  for (const int batch : {1, 2}) {
    outcomes_.clear();
    auto lane = Start({.limits = {}, .batch = batch, .prefetch_items = 8});
    lane->Submit(Images(0, {"16", "bad.jpg", "16"}));
    const auto outcomes = WaitForOutcomes(1);
    ASSERT_TRUE(outcomes[0].result) << outcomes[0].result.error().ToString();
    const auto& items = outcomes[0].result.value().items;
    ASSERT_EQ(items.size(), 3U);
    EXPECT_FALSE(items[1].ok());
    EXPECT_EQ(items[1].item, 1U);
    for (const std::size_t i : {0, 2}) {
      ASSERT_EQ(items[i].predictions.size(), 1U);
      const Prediction& fused = items[i].predictions[0];
      EXPECT_NEAR(fused.score, 0.5322266, 1e-6);
      EXPECT_NEAR(fused.box.x2, 1.749541, 1e-5);
      EXPECT_NEAR(fused.box.y2, 1.499083, 1e-5);
      EXPECT_THAT(items[i].votes, ElementsAre(2));
    }
    EXPECT_EQ(lane->items_done(), 3U);
  }
}

TEST_F(LaneTest, ModelsThatSeeDifferentThingsAreHalfBelieved) {
  AddOtherModel(FuseMethod::kWeighted, 0.55F);
  auto lane = Start();
  lane->Submit(Images(0, {"16"}));
  const auto outcomes = WaitForOutcomes(1);
  const ItemResult& item = outcomes[0].result.value().items[0];
  ASSERT_EQ(item.predictions.size(), 2U);
  EXPECT_NEAR(item.predictions[0].score, 0.533203 / 2, 1e-6);
  EXPECT_NEAR(item.predictions[1].score, 0.53125 / 2, 1e-6);
  EXPECT_THAT(item.votes, ElementsAre(1, 1));
  EXPECT_FALSE(item.embedding.empty());
}

TEST_F(LaneTest, WithoutASecondModelItsTasksFailAndOthersDoNot) {
  second_ = SecondModel{{}, InvalidArgument("lies outside of the data roots", "/m2/model.yaml")};
  auto lane = Start();
  lane->Submit(Looks(0, TaskKind::kSecondModel, {"16"}));
  lane->Submit(Images(1, {"16"}));
  auto outcomes = WaitForOutcomes(2);
  ASSERT_TRUE(outcomes[0].result.has_error());
  EXPECT_EQ(outcomes[0].result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(outcomes[0].result.error().ToString(), HasSubstr("/m2/model.yaml: lies outside"));
  EXPECT_TRUE(outcomes[1].result.has_value());
  EXPECT_EQ(reads_, 1);  // nothing is read in vain
}

TEST_F(LaneTest, ABadImageFailsAlone) {
  auto lane = Start();
  lane->Submit(Images(0, {"1", "bad.jpg", "3"}));
  const auto items = WaitForOutcomes(1)[0].result.value().items;
  ASSERT_EQ(items.size(), 3U);
  EXPECT_TRUE(items[0].ok());
  ItemResult expected;
  expected.item = 1;
  expected.error = "bad.jpg: the file is truncated";
  EXPECT_EQ(items[1], expected);
  EXPECT_TRUE(items[2].ok());
  EXPECT_EQ(lane->items_done(), 3U);
}

TEST_F(LaneTest, BadFramesFailAlone) {
  auto lane = Start();
  lane->Submit(Frames(0, 12, 2));
  lane->Submit(Frames(1, 39, 2));
  const auto outcomes = WaitForOutcomes(2);
  EXPECT_TRUE(outcomes[0].result.value().items[0].ok());
  EXPECT_EQ(outcomes[0].result.value().items[1].error, "a.avi: frame 13 is damaged");
  EXPECT_TRUE(outcomes[1].result.value().items[0].ok());
  EXPECT_THAT(outcomes[1].result.value().items[1].error,
              HasSubstr("a.avi: the video has no frame 40"));
}

TEST_F(LaneTest, AVideoThatCannotBeOpenedFailsEachOfItsItems) {
  auto lane = Start();
  lane->Submit(Frames(0, 5, 3, "none.avi"));
  lane->Submit(Frames(1, 5, 1));
  const auto outcomes = WaitForOutcomes(2);
  const auto& items = outcomes[0].result.value().items;
  ASSERT_EQ(items.size(), 3U);
  for (const ItemResult& item : items) EXPECT_EQ(item.error, "none.avi: there is no such file");
  EXPECT_TRUE(outcomes[1].result.value().items[0].ok());
}

TEST_F(LaneTest, AStrideSkipsFrames) {
  auto lane = Start();
  lane->Submit(Frames(0, 3, 3, "a.avi", 10));
  const auto items = WaitForOutcomes(1)[0].result.value().items;
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[1].item, 23U - 10);
  EXPECT_EQ(items[2].item, 23U);
  EXPECT_THAT(items[2].embedding, ElementsAre(FloatToHalf(23), FloatToHalf(0.5F)));
}

TEST_F(LaneTest, ResultsDoNotDependOnShardsBatchesOrLanes) {
  const std::vector<ItemResult> whole = LabelVideo(40, 1, 1);
  ASSERT_EQ(whole.size(), 40U);
  EXPECT_FALSE(whole[13].ok());
  EXPECT_TRUE(whole[39].ok());
  EXPECT_EQ(LabelVideo(1, 1, 1), whole);
  EXPECT_EQ(LabelVideo(7, 2, 1), whole);
  EXPECT_EQ(LabelVideo(7, 3, 4), whole);
  EXPECT_EQ(LabelVideo(40, 1, 8), whole);
}

TEST_F(LaneTest, ADeviceWithoutMemoryForTheBatchGivesTheSameResults) {
  const std::vector<ItemResult> whole = LabelVideo(40, 1, 8);
  for (const int room : {2, 1, 3}) {
    room_ = room;
    EXPECT_EQ(LabelVideo(40, 1, 8), whole);
    EXPECT_EQ(LabelVideo(7, 2, 8), whole);
  }
}

TEST_F(LaneTest, BatchesStayWithinATask) {
  auto lane = Start({.limits = {}, .batch = 4, .prefetch_items = 8});
  lane->Submit(Images(0, {"1", "2", "bad.jpg", "3", "4", "5"}));  // five inputs: two runs
  lane->Submit(Images(1, {"6", "7"}));                            // one more
  WaitForOutcomes(2);
  EXPECT_EQ(runs_, 3);
}

TEST_F(LaneTest, DecodersOfTheLastTwoVideosStayOpen) {
  auto lane = Start();
  std::uint64_t id = 0;
  for (const char* path :
       {"a.avi", "a.avi", "b.avi", "a.avi", "b.avi", "c.avi", "b.avi", "a.avi"}) {
    lane->Submit(Frames(id++, 0, 1, path));
  }
  WaitForOutcomes(id);
  EXPECT_THAT(opened_, ElementsAre("a.avi", "b.avi", "c.avi", "a.avi"));
}

TEST_F(LaneTest, DecodingRunsAheadAcrossTasksAndNoFurtherThanAsked) {
  HoldModel();
  auto lane = Start({.limits = {}, .batch = 1, .prefetch_items = 3});
  for (std::uint64_t id = 0; id < 10; ++id) lane->Submit(Images(id, {"1", "2"}));
  // One input at the model, three prepared, one more in the decode thread's hand.
  WaitUntil([&] { return runs_ == 1 && reads_ == 5; });
  EXPECT_TRUE(lane->Cancel(TaskId(9), Attempt(1)));
  EXPECT_EQ(reads_, 5);
  ReleaseModel();
  WaitForOutcomes(9);
}

TEST_F(LaneTest, CancelDropsWhatIsLeft) {
  HoldModel();
  auto lane = Start({.limits = {}, .batch = 1, .prefetch_items = 3});
  for (std::uint64_t id = 0; id < 4; ++id) lane->Submit(Images(id, {"1", "2"}));
  WaitUntil([&] { return runs_ == 1 && reads_ == 5; });
  EXPECT_TRUE(lane->Cancel(TaskId(0), Attempt(1)));   // at the model
  EXPECT_FALSE(lane->Running().empty());              // where its first item still is
  EXPECT_FALSE(lane->Cancel(TaskId(1), Attempt(2)));  // another attempt
  EXPECT_FALSE(lane->Cancel(TaskId(8), Attempt(1)));  // never submitted
  EXPECT_TRUE(lane->Cancel(TaskId(1), Attempt(1)));   // decoded already
  EXPECT_TRUE(lane->Cancel(TaskId(3), Attempt(1)));   // waiting
  EXPECT_FALSE(lane->Cancel(TaskId(3), Attempt(1)));  // gone
  ReleaseModel();
  const auto outcomes = WaitForOutcomes(1);
  EXPECT_EQ(outcomes[0].task, TaskId(2));
  EXPECT_EQ(outcomes[0].result.value().items.size(), 2U);  // none of the cancelled one's
  EXPECT_EQ(runs_, 3);
  lane->Stop();
  EXPECT_EQ(outcomes_.size(), 1U);
}

TEST_F(LaneTest, AModelErrorFailsItsTaskAlone) {
  auto lane = Start();
  lane->Submit(Images(0, {"1", "66", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}));
  lane->Submit(Images(1, {"12"}));
  const auto outcomes = WaitForOutcomes(2);
  ASSERT_FALSE(outcomes[0].result);
  EXPECT_EQ(outcomes[0].result.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(outcomes[0].position, 1U);
  EXPECT_EQ(outcomes[1].task, TaskId(1));
  const auto& items = outcomes[1].result.value().items;
  ASSERT_EQ(items.size(), 1U);
  EXPECT_THAT(items[0].embedding, ElementsAre(FloatToHalf(12), FloatToHalf(0.5F)));
  lane->Stop();
  EXPECT_EQ(outcomes_.size(), 2U);
}

TEST_F(LaneTest, NoItemOfAFailedBatchIsNamed) {
  auto lane = Start({.limits = {}, .batch = 2, .prefetch_items = 8});
  lane->Submit(Images(0, {"65", "1", "2"}));
  lane->Submit(Images(1, {"1", "2", "65"}));  // the last one is alone in its batch
  const auto outcomes = WaitForOutcomes(2);
  EXPECT_FALSE(outcomes[0].result);
  EXPECT_EQ(outcomes[0].position, std::nullopt);
  EXPECT_FALSE(outcomes[1].result);
  EXPECT_EQ(outcomes[1].position, 2U);
}

TEST_F(LaneTest, AnItemThatFindsNoMemoryEvenAloneIsNamed) {
  auto lane = Start({.limits = {}, .batch = 4, .prefetch_items = 8});
  lane->Submit(Images(0, {"bad.jpg", "66", "1", "2", "3"}));
  lane->Submit(Images(1, {"1", "2"}));
  const auto outcomes = WaitForOutcomes(2);
  ASSERT_FALSE(outcomes[0].result);
  EXPECT_EQ(outcomes[0].result.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(outcomes[0].position, 1U);
  EXPECT_TRUE(outcomes[1].result);
}

TEST_F(LaneTest, AFileThatThisWorkerCannotReachFailsTheTask) {
  auto lane = Start();
  lane->Submit(Images(0, {"1", "2", "gone.jpg", "3"}));
  lane->Submit(Frames(1, 5, 3, "gone.avi"));
  lane->Submit(Images(2, {"4"}));
  const auto outcomes = WaitForOutcomes(3);
  ASSERT_FALSE(outcomes[0].result);
  EXPECT_EQ(outcomes[0].result.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(outcomes[0].position, 2U);
  EXPECT_THAT(outcomes[0].result.error().ToString(),
              HasSubstr("gone.jpg: cannot be opened: no such file"));
  EXPECT_THAT(outcomes[0].result.error().ToString(), HasSubstr("on this worker"));
  ASSERT_FALSE(outcomes[1].result);
  EXPECT_EQ(outcomes[1].position, std::nullopt);  // no frame is to blame
  EXPECT_TRUE(outcomes[2].result);
}

TEST_F(LaneTest, AVideoWhoseDiskFailedIsOpenedAnew) {
  auto lane = Start();
  lane->Submit(Frames(0, 16, 2, "disk.avi"));
  lane->Submit(Frames(1, 5, 1, "disk.avi"));
  const auto outcomes = WaitForOutcomes(2);
  EXPECT_FALSE(outcomes[0].result);
  EXPECT_EQ(outcomes[0].position, 1U);
  EXPECT_TRUE(outcomes[1].result);
  EXPECT_THAT(opened_, ElementsAre("disk.avi", "disk.avi"));
}

TEST_F(LaneTest, SaysWhichItemsAreInHand) {
  HoldModel();
  auto lane = Start({.limits = {}, .batch = 1, .prefetch_items = 3});
  EXPECT_THAT(lane->Running(), ElementsAre());
  for (std::uint64_t id = 5; id < 9; ++id) lane->Submit(Images(id, {"1", "2"}));
  WaitUntil([&] { return runs_ == 1 && begun_ >= 6; });  // an item at the model, five read
  // Task 6 waits as a whole between the two.
  const auto in_hand = [&] {
    return lane->Running() ==
           std::vector<RunningTask>{{TaskId(5), Attempt(1), 0, 2}, {TaskId(7), Attempt(1), 0, 1}};
  };
  while (!in_hand()) std::this_thread::yield();  // the fifth may not be read to its end yet
  ReleaseModel();
  WaitForOutcomes(4);
  lane->Stop();
}

TEST_F(LaneTest, CountsWhatHasPassedTheModel) {
  auto lane = Start();
  lane->Submit(Images(5, {"1", "2", "bad.jpg", "77", "4"}));
  WaitUntil([&] { return runs_ == 3; });
  const auto running = lane->Running();
  ASSERT_FALSE(running.empty());
  EXPECT_EQ(running[0].task, TaskId(5));
  EXPECT_EQ(running[0].items_done, 3U);
  ReleaseModel();
  WaitForOutcomes(1);
}

TEST_F(LaneTest, AModelThatHangsIsNotWaitedForWithoutEnd) {
  HoldModel();
  auto lane = Start();
  lane->Submit(Images(5, {"1"}));
  WaitUntil([&] { return runs_ == 1; });
  EXPECT_FALSE(lane->StopBy(std::chrono::steady_clock::now() + std::chrono::milliseconds(5)));
  ReleaseModel();
  EXPECT_TRUE(lane->StopBy(std::chrono::steady_clock::now() + std::chrono::minutes(1)));
}

TEST_F(LaneTest, AModelThatDoesNotLoadFailsEveryTask) {
  load_errors_ = {InvalidArgument("the weights are missing")};
  auto lane = Start();
  lane->Submit(Images(0, {"1", "2"}));
  lane->Submit(Images(1, {"3"}));
  for (const Outcome& outcome : WaitForOutcomes(2)) {
    ASSERT_FALSE(outcome.result);
    EXPECT_EQ(outcome.result.error().message, "the weights are missing");
  }
}

TEST_F(LaneTest, ABusyDeviceIsTriedAgainWithTheNextTask) {
  load_errors_ = {Unavailable("the device is busy"), Unavailable("the device is busy")};
  auto lane = Start();
  lane->Submit(Images(0, {"1"}));
  lane->Submit(Images(1, {"1"}));
  const auto outcomes = WaitForOutcomes(2);
  EXPECT_FALSE(outcomes[0].result);
  EXPECT_TRUE(outcomes[1].result);
}

TEST_F(LaneTest, ATaskWithoutItemsIsDone) {
  auto lane = Start();
  lane->Submit(Images(0, {}));
  EXPECT_TRUE(WaitForOutcomes(1)[0].result.value().items.empty());
}

// One box that stands still in two frames is one track of two keyframes.
TEST_F(LaneTest, LinksVideos) {
  auto lane = Start();
  Assignment link;
  link.task.id = TaskId(3);
  link.task.kind = TaskKind::kLink;
  link.attempt = Attempt(2);
  link.link.class_thresholds = {0.3F};
  const Prediction prediction{0, 0.9F, {0, 0, 10, 10}};
  link.detections = {{0, {prediction}}, {1, {prediction}}};
  lane->Submit(link);
  const Outcome outcome = WaitForOutcomes(1)[0];
  EXPECT_EQ(outcome.attempt, Attempt(2));
  const TaskResult& result = outcome.result.value();
  EXPECT_TRUE(result.items.empty());
  ASSERT_EQ(result.tracks.size(), 1U);
  EXPECT_EQ(result.tracks[0].keyframes.size(), 2U);
}

// With the model at work and the decode thread waiting for room.
TEST_F(LaneTest, NothingIsDoneAfterStop) {
  HoldModel();
  auto lane = Start({.limits = {}, .batch = 1, .prefetch_items = 2});
  for (std::uint64_t id = 0; id < 5; ++id) lane->Submit(Images(id, {"1", "2", "3"}));
  WaitUntil([&] { return runs_ == 1 && reads_ == 4; });
  std::thread stopper([&] { lane->Stop(); });
  ReleaseModel();
  stopper.join();
  const std::size_t done = outcomes_.size();
  const int reads = reads_;
  lane->Submit(Images(9, {"1"}));
  lane->Stop();  // again
  lane.reset();
  EXPECT_EQ(outcomes_.size(), done);
  EXPECT_EQ(reads_, reads);
}

}  // namespace
}  // namespace prelabel
