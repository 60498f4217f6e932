#include "worker/loop/lane_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_model.h"

namespace prelabel {
namespace {

using ::testing::HasSubstr;

constexpr int kSide = 4;
constexpr const char* kCard = R"(
name: tiny
task: detect
backend: torchscript
weights: tiny.pt
sha256: 0000000000000000000000000000000000000000000000000000000000000000
license: MIT
source: made by hand
input: {width: 4, height: 4, resize: stretch, channels: bgr, mean: [0, 0, 0], std: [1, 1, 1]}
output: {layout: dense, feature_map: true}
classes: [thing]
)";

class FakeFrames : public FrameSource {
 public:
  std::int64_t FrameCount() const override { return 1000; }
  Result<Image> Read(std::int64_t frame) override {
    return Image{kSide, kSide,
                 std::vector<std::uint8_t>(kSide * kSide * 3, static_cast<std::uint8_t>(frame))};
  }
};

class LaneExecutorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("lane_executor_test_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "tiny.pt") << "weights";
    std::ofstream(folder_ / "model.yaml") << kCard;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<LaneExecutor> Make(std::uint32_t slots) {
    LaneExecutorOptions options;
    options.slots = slots;
    options.devices = devices_;
    options.roots = roots_;
    options.load_model = [this](const ModelCard&,
                                const std::string& device) -> Result<std::unique_ptr<Model>> {
      {
        const std::lock_guard lock(mutex_);
        loaded_on_.push_back(device);
      }
      if (load_fails_) return InvalidArgument("the weights are damaged");
      auto model = std::make_unique<FakeModel>(kSide, kSide);
      model->before_run = [this](std::span<const float>) -> Result<void> {
        std::unique_lock lock(mutex_);
        ++runs_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return !held_; });
        if (run_fails_) return Internal("the module threw");
        return Ok();
      };
      return std::unique_ptr<Model>(std::move(model));
    };
    options.media.resize = [](const Image& image, int, int) { return image; };
    options.media.open_video =
        [](const std::filesystem::path&) -> Result<std::unique_ptr<FrameSource>> {
      return std::unique_ptr<FrameSource>(std::make_unique<FakeFrames>());
    };
    options.wake = [this] {
      const std::lock_guard lock(mutex_);
      ++wakes_;
      changed_.notify_all();
    };
    return std::make_unique<LaneExecutor>(std::move(options), clock_);
  }

  Welcome MakeWelcome() const {
    Welcome welcome;
    welcome.model_card = (folder_ / "model.yaml").string();
    welcome.raw_threshold = 0.05F;
    welcome.raw_nms = 0.6F;
    welcome.raw_max_per_image = 100;
    return welcome;
  }

  // The next `count` completions; `wake` is what says that there are some.
  std::vector<Completion> Take(LaneExecutor& executor, std::size_t count) {
    std::vector<Completion> all;
    for (int seen = 0; all.size() < count;) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return wakes_ > seen; });
        seen = wakes_;
      }
      for (Completion& c : executor.TakeCompleted()) all.push_back(std::move(c));
    }
    const std::lock_guard lock(mutex_);
    wakes_ = 0;
    return all;
  }

  void Prepare(LaneExecutor& executor) {
    executor.Configure(MakeWelcome());
    const auto ready = Take(executor, 1);
    ASSERT_TRUE(std::holds_alternative<Readiness>(ready[0]));
    const Result<void>& outcome = std::get<Readiness>(ready[0]).outcome;
    ASSERT_TRUE(outcome.has_value()) << outcome.error().ToString();
  }

  static Assignment Frames(std::uint64_t id, std::uint64_t first, std::uint32_t count) {
    Assignment assignment;
    assignment.task = {TaskId(id), TaskKind::kDetect, SourceId(0), first, count, 1};
    assignment.attempt = Attempt(1);
    assignment.paths = {"a.avi"};
    assignment.video = true;
    return assignment;
  }

  std::map<TaskId, std::string> Payloads(std::uint32_t slots) {
    const auto executor = Make(slots);
    Prepare(*executor);
    for (std::uint64_t id = 0; id < 10; ++id) executor->Submit(Frames(id, id * 4, 4));
    std::map<TaskId, std::string> payloads;
    for (const Completion& c : Take(*executor, 10)) {
      const auto& result = std::get<EncodedResult>(c);
      EXPECT_EQ(result.items, 4U);
      EXPECT_EQ(result.failed_items, 0U);
      payloads[result.task] = result.payload;
    }
    EXPECT_EQ(executor->ItemsDone(), 40U);
    return payloads;
  }

  std::filesystem::path folder_;
  DataRoots roots_;
  std::vector<std::string> devices_{"cpu"};
  std::vector<std::string> loaded_on_;  // in any order
  FakeClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int wakes_ = 0;
  int runs_ = 0;
  bool held_ = false;
  std::atomic<bool> load_fails_{false};
  std::atomic<bool> run_fails_{false};
};

TEST_F(LaneExecutorTest, SeveralSlotsGiveTheSameResults) {
  const auto one = Payloads(1);
  const auto three = Payloads(3);
  ASSERT_EQ(one.size(), 10U);
  EXPECT_EQ(one, three);
}

TEST_F(LaneExecutorTest, LanesAreDealtOutToTheDevices) {
  const auto one = Payloads(1);
  devices_ = {"cuda:0", "cuda:2"};
  loaded_on_.clear();
  EXPECT_EQ(Payloads(3), one);
  EXPECT_THAT(loaded_on_, ::testing::UnorderedElementsAre("cuda:0", "cuda:2", "cuda:0"));
}

TEST_F(LaneExecutorTest, AModelThatCannotBeLoadedIsSaidOnce) {
  load_fails_ = true;
  const auto executor = Make(3);
  executor->Configure(MakeWelcome());
  const auto completed = Take(*executor, 1);
  const Result<void>& outcome = std::get<Readiness>(completed[0]).outcome;
  ASSERT_TRUE(outcome.has_error());
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(outcome.error().message, HasSubstr("damaged"));
  executor->Stop();  // all three have tried now
  EXPECT_TRUE(executor->TakeCompleted().empty());
}

TEST_F(LaneExecutorTest, AMissingCardIsSaid) {
  const auto executor = Make(1);
  Welcome welcome = MakeWelcome();
  welcome.model_card = (folder_ / "nowhere.yaml").string();
  executor->Configure(welcome);
  const auto completed = Take(*executor, 1);
  const Result<void>& outcome = std::get<Readiness>(completed[0]).outcome;
  ASSERT_TRUE(outcome.has_error());
  EXPECT_THAT(outcome.error().ToString(), HasSubstr("nowhere.yaml"));
}

TEST_F(LaneExecutorTest, AModelOutsideTheDataRootsIsRefused) {
  std::filesystem::create_directories(folder_ / "bundle");
  std::filesystem::copy(folder_ / "model.yaml", folder_ / "bundle/model.yaml");
  std::filesystem::create_symlink("../tiny.pt", folder_ / "bundle/tiny.pt");
  const auto outcome_of = [&](const std::string& root, const std::string& card) {
    roots_ = DataRoots::Of({(folder_ / root).string()}).value();
    const auto executor = Make(1);
    Welcome welcome = MakeWelcome();
    welcome.model_card = (folder_ / card).string();
    executor->Configure(welcome);
    const Result<void> outcome = std::get<Readiness>(Take(*executor, 1)[0]).outcome;
    if (outcome) return std::string("ready");
    EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidArgument);
    return outcome.error().ToString();
  };
  EXPECT_THAT(outcome_of("bundle", "model.yaml"), HasSubstr("/model.yaml: lies outside"));
  EXPECT_THAT(outcome_of("bundle", "bundle/model.yaml"),
              HasSubstr("/bundle/tiny.pt: lies outside"));
  EXPECT_EQ(outcome_of("", "bundle/model.yaml"), "ready");
  // A library of operators that the card names by its path, too; a name alone is the linker's.
  std::filesystem::create_directories(folder_ / "ops");
  std::ofstream(folder_ / "ops/tiny.pt") << "weights";
  std::ofstream(folder_ / "libops.so") << "library";
  std::ofstream(folder_ / "ops/path.yaml") << kCard << "\ncustom_ops: [../libops.so]\n";
  std::ofstream(folder_ / "ops/name.yaml") << kCard << "\ncustom_ops: [libops.so]\n";
  EXPECT_THAT(outcome_of("ops", "ops/path.yaml"), HasSubstr("/libops.so: lies outside"));
  EXPECT_EQ(outcome_of("", "ops/path.yaml"), "ready");
  EXPECT_EQ(outcome_of("ops", "ops/name.yaml"), "ready");
}

TEST_F(LaneExecutorTest, AModelThatFailsBreaksTheTaskNotTheWorker) {
  const auto executor = Make(1);
  Prepare(*executor);
  run_fails_ = true;
  executor->Submit(Frames(0, 0, 4));
  const auto broken = Take(*executor, 1);
  ASSERT_TRUE(std::holds_alternative<BrokenTask>(broken[0]));
  EXPECT_THAT(std::get<BrokenTask>(broken[0]).reason, HasSubstr("the module threw"));
  EXPECT_EQ(std::get<BrokenTask>(broken[0]).kind, FailureKind::kTransient);
  EXPECT_EQ(std::get<BrokenTask>(broken[0]).position, 0U);
  run_fails_ = false;
  executor->Submit(Frames(1, 4, 4));
  EXPECT_TRUE(std::holds_alternative<EncodedResult>(Take(*executor, 1)[0]));
}

TEST_F(LaneExecutorTest, SaysWhatRunsAndWakesWhenItBegins) {
  const auto executor = Make(2);
  Prepare(*executor);
  EXPECT_TRUE(executor->Running().empty());
  clock_.Advance(std::chrono::seconds(1));
  held_ = true;
  executor->Submit(Frames(4, 0, 1));
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return wakes_ > 0 && runs_ == 1; });
  }
  // Read, and in the model.
  const std::vector<RunningTask> expected{{TaskId(4), Attempt(1), 0, 1}};
  EXPECT_EQ(executor->Running(), expected);
  EXPECT_FALSE(executor->StopWithin(std::chrono::milliseconds(5)));
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  EXPECT_TRUE(executor->StopWithin(std::chrono::minutes(1)));
}

TEST_F(LaneExecutorTest, ACancelledTaskNeverEnds) {
  const auto executor = Make(1);
  Prepare(*executor);
  held_ = true;
  executor->Submit(Frames(0, 0, 1));
  executor->Submit(Frames(1, 1, 1));
  executor->Submit(Frames(2, 2, 1));
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return runs_ == 1; });
  }
  executor->Cancel(TaskId(1), Attempt(1));
  executor->Cancel(TaskId(2), Attempt(9));  // another attempt: nothing happens
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  const auto completed = Take(*executor, 2);
  EXPECT_EQ(std::get<EncodedResult>(completed[0]).task, TaskId(0));
  EXPECT_EQ(std::get<EncodedResult>(completed[1]).task, TaskId(2));
  EXPECT_EQ(executor->ItemsDone(), 2U);
}

TEST_F(LaneExecutorTest, ANewCoordinatorGetsNothingOfTheOldOnesTasks) {
  const auto executor = Make(2);
  Prepare(*executor);
  held_ = true;
  executor->Submit(Frames(0, 0, 2));
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return runs_ == 1; });
  }
  executor->CancelAll();
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  Prepare(*executor);
  executor->Submit(Frames(7, 0, 2));
  const auto completed = Take(*executor, 1);
  EXPECT_EQ(std::get<EncodedResult>(completed[0]).task, TaskId(7));
}

}  // namespace
}  // namespace prelabel
