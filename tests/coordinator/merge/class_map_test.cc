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

}  // namespace
}  // namespace prelabel
