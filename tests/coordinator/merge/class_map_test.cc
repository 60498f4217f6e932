// Expected values: from the rules in docs/job-file (labels.classes), worked by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/merge/run_fixture.h"

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ClassMap, WithoutRulesEveryClassIsWrittenAsTheModelNamesIt) {
  const ClassMap map = BuildClassMap(LabelOptions{}, VehicleCard()).value();
  EXPECT_THAT(map.categories,
              ElementsAre(Category{3, "car"}, Category{8, "truck"}, Category{18, "dog"}));
  EXPECT_THAT(map.category_of_class, ElementsAre(0, 1, 2));
  EXPECT_THAT(map.threshold_of_class, ElementsAre(0.3F, 0.3F, 0.3F));
}

TEST(ClassMap, OnlyListedClassesAreWritten) {
  LabelOptions labels;
  labels.classes["dog"] = {"animal", 0.6F};
  const ClassMap map = BuildClassMap(labels, VehicleCard()).value();
  EXPECT_THAT(map.categories, ElementsAre(Category{18, "animal"}));
  EXPECT_THAT(map.category_of_class, ElementsAre(-1, -1, 0));
  EXPECT_THAT(map.threshold_of_class, ElementsAre(2.0F, 2.0F, 0.6F));
}

TEST(ClassMap, ClassesOfOneNameShareTheIdOfTheFirstInTheModelsOrder) {
  LabelOptions labels;
  labels.classes["truck"] = {"vehicle", {}};
  labels.classes["car"] = {"vehicle", 0.5F};
  labels.classes["dog"] = {"dog", {}};
  const ClassMap map = BuildClassMap(labels, VehicleCard()).value();
  EXPECT_THAT(map.categories, ElementsAre(Category{3, "vehicle"}, Category{18, "dog"}));
  EXPECT_THAT(map.category_of_class, ElementsAre(0, 0, 1));
  EXPECT_THAT(map.threshold_of_class, ElementsAre(0.5F, 0.3F, 0.3F));
}

TEST(ClassMap, CategoriesAscendByIdWhateverTheModelsOrder) {
  ModelCard card = VehicleCard();
  card.category_ids = {18, 3, 8};
  const ClassMap map = BuildClassMap(LabelOptions{}, card).value();
  EXPECT_THAT(map.categories,
              ElementsAre(Category{3, "truck"}, Category{8, "dog"}, Category{18, "car"}));
  EXPECT_THAT(map.category_of_class, ElementsAre(2, 0, 1));
}

TEST(ClassMap, AClassThatTheModelLacksIsRefusedWithTheNearestName) {
  LabelOptions labels;
  labels.classes["trunk"] = {"lorry", {}};
  const Result<ClassMap> map = BuildClassMap(labels, VehicleCard());
  ASSERT_TRUE(map.has_error());
  EXPECT_EQ(map.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(map.error().message, HasSubstr("'trunk'; the nearest of its 3 classes are 'truck'"));
}

TEST(ClassMap, DrawnLabelsFollowTheModelsClassesAndShareTheirNames) {
  const ClassMap map = BuildClassMap({}, VehicleCard(), {"dog", "cat", "car", "bird"}).value();
  EXPECT_THAT(map.categories,
              ElementsAre(Category{3, "car"}, Category{8, "truck"}, Category{18, "dog"},
                          Category{19, "cat"}, Category{20, "bird"}));
  EXPECT_EQ(map.category_of_drawn,
            (std::map<std::string, int>{{"dog", 2}, {"cat", 3}, {"car", 0}, {"bird", 4}}));
}

TEST(ClassMap, RulesNameAndChooseDrawnLabelsToo) {
  LabelOptions labels;
  labels.classes["dog"] = {"animal", 0.9F};
  labels.classes["cat"] = {"animal", 0.9F};
  labels.classes["bird"] = {"", {}};
  const ClassMap map = BuildClassMap(labels, VehicleCard(), {"fish", "cat", "bird"}).value();
  EXPECT_THAT(map.categories, ElementsAre(Category{18, "animal"}, Category{19, "bird"}));
  EXPECT_EQ(map.category_of_drawn, (std::map<std::string, int>{{"cat", 0}, {"bird", 1}}));
}

TEST(ClassMap, AnotherModelsClassesAreMappedByName) {
  ModelCard other;
  other.classes = {"dog", "lorry", "car", "cat"};
  const ClassMap all = BuildClassMap(LabelOptions{}, VehicleCard()).value();
  const ClassMap by_name = MapOtherModel(LabelOptions{}, other, all);
  EXPECT_EQ(by_name.categories, all.categories);
  EXPECT_THAT(by_name.category_of_class, ElementsAre(2, -1, 0, -1));
  EXPECT_THAT(by_name.threshold_of_class, ElementsAre(0.3F, 2.0F, 0.3F, 2.0F));

  LabelOptions labels;
  labels.classes = {{"truck", {"truck", 0.5F}}, {"lorry", {"truck", 0.7F}}};
  EXPECT_TRUE(BuildClassMap(labels, VehicleCard()).has_error());  // nobody has lorries
  const ClassMap ruled = BuildClassMap(labels, VehicleCard(), {}, other.classes).value();
  EXPECT_THAT(ruled.categories, ElementsAre(Category{8, "truck"}));
  const ClassMap mapped = MapOtherModel(labels, other, ruled);
  EXPECT_THAT(mapped.category_of_class, ElementsAre(-1, 0, -1, -1));
  EXPECT_THAT(mapped.threshold_of_class, ElementsAre(2.0F, 0.7F, 2.0F, 2.0F));
}

TEST(ClassMap, WithoutAModelThereAreDrawnLabelsAlone) {
  const ClassMap map = BuildClassMap({}, ModelCard{}, {"cat", "bird"}).value();
  EXPECT_THAT(map.categories, ElementsAre(Category{1, "cat"}, Category{2, "bird"}));
  LabelOptions labels;
  labels.classes["bat"] = {"bat", {}};
  const Result<ClassMap> wrong = BuildClassMap(labels, ModelCard{}, {"cat", "bird"});
  ASSERT_TRUE(wrong.has_error());
  EXPECT_EQ(wrong.error().message,
            "the keyframes have no class 'bat'; the nearest of the 2 classes are 'cat', 'bird'");
}

TEST(DrawnLabels, AreThoseDeclaredAndThoseUsedInTheOrderOfTheFiles) {
  KeyframeFile first;
  first.meta.labels = {{"car", "", {}, {}}, {"unused", "", {}, {}}};
  first.tracks = {{1, "undeclared", {}}, {2, "car", {}}};
  KeyframeFile second;
  second.meta.labels = {{"new", "", {}, {}}, {"car", "", {}, {}}};
  Dataset dataset;
  dataset.sources.resize(3);
  dataset.sources[0].drawn = std::make_shared<const KeyframeFile>(first);
  dataset.sources[2].drawn = std::make_shared<const KeyframeFile>(second);
  EXPECT_THAT(DrawnLabels(dataset), ElementsAre("car", "unused", "undeclared", "new"));
}

}  // namespace
}  // namespace prelabel
