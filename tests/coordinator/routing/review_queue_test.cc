// Expected values: errors, seconds and discounts of the header, worked by hand.
#include "coordinator/routing/review_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Nothing is calibrated: a label's precision is its score.
struct Desk {
  std::vector<ClassConfidence> confidence = std::vector<ClassConfidence>(4);
  LabelPrecision precision{confidence, nullptr};
  ReviewOptions times;

  Desk() {
    times.seconds_per_box = 10;
    times.seconds_per_check = 2;
    times.seconds_per_image = 5;
  }
  ReviewQueue Open(double objects = 3, std::vector<OddImage> odd = {}) const {
    return {precision, times, objects, odd};
  }
};

struct L {
  Route route;
  float score;
  int category = 0;
};

LabeledItem Item(std::uint64_t item, const std::vector<L>& labels, std::uint32_t source = 0) {
  LabeledItem labeled;
  labeled.source = SourceId(source);
  labeled.item = item;
  for (const L& l : labels) {
    Label label{l.category, l.score, {}};
    label.route = l.route;
    labeled.labels.push_back(label);
  }
  return labeled;
}

std::vector<std::uint64_t> ItemsOf(const std::vector<QueuedItem>& queue) {
  std::vector<std::uint64_t> items;
  for (const QueuedItem& queued : queue) items.push_back(queued.item.item);
  return items;
}

TEST(ReviewQueue, CountsErrorsAndSeconds) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  queue.Add(Item(4, {{Route::kAuto, 0.5F, 0},
                     {Route::kReview, 0.75F, 1},
                     {Route::kReview, 0.5F, 1},
                     {Route::kManual, 0.375F, 2}}),
            {});
  const auto order = queue.Order();
  ASSERT_THAT(order, SizeIs(1));
  const ReviewItem& item = order[0].item;
  EXPECT_EQ(item.labels_review, 2U);
  EXPECT_EQ(item.labels_manual, 1U);
  EXPECT_DOUBLE_EQ(item.expected_errors, 0.25 + 0.5 + 0.625);
  EXPECT_EQ(item.category, 1);  // 0.75 against 0.625
  // A look, checks and removals, and 0.375 of a box to draw.
  EXPECT_DOUBLE_EQ(item.seconds, 5 + 2 * (1.25 + 1.5) + 10 * 0.375);
  EXPECT_DOUBLE_EQ(order[0].minutes, item.seconds / 60);
}

TEST(ReviewQueue, MostErrorsAMinuteComeFirst) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  queue.Add(Item(0, {{Route::kReview, 0.9F}}), {});
  queue.Add(Item(1, {{Route::kReview, 0.3F}}), {});
  queue.Add(Item(2, {{Route::kReview, 0.5F}}), {});
  EXPECT_THAT(ItemsOf(queue.Order()), ElementsAre(1, 2, 0));
}

TEST(ReviewQueue, WhatNeedsNobodyIsNotInIt) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  queue.Add(Item(0, {{Route::kAuto, 0.4F}}), {});
  queue.Add(Item(1, {}), {});
  queue.Add(Item(2, {{Route::kReview, 1.0F}}), {});  // right for certain
  LabeledItem drawn = Item(3, {{Route::kReview, 0.5F}});
  drawn.drawn = true;
  queue.Add(drawn, 1.0);
  EXPECT_THAT(queue.Order(), IsEmpty());
}

TEST(ReviewQueue, QuarantinedAndOddItemsMissAsManyObjectsAsOthersHave) {
  const Desk desk;
  ReviewQueue queue = desk.Open(1.5, {{SourceId(0), 2, 9, "far from the reference's pictures"}});
  LabeledItem failed = Item(1, {});
  failed.error = "no picture";
  queue.Add(failed, {});
  queue.Add(Item(2, {{Route::kReview, 0.5F}}), {});
  const auto order = queue.Order();
  ASSERT_THAT(ItemsOf(order), ElementsAre(2, 1));  // 2 errors in 23 s, 1.5 in 20 s
  EXPECT_DOUBLE_EQ(order[0].item.expected_errors, 0.5 + 1.5);
  EXPECT_DOUBLE_EQ(order[0].item.seconds, 5 + 3 + 15);
  EXPECT_EQ(order[0].item.odd, "far from the reference's pictures");
  EXPECT_DOUBLE_EQ(order[1].item.expected_errors, 1.5);
  EXPECT_EQ(order[1].item.error, "no picture");
}

TEST(ReviewQueue, StopsAtTheBudgetAndFillsItWithWhatFits) {
  Desk desk;
  desk.times.budget_minutes = 1;
  ReviewQueue queue = desk.Open();
  const std::vector<L> many(12, {Route::kReview, 0.5F});  // 5 + 36 s
  queue.Add(Item(0, many), {});
  queue.Add(Item(1, many), {});
  queue.Add(Item(2, {{Route::kReview, 0.5F}}), {});  // 8 s
  queue.Add(Item(3, {{Route::kReview, 0.5F}}), {});
  queue.Add(Item(4, {{Route::kReview, 0.5F}}), {});
  const auto order = queue.Order();
  EXPECT_THAT(ItemsOf(order), ElementsAre(0, 2, 3));  // 41 + 8 + 8 = 57 s
  EXPECT_DOUBLE_EQ(order.back().minutes, 0.95);
}

TEST(ReviewQueue, NeighborsInAVideoAreWorthHalf) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  // In a rate of 1 s a look and a check each: .7, .6, .5 and .4 of 5 + 2 (1 + wrong) seconds. After
  // frame 0, frame 1 is worth less than frames 2 and 3, which are farther away than ten seconds.
  queue.Add(Item(0, {{Route::kReview, 0.3F, 0}}), 0.0);
  queue.Add(Item(1, {{Route::kReview, 0.4F, 1}}), 9.0);
  queue.Add(Item(2, {{Route::kReview, 0.5F, 2}}), 19.5);
  queue.Add(Item(3, {{Route::kReview, 0.6F, 3}}), 40.0);
  EXPECT_THAT(ItemsOf(queue.Order()), ElementsAre(0, 2, 3, 1));
}

TEST(ReviewQueue, OtherVideosAndImagesAreNoNeighbors) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  queue.Add(Item(0, {{Route::kReview, 0.3F, 0}}, 0), 0.0);
  queue.Add(Item(1, {{Route::kReview, 0.4F, 1}}, 1), 0.0);
  queue.Add(Item(2, {{Route::kReview, 0.5F, 2}}, 2), {});
  queue.Add(Item(3, {{Route::kReview, 0.6F, 3}}, 2), {});
  EXPECT_THAT(ItemsOf(queue.Order()), ElementsAre(0, 1, 2, 3));
}

TEST(ReviewQueue, ClassesTakeTurns) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  // Twenty of category 0, then one of category 1 that is worth a little more than half: .35 in
  // 5 + 2.7 s is .0455 a second, .6 in 5 + 3.2 s is .0732; it comes when 1 + n/10 > 1.61, after
  // seven of the others.
  for (std::uint64_t i = 0; i < 20; ++i) queue.Add(Item(i, {{Route::kReview, 0.4F, 0}}), {});
  queue.Add(Item(20, {{Route::kReview, 0.65F, 1}}), {});
  EXPECT_EQ(ItemsOf(queue.Order()).at(7), 20U);
}

TEST(ReviewQueue, KeepsTheBestFramesOfEachStretch) {
  const Desk desk;
  ReviewQueue queue = desk.Open();
  for (std::uint64_t i = 0; i < 100; ++i) {  // ten frames a second, the last ones are the worst
    const float score = 0.9F - 0.005F * static_cast<float>(i);
    queue.Add(Item(i, {{Route::kReview, score}}), static_cast<double>(i) / 10);
  }
  std::vector<std::uint64_t> kept = ItemsOf(queue.Order());
  std::sort(kept.begin(), kept.end());
  EXPECT_THAT(kept, ElementsAre(92, 93, 94, 95, 96, 97, 98, 99));
}

TEST(ReviewQueue, MemoryIsThatOfItsCandidatesAndTheBestStay) {
  Desk desk;
  desk.times.budget_minutes = 1000000;
  ReviewQueue queue = desk.Open();
  const std::uint64_t count = ReviewQueue::kCandidates + 1000;
  for (std::uint64_t i = 0; i < count; ++i) {
    queue.Add(Item(i, {{Route::kReview, i % 21 == 0 ? 0.9F : 0.5F}}), {});
  }
  const auto order = queue.Order();
  ASSERT_THAT(order, SizeIs(ReviewQueue::kCandidates));  // 21,000 / 21 are worth less than others
  for (const QueuedItem& queued : order) ASSERT_NE(queued.item.item % 21, 0U);
}

}  // namespace
}  // namespace prelabel
