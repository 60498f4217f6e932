// Expected values: by hand; the last test against an all-pairs implementation written from the
// definition alone.
#include "common/labels/nms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kNoLimit = SIZE_MAX;

TEST(Nms, KeepsTheBestOfOverlappingBoxes) {
  const std::vector<Prediction> predictions = {
      {0, 0.7F, {0, 0, 10, 10}},
      {0, 0.9F, {1, 0, 11, 10}},    // IoU with the first 90 / 110 = 0.82
      {0, 0.8F, {50, 50, 60, 60}},  // apart
  };
  EXPECT_THAT(Nms(predictions, 0.6F, kNoLimit), ElementsAre(1, 2));
}

TEST(Nms, ABoxFallsOnlyAboveTheThreshold) {
  // 2 × 4 inside 4 × 4: IoU is exactly a half.
  const std::vector<Prediction> predictions = {{0, 0.9F, {0, 0, 4, 4}}, {0, 0.8F, {1, 0, 3, 4}}};
  EXPECT_THAT(Nms(predictions, 0.5F, kNoLimit), ElementsAre(0, 1));
  EXPECT_THAT(Nms(predictions, 0.49F, kNoLimit), ElementsAre(0));
}

TEST(Nms, ClassesDoNotSuppressEachOther) {
  const std::vector<Prediction> predictions = {
      {7, 0.9F, {0, 0, 10, 10}}, {79, 0.8F, {0, 0, 10, 10}}, {7, 0.7F, {0, 0, 10, 10}}};
  EXPECT_THAT(Nms(predictions, 0.6F, kNoLimit), ElementsAre(0, 1));
}

TEST(Nms, ASuppressedBoxSuppressesNothing) {
  // Neighbours overlap by 6 × 10 of 140 (0.43), the outer two by 2 × 10 of 180 (0.11).
  const std::vector<Prediction> predictions = {
      {0, 0.9F, {0, 0, 10, 10}}, {0, 0.8F, {4, 0, 14, 10}}, {0, 0.7F, {8, 0, 18, 10}}};
  EXPECT_THAT(Nms(predictions, 0.4F, kNoLimit), ElementsAre(0, 2));
}

TEST(Nms, EqualScoresKeepTheirOrder) {
  const std::vector<Prediction> predictions = {{0, 0.5F, {0, 0, 4, 4}},
                                               {0, 0.5F, {0, 0, 4, 4}},
                                               {1, 0.5F, {0, 0, 4, 4}},
                                               {0, 0.5F, {20, 0, 24, 4}}};
  EXPECT_THAT(Nms(predictions, 0.6F, kNoLimit), ElementsAre(0, 2, 3));
}

TEST(Nms, TheLimitCountsKeptBoxesOfAllClasses) {
  const std::vector<Prediction> predictions = {{0, 0.6F, {0, 0, 4, 4}},
                                               {1, 0.9F, {0, 0, 4, 4}},
                                               {1, 0.8F, {0, 0, 4, 4}},
                                               {2, 0.7F, {0, 0, 4, 4}}};
  EXPECT_THAT(Nms(predictions, 0.6F, 2), ElementsAre(1, 3));
  EXPECT_THAT(Nms(predictions, 0.6F, 0), IsEmpty());
}

TEST(Nms, OfNothingIsNothing) { EXPECT_THAT(Nms({}, 0.6F, 100), IsEmpty()); }

TEST(Nms, DropsWhatHasNoScore) {
  const std::vector<Prediction> predictions = {{0, std::nanf(""), {0, 0, 4, 4}},
                                               {0, 0.2F, {0, 0, 4, 4}}};
  EXPECT_THAT(Nms(predictions, 0.6F, kNoLimit), ElementsAre(1));
}

// The definition, all pairs: in descending score, keep what no kept box of its class covers.
std::vector<std::size_t> ByDefinition(const std::vector<Prediction>& predictions, float iou) {
  std::vector<std::size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return predictions[a].score > predictions[b].score;
  });
  std::vector<std::size_t> kept;
  for (const std::size_t i : order) {
    bool falls = false;
    for (const std::size_t k : kept) {
      falls = falls || (predictions[k].class_id == predictions[i].class_id &&
                        Iou(predictions[k].box, predictions[i].box) > iou);
    }
    if (!falls) kept.push_back(i);
  }
  return kept;
}

TEST(Nms, AgreesWithTheDefinitionOnRandomScenes) {
  std::mt19937 random(20240117);
  const auto draw = [&](int n) { return static_cast<float>(random() % n); };
  std::size_t suppressed = 0;
  for (int scene = 0; scene < 200; ++scene) {
    std::vector<Prediction> predictions(random() % 120);
    for (Prediction& p : predictions) {
      p.class_id = static_cast<std::uint16_t>(random() % 3);
      p.score = draw(20) / 20;  // many ties
      p.box.x1 = draw(60);
      p.box.y1 = draw(60);
      p.box.x2 = p.box.x1 + draw(40);
      p.box.y2 = p.box.y1 + draw(40);
    }
    const std::vector<std::size_t> expected = ByDefinition(predictions, 0.3F);
    suppressed += predictions.size() - expected.size();
    ASSERT_EQ(Nms(predictions, 0.3F, kNoLimit), expected) << "scene " << scene;
  }
  EXPECT_GT(suppressed, 1000U);  // the scenes are not trivial
}

}  // namespace
}  // namespace prelabel
