// Expected values: the rule in the header, applied by hand to some of COCO's names.
#include "coordinator/routing/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kCoco = {"person", "car", "cat", "fork", "dining table", "cup"};

ClassMap Written(const std::vector<std::string>& names) {
  ClassMap map;
  for (const std::string& name : names) {
    map.categories.push_back({static_cast<int>(map.categories.size()) + 1, name});
  }
  return map;
}

TEST(FindGaps, NamesThatAreWrittenAreNone) {
  EXPECT_THAT(FindGaps({"pedestrian", "car"}, Written({"car", "pedestrian"}), kCoco), IsEmpty());
}

TEST(FindGaps, GivesTheNearestNames) {
  const auto gaps =
      FindGaps({"forklift", "table", "car", "persn", "pallet"}, Written(kCoco), kCoco);
  ASSERT_EQ(gaps.size(), 4U);
  EXPECT_EQ(gaps[0].wanted, "forklift");
  EXPECT_THAT(gaps[0].nearest, ElementsAre("fork"));
  EXPECT_THAT(gaps[1].nearest, ElementsAre("dining table"));
  EXPECT_THAT(gaps[2].nearest, ElementsAre("person"));
  EXPECT_THAT(gaps[3].nearest, IsEmpty());
}

TEST(FindGaps, WhatTheModelHasAndTheJobDoesNotWriteIsNearestOfAll) {
  const auto gaps = FindGaps({"cat"}, Written({"person"}), kCoco);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_THAT(gaps[0].nearest, ElementsAre("cat", "car", "cup"));  // none, one and two letters off
}

TEST(FindGaps, NamesOfCategoriesCount) {
  const auto gaps = FindGaps({"pedestrians"}, Written({"pedestrian"}), {"person"});
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_THAT(gaps[0].nearest, ElementsAre("pedestrian"));
}

}  // namespace
}  // namespace prelabel
