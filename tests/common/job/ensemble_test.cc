// Expected values: the rules of ensemble.h, by hand.
#include "common/job/ensemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelCard Card(const std::string& name, std::vector<std::string> classes, std::vector<int> ids) {
  ModelCard card;
  card.name = name;
  card.task = "detect";
  card.sha256 = name + "-hash";
  card.license = "MIT";
  card.layout = "dense";
  card.classes = std::move(classes);
  card.category_ids = std::move(ids);
  return card;
}

const std::vector<ModelCard> kCards = {Card("road", {"car", "person"}, {3, 1}),
                                       Card("park", {"tree", "person", "bench"}, {1, 2, 4})};

ModelFusion TwoModels(FuseMethod method) {
  ModelFusion fusion;
  fusion.models = {{"road/model.yaml", {}, 1}, {"park/model.yaml", {}, 2}};
  fusion.method = method;
  return fusion;
}

std::string Mistake(const ModelFusion& fusion, const std::vector<ModelCard>& cards = kCards) {
  const auto ensemble = CombineModels(fusion, cards);
  if (ensemble) return "accepted";
  EXPECT_EQ(ensemble.error().code, ErrorCode::kInvalidArgument);
  return ensemble.error().ToString();
}

TEST(Ensemble, ClassesAreTheUnionByName) {
  const Ensemble ensemble = CombineModels(TwoModels(FuseMethod::kWeighted), kCards).value();
  EXPECT_THAT(ensemble.card.classes, ElementsAre("car", "person", "tree", "bench"));
  // The tree's 1 is the person's already: the next one above all (3).
  EXPECT_THAT(ensemble.card.category_ids, ElementsAre(3, 1, 4, 5));
  EXPECT_THAT(ensemble.class_of, ElementsAre(ElementsAre(0, 1), ElementsAre(2, 1, 3)));
  EXPECT_THAT(ensemble.knowers, ElementsAre(1, 2, 1, 1));
  EXPECT_THAT(ensemble.fuse.weight_of_class, ElementsAre(1, 3, 2, 2));
  EXPECT_THAT(ensemble.fuse.weights, ElementsAre(1, 2));
  EXPECT_EQ(ensemble.card.name, "road + park");
  EXPECT_EQ(ensemble.card.sha256, "road-hash+park-hash");
  EXPECT_EQ(ensemble.card.license, "MIT");
}

TEST(Ensemble, ByClassEachClassHasOneOwner) {
  ModelFusion fusion = TwoModels(FuseMethod::kByClass);
  EXPECT_THAT(Mistake(fusion), AllOf(HasSubstr("'person'"), HasSubstr("road/model.yaml"),
                                     HasSubstr("park/model.yaml"), HasSubstr("wbf")));
  fusion.models[0].classes = {"car"};
  const Ensemble ensemble = CombineModels(fusion, kCards).value();
  EXPECT_THAT(ensemble.card.classes, ElementsAre("car", "tree", "person", "bench"));
  EXPECT_THAT(ensemble.class_of, ElementsAre(ElementsAre(0, -1), ElementsAre(1, 2, 3)));
}

TEST(Ensemble, MistakesAreNamed) {
  ModelFusion fusion = TwoModels(FuseMethod::kWeighted);
  fusion.models[1].classes = {"trea"};
  EXPECT_THAT(Mistake(fusion),
              HasSubstr("the model park has no class 'trea'; did you mean 'tree'"));
  std::vector<ModelCard> cards = kCards;
  cards[1].task = "segment";
  EXPECT_THAT(Mistake(TwoModels(FuseMethod::kWeighted), cards), HasSubstr("or none does"));
}

TEST(Ensemble, TheDescriptionTellsWhatResultsDependOn) {
  const ModelFusion plain = TwoModels(FuseMethod::kWeighted);
  const std::string text = CombineModels(plain, kCards).value().description;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const auto differs = [&](const ModelFusion& fusion, const std::vector<ModelCard>& cards) {
    return CombineModels(fusion, cards).value().description != text;
  };
  EXPECT_FALSE(differs(plain, kCards));
  ModelFusion other = plain;
  other.iou = .6F;
  EXPECT_TRUE(differs(other, kCards));
  other = plain;
  other.models[0].weight = 2;
  EXPECT_TRUE(differs(other, kCards));
  other = plain;
  other.models[1].classes = {"tree", "bench"};
  EXPECT_TRUE(differs(other, kCards));
  std::vector<ModelCard> cards = kCards;
  cards[1].input.pad = 0;
  cards[1].input.resize = "letterbox";
  EXPECT_TRUE(differs(plain, cards));
}

}  // namespace
}  // namespace prelabel
