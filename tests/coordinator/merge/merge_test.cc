// Expected values: labels worked by hand from the predictions given.
#include "coordinator/merge/merge.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/merge/link_input.h"
#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(MergeImages, WritesWhatReachesTheThresholdByCategoryThenScore) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg"})};
  run.Commit(run.AddDetect(0, 0, 1), {Seen(0, {{kDog, 0.95F, {0, 0, 9, 9}},
                                               {kCar, 0.5F, {20, 0, 29, 9}},
                                               {kCar, 0.8F, {40, 0, 49, 9}},
                                               {kTruck, 0.29F, {60, 0, 69, 9}}})});
  const auto items = run.Merge();
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_TRUE(items[0].looked_at);
  EXPECT_EQ(items[0].width, 640);
  ASSERT_THAT(items[0].labels, SizeIs(3));
  EXPECT_EQ(items[0].labels[0].category, 0);
  EXPECT_EQ(items[0].labels[0].score, 0.8F);
  EXPECT_EQ(items[0].labels[1].score, 0.5F);
  EXPECT_EQ(items[0].labels[2].category, 2);
  EXPECT_EQ(items[0].labels[2].track_id, 0U);
}

// An image of 150 × 100 in two tiles, and one that is small.
SourceItems TiledSource() {
  SourceItems source = ImageSource("photos", {"a.jpg", "b.jpg"});
  Tiling tiling;
  tiling.sizes = {100};
  tiling.overlap = 0.5F;
  source.tiled = TiledImages{tiling, {{150, 100}, {40, 30}}, {0, 2, 3}};
  return source;
}

TEST(MergeImages, TilesAreOneImage) {
  TestRun run;
  run.dataset.sources = {TiledSource()};
  run.job.labels.max_per_image = 1;  // of each look
  // Whole in the second tile, which begins at 50; cut in the first one. Two tasks share the image.
  run.Commit(run.AddDetect(0, 1, 2),
             {Seen(1, {{kCar, 0.9F, {20, 20, 80, 80}}}, 100, 100),
              Seen(2, {{kDog, 0.8F, {1, 2, 30, 20}}, {kDog, 0.7F, {31, 2, 39, 20}}}, 40, 30)});
  run.Commit(run.AddDetect(0, 0, 1),
             {Seen(0, {{kCar, 0.6F, {70, 20, 100, 80}}, {kDog, 0.5F, {5, 5, 30, 30}}}, 100, 100)});
  const auto items = run.Merge();
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].width, 150);
  EXPECT_EQ(items[0].height, 100);
  ASSERT_THAT(items[0].labels, SizeIs(2));
  EXPECT_EQ(items[0].labels[0].box, (Box{70, 20, 130, 80}));
  EXPECT_EQ(items[0].labels[0].score, 0.9F);
  EXPECT_EQ(items[0].labels[1].box, (Box{5, 5, 30, 30}));
  EXPECT_EQ(items[1].width, 40);
  ASSERT_THAT(items[1].labels, SizeIs(1));
  EXPECT_EQ(items[1].labels[0].box, (Box{1, 2, 30, 20}));
}

TEST(MergeImages, AnImageLacksNoTile) {
  TestRun run;
  run.dataset.sources = {TiledSource()};
  run.Commit(run.AddDetect(0, 0, 2), {Seen(0, {{kCar, 0.9F, {20, 20, 80, 80}}}, 100, 100),
                                      Unreadable(1, "a.jpg: the JPEG is truncated")});
  run.Quarantine(run.AddDetect(0, 2, 1), "the model crashed");
  const auto items = run.Merge();
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_FALSE(items[0].looked_at);
  EXPECT_THAT(items[0].labels, IsEmpty());
  EXPECT_EQ(items[0].error, "tile 2 of 2 (from 50, 0): a.jpg: the JPEG is truncated");
  EXPECT_EQ(items[1].error, "the model crashed");
}

// A mask of `pixels` pixels at the start of the first column of a picture of `height` × `width`.
Rle Strip(std::uint32_t pixels, std::uint32_t width, std::uint32_t height) {
  return {height, width, {0, pixels, width * height - pixels}};
}

TEST(MergeImages, EachLabelHasTheMaskOfItsPrediction) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg", "b.jpg"})};
  // Dropped: the truck for its score, the second car under the first one (IoU 0.9).
  ItemResult item = Seen(0, {{kDog, 0.95F, {0, 0, 9, 9}},
                             {kCar, 0.8F, {40, 0, 50, 10}},
                             {kCar, 0.7F, {40, 0, 50, 9}},
                             {kCar, 0.5F, {20, 0, 29, 9}},
                             {kTruck, 0.29F, {60, 0, 69, 9}}});
  for (std::uint32_t i = 1; i <= 5; ++i) item.masks.push_back(Strip(i, 640, 480));
  run.Commit(run.AddDetect(0, 0, 2), {item, Seen(1, {{kCar, 0.8F, {40, 0, 50, 10}}})});
  const auto items = run.Merge();
  ASSERT_THAT(items, SizeIs(2));
  ASSERT_THAT(items[0].labels, SizeIs(3));  // by category, then score
  EXPECT_EQ(*items[0].labels[0].mask, Strip(2, 640, 480));
  EXPECT_EQ(*items[0].labels[1].mask, Strip(4, 640, 480));
  EXPECT_EQ(*items[0].labels[2].mask, Strip(1, 640, 480));
  ASSERT_THAT(items[1].labels, SizeIs(1));
  EXPECT_EQ(items[1].labels[0].mask, nullptr);  // the model gave none
}

TEST(MergeImages, TasksOfAnyShapeAndOrderGiveTheSameLabels) {
  constexpr std::uint64_t kItems = 12;
  const auto result = [](std::uint64_t i) {
    return Seen(i, {{kCar, 0.9F, {static_cast<float>(i), 0, 50, 50}}});
  };
  struct Shape {
    std::uint32_t count;
    std::uint32_t stride;
  };
  for (const Shape shape : {Shape{1, 1}, Shape{5, 1}, Shape{12, 1}, Shape{4, 3}, Shape{3, 4}}) {
    TestRun run;
    std::vector<std::string> files;
    for (std::uint64_t i = 0; i < kItems; ++i) files.push_back("f" + std::to_string(100 + i));
    run.dataset.sources = {ImageSource("photos", files)};
    std::vector<Task> tasks;
    for (std::uint64_t block = 0; block < kItems; block += shape.count * shape.stride) {
      for (std::uint32_t s = 0; s < shape.stride; ++s) {
        Task task;
        task.first = block + s;
        task.stride = shape.stride;
        task.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(
            shape.count, (kItems - task.first + shape.stride - 1) / shape.stride));
        tasks.push_back(task);
      }
    }
    std::reverse(tasks.begin(), tasks.end());
    for (const Task& task : tasks) {
      std::vector<ItemResult> results;
      for (std::uint32_t k = 0; k < task.count; ++k) {
        results.push_back(result(task.first + std::uint64_t{k} * task.stride));
      }
      run.Commit(run.AddDetect(0, task.first, task.count, task.stride), results);
    }
    const auto items = run.Merge();
    ASSERT_THAT(items, SizeIs(kItems));
    for (std::uint64_t i = 0; i < kItems; ++i) {
      EXPECT_EQ(items[i].item, i);
      ASSERT_THAT(items[i].labels, SizeIs(1)) << i << " in tasks of " << shape.count;
      EXPECT_EQ(items[i].labels[0].box.x1, static_cast<float>(i));
    }
  }
}

TEST(MergeImages, SaysWhyAnItemHasNoLabels) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a", "b", "c", "d", "e", "f"})};
  run.Commit(run.AddDetect(0, 0, 2),
             {Unreadable(0, "no picture"), Seen(1, {{kCar, 0.9F, {0, 0, 9, 9}}})});
  run.Quarantine(run.AddDetect(0, 2, 1), "the worker died three times");
  run.AddDetect(0, 3, 1);  // pending
  const TaskId damaged = run.AddDetect(0, 4, 1);
  run.Commit(damaged, {Seen(4, {{kCar, 0.9F, {0, 0, 9, 9}}})});
  run.store.Damage(damaged);
  const auto items = run.Merge();
  ASSERT_THAT(items, SizeIs(6));
  EXPECT_EQ(items[0].error, "no picture");
  EXPECT_EQ(items[1].error, "");
  EXPECT_THAT(items[1].labels, SizeIs(1));
  EXPECT_EQ(items[2].error, "the worker died three times");
  EXPECT_THAT(items[3].error, HasSubstr("not labeled"));
  EXPECT_THAT(items[4].error, HasSubstr("damaged"));
  EXPECT_THAT(items[5].error, HasSubstr("not labeled"));
  for (const int i : {0, 2, 3, 4, 5}) {
    EXPECT_FALSE(items[i].looked_at);
    EXPECT_THAT(items[i].labels, IsEmpty());
    EXPECT_EQ(items[i].raw, nullptr);
  }
}

TEST(MergeLabels, AnErrorOfTheVisitorEndsThePass) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a", "b"})};
  run.Commit(run.AddDetect(0, 0, 2), {Seen(0, {}), Seen(1, {})});
  int calls = 0;
  const auto result = run.Visit([&](const LabeledItem&) -> Result<void> {
    ++calls;
    return Unavailable("disk full");
  });
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().message, "disk full");
  EXPECT_EQ(calls, 1);
}

// Frames 0, 2 and 4 of five were looked at; a car moves 10 pixels a frame.
class MergeVideo : public ::testing::Test {
 protected:
  MergeVideo() {
    run_.dataset.sources = {VideoSource("road", 5, 2)};
    run_.Commit(run_.AddDetect(0, 0, 3, 2), {Seen(0, {{kCar, 0.9F, {0, 0, 100, 50}}}),
                                             Seen(2, {{kCar, 0.7F, {20, 0, 120, 50}}}),
                                             Seen(4, {{kCar, 0.8F, {40, 0, 140, 50}}})});
  }

  void CommitLink(const Track& track) {
    run_.Commit(run_.AddTask(TaskKind::kLink, 0, 0, 0), {}, {track});
  }
  void StoreLinkOptions() {
    EXPECT_TRUE(run_.store.PutMeta(
        LinkOptionsKey(SourceId(0)),
        FormatLinkOptions(run_.job.labels, run_.Classes(), run_.dataset.sources[0])));
  }

  TestRun run_;
};

TEST_F(MergeVideo, LinksAndInterpolatesWhereThereIsNoLinkTask) {
  const auto items = run_.Merge();
  ASSERT_THAT(items, SizeIs(5));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(items[i].width, 320);
    EXPECT_EQ(items[i].error, "");
    EXPECT_EQ(items[i].looked_at, i % 2 == 0);
    ASSERT_THAT(items[i].labels, SizeIs(1)) << i;
    EXPECT_EQ(items[i].labels[0].box.x1, 10.0F * static_cast<float>(i));
    EXPECT_EQ(items[i].labels[0].track_id, 1U);
    EXPECT_EQ(items[i].labels[0].source,
              i % 2 == 0 ? LabelSource::kModel : LabelSource::kInterpolated);
  }
  // Smoothed along the track, (2 × .9 + 3 × .7 + 2 × .8) / 7, the lower neighbor's; it moves
  // straight.
  EXPECT_FLOAT_EQ(items[1].labels[0].score, 5.5F / 7);
}

TEST(MergeVideoMasks, FramesThatTheModelSawHaveTheMaskOfTheirPrediction) {
  TestRun run;
  run.dataset.sources = {VideoSource("road", 3, 2)};
  run.job.labels.classes = {{"car", {"vehicle", {}}}, {"truck", {"vehicle", {}}}};
  // One object, a car and then a truck: both are vehicles. The dog is dropped.
  ItemResult first =
      Seen(0, {{kDog, 0.95F, {0, 0, 100, 50}}, {kCar, 0.9F, {0, 0, 100, 50}}}, 320, 240);
  first.masks = {Strip(1, 320, 240), Strip(2, 320, 240)};
  ItemResult last = Seen(2, {{kTruck, 0.8F, {20, 0, 120, 50}}}, 320, 240);
  last.masks = {Strip(3, 320, 240)};
  run.Commit(run.AddDetect(0, 0, 2, 2), {first, last});
  const auto items = run.Merge();
  ASSERT_THAT(items, SizeIs(3));
  for (const LabeledItem& item : items) ASSERT_THAT(item.labels, SizeIs(1)) << item.item;
  EXPECT_EQ(*items[0].labels[0].mask, Strip(2, 320, 240));
  EXPECT_EQ(items[1].labels[0].mask, nullptr);  // filled in
  EXPECT_EQ(*items[2].labels[0].mask, Strip(3, 320, 240));
}

TEST_F(MergeVideo, WithoutInterpolationOnlyFramesLookedAtHaveLabels) {
  run_.job.interpolation = InterpolationMethod::kNone;
  const auto items = run_.Merge();
  EXPECT_THAT(items[0].labels, SizeIs(1));
  EXPECT_THAT(items[1].labels, IsEmpty());
}

// What is in a box moves by 18 pixels in even frames and by 2 in odd ones.
class Jerky : public MotionEstimator {
 public:
  Result<Displacement> Between(std::int64_t from, std::int64_t to, const Box&) override {
    const float way = std::min(from, to) % 2 == 0 ? 18 : 2;
    return Displacement{to > from ? way : -way, 0, 1, 1};
  }
};

TEST_F(MergeVideo, FlowFollowsWhatIsSeen) {
  run_.job.interpolation = InterpolationMethod::kFlow;
  std::vector<float> lefts;
  const auto merged = MergeLabels(
      run_.dataset, run_.job, run_.Classes(), run_.store,
      [&](const LabeledItem& item) -> Result<void> {
        lefts.push_back(item.labels.at(0).box.x1);
        return Ok();
      },
      [](const SourceItems&) -> Result<std::unique_ptr<MotionEstimator>> {
        return std::make_unique<Jerky>();
      });
  ASSERT_TRUE(merged.has_value());
  // Keyframes at 0, 20 and 40. Half-way by a line it would be 10 and 30.
  ASSERT_THAT(lefts, SizeIs(5));
  EXPECT_EQ(lefts[2], 20);
  // A box of 100 pixels rather keeps its velocity, so that it is only drawn towards 18 and 38.
  EXPECT_GT(lefts[1], 10.1F);
  EXPECT_GT(lefts[3], 30.1F);
  // Without pictures it is a line.
  EXPECT_EQ(run_.Merge()[1].labels.at(0).box.x1, 10);
}

TEST_F(MergeVideo, AnErrorOfThePicturesEndsThePass) {
  run_.job.interpolation = InterpolationMethod::kFlow;
  const auto merged = MergeLabels(
      run_.dataset, run_.job, run_.Classes(), run_.store, [](const LabeledItem&) { return Ok(); },
      [](const SourceItems&) -> Result<std::unique_ptr<MotionEstimator>> {
        return Unavailable("the file is gone");
      });
  ASSERT_TRUE(merged.has_error());
  EXPECT_EQ(merged.error().message, "the file is gone");
}

TEST_F(MergeVideo, SaysWithTheFirstItemHowFarInterpolatedLabelsCanBeBelieved) {
  // Frame 2 is expected at x = 20 and is at 30: 90 of 110 columns are shared, a loss of 2/11 over
  // 2 · 2 frames, so that 1/22 is lost at frames 1 and 3.
  CommitLink(
      {7,
       kCar,
       {{0, {0, 0, 100, 50}, 0.9F}, {2, {30, 0, 130, 50}, 0.9F}, {4, {40, 0, 140, 50}, 0.9F}}});
  StoreLinkOptions();
  for (const bool interpolated : {true, false}) {
    if (!interpolated) run_.job.interpolation = InterpolationMethod::kNone;
    int judged = 0;
    ASSERT_TRUE(run_.Visit([&](const LabeledItem& item) -> Result<void> {
      if (item.trust == nullptr) return Ok();
      ++judged;
      EXPECT_EQ(item.item, 0U);
      const ClassTrust& cars = item.trust->classes.at(0);
      EXPECT_EQ(cars.between, 2U);
      EXPECT_NEAR(cars.MeanExpectedIou(), 1 - 1.0 / 22, 1e-6);
      EXPECT_EQ(cars.hold_outs[1].count, 1U);
      EXPECT_NEAR(cars.hold_outs[1].MeanIou(), 9.0 / 11, 1e-6);
      return Ok();
    }));
    EXPECT_EQ(judged, interpolated ? 1 : 0);
  }
}

TEST_F(MergeVideo, TakesTheCommittedTracksWhileTheJobIsTheSame) {
  CommitLink({7, kCar, {{0, {1, 2, 3, 4}, 0.9F}}});
  StoreLinkOptions();
  const auto items = run_.Merge();
  ASSERT_THAT(items[0].labels, SizeIs(1));
  EXPECT_EQ(items[0].labels[0].track_id, 7U);
  EXPECT_THAT(items[1].labels, IsEmpty());
}

TEST_F(MergeVideo, LinksAgainWhereTheJobWasChangedAfterTheRun) {
  CommitLink({7, kCar, {{0, {1, 2, 3, 4}, 0.9F}}});
  StoreLinkOptions();
  run_.job.labels.threshold = 0.75F;
  const auto items = run_.Merge();
  ASSERT_THAT(items[4].labels, SizeIs(1));
  EXPECT_EQ(items[4].labels[0].track_id, 1U);
}

TEST_F(MergeVideo, LinksAgainWhereTheCommittedTracksAreDamaged) {
  CommitLink({7, kCar, {{0, {1, 2, 3, 4}, 0.9F}}});
  StoreLinkOptions();
  run_.store.Damage(TaskId(1));
  EXPECT_EQ(run_.Merge()[4].labels.at(0).track_id, 1U);
  EXPECT_THAT(run_.Damaged(), ElementsAre(TaskId(1)));
}

TEST_F(MergeVideo, OnlyTheLastLinkTaskHolds) {
  CommitLink({7, kCar, {{0, {1, 2, 3, 4}, 0.9F}}});
  StoreLinkOptions();
  const TaskId last = run_.AddTask(TaskKind::kLink, 0, 0, 5);
  // Not made yet: the earlier one has not seen all that there is.
  EXPECT_EQ(run_.Merge()[4].labels.at(0).track_id, 1U);
  run_.Commit(last, {}, {{8, kCar, {{0, {1, 2, 3, 4}, 0.9F}}}});
  EXPECT_EQ(run_.Merge()[0].labels.at(0).track_id, 8U);
}

TEST(MergeLabels, NamesTheTasksWhoseResultsAreDamaged) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg", "b.jpg"}), VideoSource("road", 2, 1)};
  run.Commit(run.AddDetect(0, 0, 1), {Seen(0, {})});
  const TaskId image = run.AddDetect(0, 1, 1);
  run.Commit(image, {Seen(1, {})});
  const TaskId frame = run.AddDetect(1, 0, 1);
  run.Commit(frame, {Seen(0, {})});
  run.Commit(run.AddDetect(1, 1, 1), {Seen(1, {})});
  EXPECT_THAT(run.Damaged(), IsEmpty());
  run.store.Damage(frame);
  run.store.Damage(image);
  EXPECT_THAT(run.Damaged(), ElementsAre(image, frame));
}

TEST(MergeLabels, PartsOfASplitTaskStandForIt) {
  TestRun run;
  run.dataset.sources = {ImageSource("photos", {"a.jpg", "b.jpg"})};
  const TaskId whole = run.AddDetect(0, 0, 2);
  const Task first{TaskId(1), TaskKind::kDetect, SourceId(0), 0, 1, 1};
  const Task second{TaskId(2), TaskKind::kDetect, SourceId(0), 1, 1, 1};
  ASSERT_TRUE(run.store.CommitBatch({{}, {}, {}, {{whole, {first, second}}}}));
  run.Commit(first.id, {Seen(0, {{kCar, 0.9F, {0, 0, 9, 9}}})});
  run.Quarantine(second.id, "crashed");
  const auto items = run.Merge();
  EXPECT_EQ(items[0].error, "");
  EXPECT_THAT(items[0].labels, SizeIs(1));
  EXPECT_EQ(items[1].error, "crashed");
}

TEST(MergeVideoErrors, AFrameThatWasNotReadableHasNoLabels) {
  TestRun run;
  run.dataset.sources = {VideoSource("road", 4, 1)};
  const Prediction car{kCar, 0.9F, {0, 0, 100, 50}};
  run.Commit(run.AddDetect(0, 0, 3), {Seen(0, {car}), Unreadable(1, "cut"), Seen(2, {car})});
  run.Quarantine(run.AddDetect(0, 3, 1), "crashed");
  const auto items = run.Merge();
  EXPECT_THAT(items[0].labels, SizeIs(1));
  EXPECT_EQ(items[1].error, "cut");
  EXPECT_THAT(items[1].labels, IsEmpty());
  EXPECT_EQ(items[1].width, 320);
  EXPECT_THAT(items[2].labels, SizeIs(1));
  EXPECT_EQ(items[3].error, "crashed");
}

// A person drew a car in frames 1 and 5, which leaves in frame 6, and a dog that is there to the
// end. Nothing was planned.
TestRun DrawnRun() {
  TestRun run;
  ShapeKeyframe gone = DrawnBox(6, {40, 0, 140, 50});
  gone.outside = true;
  ShapeKeyframe dog = DrawnBox(4, {0, 0, 10, 10});
  dog.attributes = {{"breed", "pug"}};
  run.dataset.sources = {
      DrawnSource("road", 8,
                  {{7, "dog", {dog}},
                   {9, "car", {DrawnBox(1, {0, 0, 100, 50}), DrawnBox(5, {40, 0, 140, 50}), gone}},
                   {8, "kite", {DrawnBox(0, {0, 0, 9, 9})}}})};
  run.job.labels.classes = {{"dog", {"dog", {}}}, {"car", {"motor car", 0.99F}}};
  return run;
}

TEST(MergeDrawn, FillsInBetweenAPersonsKeyframes) {
  TestRun run = DrawnRun();
  const std::vector<LabeledItem> items = run.Merge();
  ASSERT_THAT(items, SizeIs(8));
  std::vector<std::size_t> counts;
  for (const LabeledItem& item : items) {
    counts.push_back(item.labels.size());
    EXPECT_TRUE(item.drawn);
    EXPECT_FALSE(item.looked_at);
    EXPECT_EQ(item.error, "");
    EXPECT_EQ(item.width, 320);
  }
  EXPECT_THAT(counts, ElementsAre(0, 1, 1, 1, 2, 2, 1, 1));  // labels.classes has no kite
  const Label& first = items[1].labels[0];
  EXPECT_EQ(run.Classes().categories[static_cast<std::size_t>(first.category)].name, "motor car");
  EXPECT_EQ(first.box, (Box{0, 0, 100, 50}));
  EXPECT_EQ(first.source, LabelSource::kHuman);
  EXPECT_EQ(first.score, 1);
  EXPECT_EQ(first.track_id, 9U);
  EXPECT_EQ(first.drawn, nullptr);
  const Label& between = items[3].labels[0];
  EXPECT_EQ(between.box, (Box{20, 0, 120, 50}));
  EXPECT_EQ(between.source, LabelSource::kInterpolated);
  // Two keyframes: a fifth of the way in parts of the size, which is the root of 5,000.
  EXPECT_NEAR(between.score, 1 - 0.2 * 40 / std::sqrt(5000.0), 1e-6);
  const Label& dog = items[7].labels[0];
  EXPECT_EQ(dog.box, (Box{0, 0, 10, 10}));
  EXPECT_EQ(dog.score, 1);
  ASSERT_NE(dog.drawn, nullptr);
  EXPECT_EQ(dog.drawn->attributes.at("breed"), "pug");
}

TEST(MergeDrawn, WithoutInterpolationThereAreKeyframesAlone) {
  TestRun run = DrawnRun();
  run.job.interpolation = InterpolationMethod::kNone;
  std::vector<std::size_t> counts;
  for (const LabeledItem& item : run.Merge()) counts.push_back(item.labels.size());
  EXPECT_THAT(counts, ElementsAre(0, 1, 0, 0, 1, 1, 0, 0));
}

TEST(MergeDrawn, SaysHowFarWhatIsFilledInCanBeBelieved) {
  TestRun run = DrawnRun();
  std::vector<std::uint64_t> between;
  ASSERT_TRUE(run.Visit([&](const LabeledItem& item) -> Result<void> {
    EXPECT_EQ(item.trust != nullptr, item.item == 0);
    if (item.trust == nullptr) return Ok();
    for (const ClassTrust& trust : item.trust->classes) between.push_back(trust.between);
    EXPECT_EQ(item.trust->frames.at(0).frame, 3);  // the middle of the car's only gap
    return Ok();
  }));
  // Categories: the car alone has frames between two keyframes, three of them.
  EXPECT_EQ(std::accumulate(between.begin(), between.end(), std::uint64_t{0}), 3U);
}

TEST(MergeDrawn, FlowFollowsWhatIsSeen) {
  TestRun run;
  run.job.interpolation = InterpolationMethod::kFlow;
  run.dataset.sources = {DrawnSource("road", 6,
                                     {{1,
                                       "car",
                                       {DrawnBox(0, {0, 0, 100, 50}), DrawnBox(2, {20, 0, 120, 50}),
                                        DrawnBox(4, {40, 0, 140, 50})}}})};
  std::vector<float> lefts;
  const auto merged = MergeLabels(
      run.dataset, run.job, run.Classes(), run.store,
      [&](const LabeledItem& item) -> Result<void> {
        lefts.push_back(item.labels.at(0).box.x1);
        return Ok();
      },
      [](const SourceItems&) -> Result<std::unique_ptr<MotionEstimator>> {
        return std::make_unique<Jerky>();
      });
  ASSERT_TRUE(merged.has_value());
  // By a line 10 and 30; flow_interpolation_test.cc has what is right. It stays where it was left.
  const std::vector<Keyframe> gap = {{0, {0, 0, 100, 50}, 1}, {2, {20, 0, 120, 50}, 1}};
  Jerky motion;
  const float seen = FlowInterpolate(gap, motion).value().at(1).box.x1;
  EXPECT_GT(seen, 10);
  ASSERT_THAT(lefts, SizeIs(6));
  EXPECT_EQ(lefts[1], seen);
  EXPECT_EQ(lefts[2], 20);
  EXPECT_NEAR(lefts[3], 20 + seen, 1e-3);
  EXPECT_EQ(lefts[5], 40);
}

}  // namespace
}  // namespace prelabel
