// Pictures of any size and in a letterbox, by a model that says the same of each;
// detect_lane_test.cc has what is usual. Expected values: by hand.
#include "worker/detect/detect_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_model.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Recorder : public Model {
 public:
  Result<std::vector<ModelOutput>> Run(std::span<const float> input, const InputShape& shape,
                                       float) override {
    EXPECT_EQ(input.size(), std::size_t{3} * shape.batch * shape.height * shape.width);
    shapes.push_back(shape);
    return std::vector<ModelOutput>(static_cast<std::size_t>(shape.batch), says);
  }

  ModelOutput says;
  std::vector<InputShape> shapes;
};

class DetectTaskTest : public ::testing::Test {
 protected:
  ItemResult Item(std::uint64_t index, int width, int height) {
    ItemResult item;
    item.item = index;
    item.width = width;
    item.height = height;
    return item;
  }

  std::vector<ItemResult> Finish(DetectTask& task) {
    Result<TaskResult> result = task.Finish(model_, {});
    EXPECT_TRUE(result.has_value());
    return std::move(result.value().items);
  }

  Recorder model_;
  FakeClock clock_;
};

TEST_F(DetectTaskTest, PicturesOfTheirOwnSizeGoInOneAtATime) {
  ModelCard card;
  card.input.resize = "none";
  model_.says.suppressed = true;
  model_.says.candidates = {{1, 0.5F, {1, 2, 3, 4}}};
  model_.says.masks = {{4, 6, {5, 19}}};
  DetectTask task(card, {.limits = {}, .batch = 4}, clock_);
  task.Begin(View::kPlain);
  ASSERT_TRUE(task.Add(model_, Item(0, 6, 4), std::vector<float>(72)));
  ASSERT_TRUE(task.Add(model_, Item(1, 5, 8), std::vector<float>(120)));
  EXPECT_EQ(task.Passed(), 2U);
  EXPECT_THAT(model_.shapes, ElementsAre(InputShape{1, 4, 6}, InputShape{1, 8, 5}));
  const auto items = Finish(task);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_THAT(items[0].predictions, ElementsAre(Prediction{1, 0.5F, {1, 2, 3, 4}}));
  EXPECT_EQ(items[0].masks, model_.says.masks);
}

TEST_F(DetectTaskTest, ASecondLookKeepsBoxesOnly) {
  ModelCard card;
  card.input.resize = "none";
  model_.says.suppressed = true;
  model_.says.candidates = {{1, 0.5F, {1, 2, 3, 4}}};
  model_.says.masks = {{4, 6, {5, 19}}};
  DetectTask task(card, {}, clock_);
  task.Begin(View::kFlip);
  ASSERT_TRUE(task.Add(model_, Item(0, 6, 4), std::vector<float>(72)));
  const auto items = Finish(task);
  EXPECT_THAT(items[0].predictions, ElementsAre(Prediction{1, 0.5F, {3, 2, 5, 4}}));
  EXPECT_THAT(items[0].masks, IsEmpty());
}

// Room for two where eight are asked for: eight and four are tried once, then the same task goes on
// in twos, and so does the next one.
TEST_F(DetectTaskTest, ATaskGoesOnInSmallerBatches) {
  ModelCard card;
  card.input.resize = "stretch";
  card.input.width = card.input.height = 4;
  std::vector<std::vector<ItemResult>> results;
  for (const int room : {8, 2}) {
    FakeModel model(4, 4);
    model.room = room;
    DetectTask task(card, {.limits = {}, .batch = 8}, clock_);
    task.Begin(View::kPlain);
    for (std::uint64_t i = 0; i < 11; ++i) {
      ASSERT_TRUE(task.Add(model, Item(i, 4, 4), std::vector<float>(48, static_cast<float>(i))));
    }
    Result<TaskResult> result = task.Finish(model, {});
    ASSERT_TRUE(result);
    results.push_back(std::move(result.value().items));
    if (room == 8) {
      EXPECT_THAT(model.batches, ElementsAre(8, 8));
      continue;
    }
    EXPECT_THAT(model.batches, ElementsAre(8, 4, 2, 2, 2, 2, 2, 2));
    ASSERT_TRUE(task.Add(model, Item(0, 4, 4), std::vector<float>(48, 5)));
    ASSERT_TRUE(task.Finish(model, {}));
    EXPECT_EQ(model.batches.back(), 2);
  }
  ASSERT_EQ(results[0].size(), 11U);
  EXPECT_EQ(results[0][10].predictions.front().score, 0.5F + 10.0F / 512);
  EXPECT_EQ(results[0], results[1]);
}

TEST_F(DetectTaskTest, NoMemoryForASingleInputIsAnErrorOfItsItem) {
  ModelCard card;
  card.input.resize = "stretch";
  card.input.width = card.input.height = 4;
  FakeModel model(4, 4);
  model.room = 0;
  DetectTask task(card, {.limits = {}, .batch = 2}, clock_);
  ASSERT_TRUE(task.Add(model, Item(0, 4, 4), std::vector<float>(48)));
  const auto added = task.Add(model, Item(1, 4, 4), std::vector<float>(48));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(task.Suspect(), 0U);
  EXPECT_THAT(model.batches, ElementsAre(2, 1));
}

// 40 × 20 in a square of 20: 20 × 10 from row 5 on. The picture alone is mirrored.
TEST_F(DetectTaskTest, ALetterboxIsTakenOffAgain) {
  ModelCard card;
  card.input.resize = "letterbox";
  card.input.width = card.input.height = 20;
  model_.says.candidates = {{1, 0.5F, {2, 7, 6, 15}}};
  DetectTask task(card, {.limits = {}, .batch = 2}, clock_);
  for (const View view : {View::kPlain, View::kFlip}) {
    task.Begin(view);
    ASSERT_TRUE(task.Add(model_, Item(0, 40, 20), std::vector<float>(1200)));
    const auto items = Finish(task);
    const Box box = view == View::kPlain ? Box{4, 4, 12, 20} : Box{28, 4, 36, 20};
    EXPECT_THAT(items[0].predictions, ElementsAre(Prediction{1, 0.5F, box}));
  }
  EXPECT_EQ(model_.shapes.front(), (InputShape{2, 20, 20}));
}

// The left quarter of the mirrored picture is the right one of the picture.
TEST_F(DetectTaskTest, MasksOfClassesInAnotherViewAreBoxes) {
  ModelCard card;
  card.input.width = 8;
  card.input.height = 4;
  card.input.resize = "stretch";
  model_.says.semantic = {2, 1, 4, 1, {.8F, 0, 0, 0, .2F, 1, 1, 1}};
  DetectTask task(card, {}, clock_);
  task.Begin(View::kFlip);
  ASSERT_TRUE(task.Add(model_, Item(0, 16, 4), std::vector<float>(96)));
  const auto items = Finish(task);
  ASSERT_EQ(items[0].predictions.size(), 1U);
  EXPECT_EQ(items[0].predictions[0].class_id, 0);
  EXPECT_EQ(items[0].predictions[0].box, (Box{12, 0, 16, 4}));
  EXPECT_THAT(items[0].masks, IsEmpty());
}

}  // namespace
}  // namespace prelabel
