// Expected values: by hand.
#include "worker/detect/fuse_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/labels/appearance.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ModelCard Card(const std::string& name, std::vector<std::string> classes) {
  ModelCard card;
  card.name = name;
  card.task = "detect";
  for (std::size_t i = 0; i < classes.size(); ++i) {
    card.category_ids.push_back(static_cast<int>(i) + 1);
  }
  card.classes = std::move(classes);
  return card;
}

ItemResult Item(std::vector<Prediction> predictions) {
  ItemResult item;
  item.item = 7;
  item.width = 100;
  item.height = 80;
  item.predictions = std::move(predictions);
  for (std::size_t i = 0; i < item.predictions.size(); ++i) {
    item.appearance.insert(item.appearance.end(), kAppearanceSize,
                           static_cast<std::uint8_t>(i + 10 * item.predictions[i].class_id));
  }
  item.scene.assign(kAppearanceSize, 3);
  return item;
}

// The first knows car and person, the second person and tree, in another order of their own.
Ensemble PeopleAndThings(FuseMethod method) {
  ModelFusion fusion;
  fusion.models = {{"a", {}, 1}, {"b", {}, 1}};
  fusion.method = method;
  if (method == FuseMethod::kByClass) fusion.models[1].classes = {"tree"};
  return CombineModels(fusion, {Card("a", {"car", "person"}), Card("b", {"tree", "person"})})
      .value();
}

TEST(FuseItems, BoxesOfTheSameNameAreFusedUnderTheCommonIds) {
  const Box box{10, 10, 30, 50};
  ItemResult first = Item({{1, .8F, box}, {0, .5F, {50, 50, 60, 60}}});
  first.stats.contrast = .5F;
  first.embedding = {1, 2};
  first.box_embeddings = {1, 2, 3, 4};
  ItemResult second = Item({{0, .7F, {70, 0, 90, 40}}, {1, .4F, box}});
  second.stats.contrast = .9F;
  const ItemResult fused = FuseItems({first, second}, PeopleAndThings(FuseMethod::kWeighted), {});
  // car, person, tree are 0, 1, 2. (.8 + .4) / 2 for the person; a car and a tree have one knower.
  ASSERT_EQ(fused.predictions.size(), 3U);
  EXPECT_EQ(fused.predictions[0], (Prediction{2, .7F, {70, 0, 90, 40}}));
  EXPECT_EQ(fused.predictions[1].class_id, 1);
  EXPECT_NEAR(fused.predictions[1].score, .6F, 1e-6);
  EXPECT_EQ(fused.predictions[2].class_id, 0);
  EXPECT_THAT(fused.votes, ElementsAre(1, 2, 1));
  EXPECT_EQ(fused.item, 7U);
  EXPECT_EQ(fused.width, 100);
  EXPECT_EQ(fused.stats, first.stats);
  EXPECT_EQ(fused.embedding, first.embedding);
  EXPECT_THAT(fused.box_embeddings, IsEmpty());
  EXPECT_EQ(fused.scene, first.scene);
  // Looks: the tree's of the second model (row 0), the person's of the first, whose box is stronger
  // (row 0 of class 1), the car's (row 1 of class 0).
  ASSERT_EQ(fused.appearance.size(), 3 * kAppearanceSize);
  EXPECT_EQ(fused.appearance[0], 0);
  EXPECT_EQ(fused.appearance[kAppearanceSize], 10);
  EXPECT_EQ(fused.appearance[2 * kAppearanceSize], 1);
}

// One of two: half of .08 is under the raw threshold of .05.
TEST(FuseItems, WhatFallsUnderTheRawThresholdIsNotKept) {
  const Ensemble ensemble = PeopleAndThings(FuseMethod::kWeighted);
  const ItemResult fused =
      FuseItems({Item({{1, .12F, {0, 0, 9, 9}}, {1, .08F, {20, 20, 40, 40}}}), Item({})}, ensemble,
                {.threshold = .05F});
  ASSERT_EQ(fused.predictions.size(), 1U);
  EXPECT_NEAR(fused.predictions[0].score, .06F, 1e-6);
  const ItemResult one =
      FuseItems({Item({{0, .9F, {0, 0, 9, 9}}, {0, .8F, {20, 20, 40, 40}}}), Item({})}, ensemble,
                {.max_per_image = 1});
  EXPECT_EQ(one.predictions.size(), 1U);
}

TEST(FuseItems, ByClassAModelSaysNothingOfOthersClasses) {
  const ItemResult fused = FuseItems(
      {Item({{1, .8F, {0, 0, 9, 9}}}), Item({{1, .9F, {0, 0, 9, 9}}, {0, .7F, {20, 20, 40, 40}}})},
      PeopleAndThings(FuseMethod::kByClass), {});
  EXPECT_THAT(fused.predictions,
              ElementsAre(Prediction{1, .8F, {0, 0, 9, 9}}, Prediction{2, .7F, {20, 20, 40, 40}}));
  EXPECT_THAT(fused.votes, IsEmpty());
}

TEST(FuseItems, MasksAreThoseOfTheStrongest) {
  Ensemble ensemble = PeopleAndThings(FuseMethod::kWeighted);
  ensemble.card.task = "segment";
  ItemResult weak = Item({{1, .5F, {0, 0, 9, 9}}});
  weak.masks = {{80, 100, {0, 8000}}};
  ItemResult strong = Item({{1, .6F, {0, 0, 9, 9}}});
  strong.masks = {{80, 100, {1, 7999}}};
  const ItemResult fused = FuseItems({weak, strong}, ensemble, {});
  EXPECT_EQ(fused.masks, strong.masks);
}

TEST(FuseItems, AnItemThatFailedWithOneModelHasFailed) {
  ItemResult failed;
  failed.item = 7;
  failed.error = "the model gave a box whose corners are no numbers";
  const ItemResult fused =
      FuseItems({Item({{0, .5F, {}}}), failed}, PeopleAndThings(FuseMethod::kWeighted), {});
  EXPECT_EQ(fused.error, failed.error);
  EXPECT_THAT(fused.predictions, IsEmpty());
}

}  // namespace
}  // namespace prelabel
