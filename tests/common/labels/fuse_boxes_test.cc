// Expected values of weighted fusion: by hand where they are simple; the others come from a script
// of the paper's definition (for boxes b of scores s and models of weights w, N models):
//
//   for s, w, b in sorted(all, key=lambda t: -t.s * t.w):
//     ious = [iou(f, b) for f in F]; k = argmax(ious)
//     if no F or ious[k] <= thr: C.append([]); F.append(None); k = len(C) - 1
//     C[k].append((s, w, b)); F[k] = sum(s * w * b for C[k]) / sum(s * w for C[k])
//   score[k] = sum(s * w for C[k]) / len(C[k]) * min(N, len(C[k])) / sum(weights)
#include "common/labels/fuse_boxes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Models = std::vector<std::vector<Prediction>>;

FuseOptions Weighted(std::vector<float> weights, std::size_t classes = 1) {
  FuseOptions options;
  options.method = FuseMethod::kWeighted;
  options.weights = std::move(weights);
  float sum = 0;
  for (const float weight : options.weights) sum += weight;
  options.weight_of_class.assign(classes, sum);
  return options;
}

void ExpectNear(const FusedBox& fused, float score, const Box& box, int votes) {
  EXPECT_NEAR(fused.prediction.score, score, 1e-5);
  EXPECT_NEAR(fused.prediction.box.x1, box.x1, 1e-3);
  EXPECT_NEAR(fused.prediction.box.y1, box.y1, 1e-3);
  EXPECT_NEAR(fused.prediction.box.x2, box.x2, 1e-3);
  EXPECT_NEAR(fused.prediction.box.y2, box.y2, 1e-3);
  EXPECT_EQ(fused.votes, votes);
}

const Models kThree = {
    {{0, .9F, {10, 10, 50, 60}}, {0, .6F, {100, 20, 140, 80}}, {0, .3F, {200, 10, 230, 40}}},
    {{0, .8F, {12, 8, 54, 62}}, {0, .7F, {104, 24, 138, 86}}},
    {{0, .5F, {11, 13, 49, 57}}}};

TEST(FuseBoxes, EqualModels) {
  const auto fused = FuseBoxes(kThree, Weighted({1, 1, 1}));
  ASSERT_EQ(fused.size(), 3U);
  ExpectNear(fused[0], 0.733333F, {10.9545F, 9.9545F, 51.2273F, 60.0455F}, 3);
  ExpectNear(fused[1], 0.433333F, {102.1538F, 22.1538F, 138.9231F, 83.2308F}, 2);
  ExpectNear(fused[2], 0.1F, {200, 10, 230, 40}, 1);
  // Whose box is the strongest: .9 of the first model, .7 of the second.
  EXPECT_EQ(fused[0].model, 0U);
  EXPECT_EQ(fused[1].model, 1U);
  EXPECT_EQ(fused[1].place, 1U);
  EXPECT_EQ(fused[2].place, 2U);
}

TEST(FuseBoxes, WeightsOfModels) {
  const auto fused = FuseBoxes(kThree, Weighted({2, 1, 1}));
  ASSERT_EQ(fused.size(), 3U);
  ExpectNear(fused[0], 0.775F, {10.6774F, 9.9677F, 50.871F, 60.0323F}, 3);
  ExpectNear(fused[1], 0.475F, {101.4737F, 21.4737F, 139.2632F, 82.2105F}, 2);
  ExpectNear(fused[2], 0.15F, {200, 10, 230, 40}, 1);
  EXPECT_EQ(fused[1].model, 0U);  // 2 × .6 is more than .7
}

// By hand: a model that does not know a class has no say in its score. The class of which two know
// keeps (.8 + .4) / 2, and half of .8 where one of the two has seen nothing.
TEST(FuseBoxes, OnlyModelsThatKnowAClassCount) {
  FuseOptions options = Weighted({1, 1, 1}, 3);
  options.weight_of_class = {2, 1, 2};
  const Box box{0, 0, 10, 10};
  const Models models = {{{0, .8F, box}, {2, .8F, box}}, {{0, .4F, box}}, {{1, .7F, box}}};
  const auto fused = FuseBoxes(models, options);
  ASSERT_EQ(fused.size(), 3U);
  EXPECT_EQ(fused[0].prediction.class_id, 1);
  ExpectNear(fused[0], .7F, box, 1);
  EXPECT_EQ(fused[1].prediction.class_id, 0);
  ExpectNear(fused[1], .6F, box, 2);
  EXPECT_EQ(fused[2].prediction.class_id, 2);
  ExpectNear(fused[2], .4F, box, 1);
}

// Two boxes of one model on one object are one vote: the mean of .8 and .6, times 1 of 2.
TEST(FuseBoxes, AModelDoesNotAgreeWithItself) {
  const Models models = {{{0, .8F, {0, 0, 10, 10}}, {0, .6F, {0, 0, 10, 10}}}, {}};
  const auto fused = FuseBoxes(models, Weighted({1, 1}));
  ASSERT_EQ(fused.size(), 1U);
  ExpectNear(fused[0], .35F, {0, 0, 10, 10}, 1);
}

// IoU of [0, 10] and [0, 5.5] is 0.55: not over the threshold. A box more makes it one object.
TEST(FuseBoxes, ThresholdIsExclusive) {
  Models models = {{{0, .8F, {0, 0, 20, 20}}}, {{0, .6F, {0, 0, 20, 11}}}};
  EXPECT_EQ(FuseBoxes(models, Weighted({1, 1})).size(), 2U);
  models[1][0].box.y2 = 12;
  EXPECT_EQ(FuseBoxes(models, Weighted({1, 1})).size(), 1U);
}

// The same model twice changes nothing: (s + s) / 2 = s, and the mean of equal boxes is the box.
TEST(FuseBoxes, TwinsChangeNothing) {
  const Models models = {kThree[0], kThree[0]};
  const auto fused = FuseBoxes(models, Weighted({1, 1}));
  ASSERT_EQ(fused.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    ExpectNear(fused[i], kThree[0][i].score, kThree[0][i].box, 2);
  }
}

TEST(FuseBoxes, ByClassPutsTogether) {
  const Prediction a{0, .5F, {0, 0, 1, 1}};
  const Prediction b{1, .9F, {0, 0, 1, 1}};
  const Prediction c{2, .5F, {0, 0, 1, 1}};
  const Models models = {{b, c}, {a}};
  EXPECT_THAT(FuseBoxes(models, FuseOptions()),
              ElementsAre(FusedBox{b, 1, 0, 0}, FusedBox{a, 1, 1, 0}, FusedBox{c, 1, 0, 1}));
  EXPECT_THAT(FuseBoxes(Models{{}, {}}, FuseOptions()), IsEmpty());
  EXPECT_THAT(FuseBoxes(Models{{}, {}}, Weighted({1, 1})), IsEmpty());
}

}  // namespace
}  // namespace prelabel
