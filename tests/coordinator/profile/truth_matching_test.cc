#include "coordinator/profile/truth_matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::ElementsAre;

// Boxes of 10 × 10: moved by 2 they overlap by 80 / 120, moved by 4 by 60 / 140.
Prediction At(float x, float score, std::uint16_t class_id = 0) {
  return {class_id, score, {x, 0, x + 10, 10}};
}
TruthObject Object(float x, std::uint16_t class_id = 0, bool crowd = false) {
  return {class_id, {x, 0, x + 10, 10}, crowd};
}

TEST(MatchTruth, RightFromHalfTheUnionUp) {
  EXPECT_THAT(MatchTruth(std::vector{At(2, 0.9F)}, std::vector{Object(0)}),
              ElementsAre(Truth::kRight));
  EXPECT_THAT(MatchTruth(std::vector{At(4, 0.9F)}, std::vector{Object(0)}),
              ElementsAre(Truth::kWrong));
}

TEST(MatchTruth, AnObjectIsFoundOnceByTheMoreConfident) {
  EXPECT_THAT(MatchTruth(std::vector{At(2, 0.9F), At(0, 0.8F)}, std::vector{Object(0)}),
              ElementsAre(Truth::kRight, Truth::kWrong));
}

// The first prediction overlaps both; it takes the nearer one and leaves the other.
TEST(MatchTruth, TheNearestObjectIsTaken) {
  EXPECT_THAT(MatchTruth(std::vector{At(1, 0.9F), At(3, 0.8F)}, std::vector{Object(3), Object(0)}),
              ElementsAre(Truth::kRight, Truth::kRight));
}

TEST(MatchTruth, ClassesAreKeptApart) {
  EXPECT_THAT(MatchTruth(std::vector{At(0, 0.9F, 1)}, std::vector{Object(0, 0)}),
              ElementsAre(Truth::kWrong));
}

TEST(MatchTruth, WhatLiesInACrowdCountsNowhere) {
  const TruthObject crowd{0, {0, 0, 100, 100}, true};
  EXPECT_THAT(MatchTruth(std::vector{At(20, 0.9F), At(96, 0.8F), At(50, 0.7F, 1)},
                         std::vector{Object(20), crowd}),
              ElementsAre(Truth::kRight, Truth::kWrong, Truth::kWrong));
  EXPECT_THAT(MatchTruth(std::vector{At(20, 0.9F)}, std::vector{crowd}),
              ElementsAre(Truth::kIgnored));
}

TEST(MatchTruth, NothingThere) {
  EXPECT_THAT(MatchTruth({}, std::vector{Object(0)}), ElementsAre());
  EXPECT_THAT(MatchTruth(std::vector{At(0, 0.9F)}, {}), ElementsAre(Truth::kWrong));
}

TEST(WholePictureTruth, OneOfEachClassThatIsThere) {
  const Box all{0, 0, 64, 48};
  EXPECT_THAT(
      WholePictureTruth(std::vector{Object(3, 2), Object(0, 1), Object(9, 2, true)}, 64, 48),
      ElementsAre(TruthObject{1, all, false}, TruthObject{2, all, false}));
}

}  // namespace
}  // namespace prelabel
