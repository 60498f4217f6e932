// Expected values: worked by hand. The angle between embeddings (cos a, sin a) is that of their
// arguments: cos 12° = .9781 and cos 14° = .9703 are near, cos 15° = .9659 is not where the light
// is another.
#include "coordinator/profile/duplicates.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ImagePlace At(std::uint64_t item, std::uint32_t source = 0) { return {SourceId(source), item}; }

// A picture that no other number's equals, and too red for its neighbors' to be the same one saved
// anew.
ItemResult Picture(int number) {
  ItemResult result;
  result.width = 640;
  result.height = 480;
  result.stats.mean_red = 0.01F * static_cast<float>(number);
  return result;
}

ItemResult Turned(int number, double degrees, float length = 1) {
  ItemResult result = Picture(number);
  const double angle = degrees * std::numbers::pi / 180;
  result.embedding = {FloatToHalf(length * static_cast<float>(std::cos(angle))),
                      FloatToHalf(length * static_cast<float>(std::sin(angle)))};
  return result;
}

std::vector<std::vector<ImagePlace>> PlacesOf(const SimilarImages& similar) {
  std::vector<std::vector<ImagePlace>> places;
  for (const SimilarGroup& group : similar.groups) places.push_back(group.images);
  return places;
}

TEST(Duplicates, CopiesAreOneGroupWhereverTheyLie) {
  DuplicateFinder finder;
  finder.Add(At(0), Picture(1));
  finder.Add(At(1), Picture(2));
  finder.Add(At(2), Picture(3));
  finder.Add(At(0, 1), Picture(2));
  finder.Add(At(1, 1), Picture(1));
  finder.Add(At(2, 1), Picture(2));
  const DuplicateImages found = finder.Finish();
  EXPECT_EQ(found.images, 6U);
  EXPECT_EQ(found.same.compared, 6U);
  EXPECT_THAT(PlacesOf(found.same),
              ElementsAre(ElementsAre(At(1), At(0, 1), At(2, 1)), ElementsAre(At(0), At(1, 1))));
  EXPECT_EQ(found.same.Extra(), 3U);
  EXPECT_FALSE(found.near.has_value()) << "without a feature map only copies can be told";
}

TEST(Duplicates, OneBitOrAnotherSizeIsNoCopy) {
  DuplicateFinder finder;
  finder.Add(At(0), Picture(1));
  ItemResult other = Picture(1);
  other.stats.mean_blue = std::nextafter(other.stats.mean_blue, 1.0F);
  finder.Add(At(1), other);
  other = Picture(1);
  other.width = 320;
  finder.Add(At(2), other);
  other = Picture(1);
  other.embedding = {FloatToHalf(1)};
  finder.Add(At(3), other);
  EXPECT_THAT(finder.Finish().same.groups, IsEmpty());
}

TEST(Duplicates, NearOnesAreToldByTheAngleOfTheirEmbeddings) {
  DuplicateFinder finder;
  finder.Add(At(0), Turned(0, 0));
  finder.Add(At(1), Turned(1, 14, 7));  // length says nothing
  finder.Add(At(2), Turned(2, 90));
  finder.Add(At(3), Turned(3, 105));
  const DuplicateImages found = finder.Finish();
  EXPECT_THAT(found.same.groups, IsEmpty());
  ASSERT_TRUE(found.near.has_value());
  EXPECT_EQ(found.near->compared, 4U);
  EXPECT_THAT(PlacesOf(*found.near), ElementsAre(ElementsAre(At(0), At(1))));
  EXPECT_NEAR(found.near->groups[0].least_cosine, 0.9703, 1e-3);  // half floats
}

// 24° is near 12°, which is near 0°; but 24° is not near 0°, and a group is what is near its first.
// 20° is near both 12°, which is no first one, and 24°, which is.
TEST(Duplicates, AGroupIsNearItsFirstAndNoChain) {
  DuplicateFinder finder;
  finder.Add(At(0), Turned(0, 0));
  finder.Add(At(1), Turned(1, 12));
  finder.Add(At(2), Turned(2, 24));
  finder.Add(At(3), Turned(3, 20));
  EXPECT_THAT(PlacesOf(*finder.Finish().near),
              ElementsAre(ElementsAre(At(0), At(1)), ElementsAre(At(2), At(3))));
}

TEST(Duplicates, GoesWithTheNearestOfTwoFirstOnes) {
  DuplicateFinder finder;
  finder.Add(At(0), Turned(0, 0));
  finder.Add(At(1), Turned(1, 20));
  finder.Add(At(2), Turned(2, 11));
  finder.Add(At(3), Turned(3, 8));
  EXPECT_THAT(PlacesOf(*finder.Finish().near),
              ElementsAre(ElementsAre(At(0), At(3)), ElementsAre(At(1), At(2))));
}

TEST(Duplicates, ACopyIsNotNamedTwice) {
  DuplicateFinder finder;
  finder.Add(At(0), Turned(1, 30));
  finder.Add(At(1), Turned(1, 30));
  finder.Add(At(2), Turned(2, 31));
  const DuplicateImages found = finder.Finish();
  EXPECT_THAT(PlacesOf(found.same), ElementsAre(ElementsAre(At(0), At(1))));
  EXPECT_THAT(PlacesOf(*found.near), ElementsAre(ElementsAre(At(0), At(2))));
}

// cos 36° = .8090, cos 37° = .7986.
TEST(Duplicates, SavedAnewLightAndColorAreTheSame) {
  const auto near = [](double degrees, float ImageStats::*value, float by) {
    DuplicateFinder finder;
    finder.Add(At(0), Turned(1, 0));
    ItemResult other = Turned(1, degrees);
    other.stats.*value += by;
    finder.Add(At(1), other);
    return finder.Finish().near->Extra() == 1;
  };
  EXPECT_TRUE(near(36, &ImageStats::sharpness, 900));
  EXPECT_FALSE(near(37, &ImageStats::sharpness, 0));
  for (float ImageStats::*mean : {&ImageStats::brightness, &ImageStats::mean_red,
                                  &ImageStats::mean_green, &ImageStats::mean_blue}) {
    EXPECT_TRUE(near(36, mean, 0.005F));
    EXPECT_FALSE(near(36, mean, 0.007F));
    EXPECT_TRUE(near(13, mean, 0.2F));
  }
  for (float ImageStats::*spread : {&ImageStats::contrast, &ImageStats::colorfulness}) {
    EXPECT_TRUE(near(36, spread, 0.02F));
    EXPECT_FALSE(near(36, spread, -0.03F));
  }
}

TEST(Duplicates, SavedAnewTheShapeIsTheSame) {
  const auto near = [](double degrees, int width, int height) {
    DuplicateFinder finder;
    finder.Add(At(0), Turned(1, 0));  // 640 × 480
    ItemResult other = Turned(1, degrees);
    other.width = width;
    other.height = height;
    finder.Add(At(1), other);
    return finder.Finish().near->Extra() == 1;
  };
  EXPECT_TRUE(near(36, 320, 240));
  EXPECT_TRUE(near(36, 100, 74));   // 1.351
  EXPECT_FALSE(near(36, 100, 73));  // 1.370, 1.333 · 1.027
  EXPECT_FALSE(near(36, 480, 640));
  EXPECT_TRUE(near(13, 480, 640));
}

TEST(Duplicates, WhatHasNoDirectionIsNearNothing) {
  DuplicateFinder finder;
  for (std::uint64_t i = 0; i < 3; ++i) finder.Add(At(i), Turned(static_cast<int>(i), 0, 0));
  ItemResult infinite = Turned(8, 0);
  infinite.embedding[0] = 0x7C00;  // IEEE 754: infinity
  finder.Add(At(3), infinite);
  finder.Add(At(4), infinite);
  EXPECT_THAT(finder.Finish().near->groups, IsEmpty());
}

// A hundred first ones, at right angles or opposed to each other: more than a block of vectors.
TEST(Duplicates, FindsTheFirstOneAmongMany) {
  DuplicateFinder finder;
  for (int i = 0; i < 50; ++i) {
    ItemResult result = Picture(i);
    result.embedding.assign(64, FloatToHalf(0));
    result.embedding[i] = FloatToHalf(1);
    finder.Add(At(i), result);
    result = Picture(100 + i);
    result.embedding.assign(64, FloatToHalf(0));
    result.embedding[i] = FloatToHalf(-1);
    finder.Add(At(100 + i), result);
  }
  ItemResult like = Picture(999);
  like.embedding.assign(64, FloatToHalf(0));
  like.embedding[49] = FloatToHalf(-1);
  like.embedding[50] = FloatToHalf(0.125F);  // cosine 1 / √(1 + 1/64) = .9923
  finder.Add(At(999), like);
  EXPECT_THAT(PlacesOf(*finder.Finish().near), ElementsAre(ElementsAre(At(149), At(999))));
}

TEST(Duplicates, OrderOfAddingDoesNotMatter) {
  DuplicateFinder forward({.same = 40, .near = 70});
  DuplicateFinder backward({.same = 40, .near = 70});
  const auto result = [](std::uint64_t item) {
    return Turned(static_cast<int>(item % 150), static_cast<double>(item % 150) * 2.4);
  };
  for (std::uint64_t i = 0; i < 300; ++i) forward.Add(At(i), result(i));
  for (std::uint64_t i = 300; i-- > 0;) backward.Add(At(i), result(i));
  const DuplicateImages a = forward.Finish();
  const DuplicateImages b = backward.Finish();
  EXPECT_EQ(PlacesOf(a.same), PlacesOf(b.same));
  EXPECT_EQ(PlacesOf(*a.near), PlacesOf(*b.near));
}

// Every picture is there twice: of 40 lowest hashes of 300 all belong in pairs. Seventy of the
// images are compared for nearness: a whole stretch of 64 neighbors and a part of another.
TEST(Duplicates, BeyondTheLimitsCopiesStayTogetherAndNeighborsToo) {
  DuplicateFinder finder({.same = 40, .near = 70});
  for (std::uint64_t i = 0; i < 640; ++i) {
    finder.Add(At(i), Turned(static_cast<int>(i % 320), static_cast<double>(i / 2 % 2) * 90));
  }
  const DuplicateImages found = finder.Finish();
  EXPECT_EQ(found.images, 640U);
  EXPECT_EQ(found.same.compared, 40U);
  EXPECT_EQ(found.same.groups.size(), 20U);
  ASSERT_TRUE(found.near.has_value());
  EXPECT_EQ(found.near->compared, 70U);
  std::vector<std::uint64_t> stretches;
  for (const SimilarGroup& group : found.near->groups) {
    for (const ImagePlace& place : group.images) {
      const std::uint64_t stretch = place.item / kNearStretch;
      if (std::find(stretches.begin(), stretches.end(), stretch) == stretches.end()) {
        stretches.push_back(stretch);
      }
    }
  }
  EXPECT_EQ(stretches.size(), 2U);
  EXPECT_EQ(found.near->Extra(), 68U);  // all but the first of two directions
}

TEST(Duplicates, NothingThere) {
  const DuplicateImages found = DuplicateFinder().Finish();
  EXPECT_EQ(found.images, 0U);
  EXPECT_THAT(found.same.groups, IsEmpty());
  EXPECT_FALSE(found.near.has_value());
}

}  // namespace
}  // namespace prelabel
