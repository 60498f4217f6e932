#include "coordinator/profile/moments.h"

#include <gtest/gtest.h>

namespace prelabel {
namespace {

std::vector<Float16> Halves(std::initializer_list<float> values) {
  std::vector<Float16> halves;
  for (const float value : values) halves.push_back(FloatToHalf(value));
  return halves;
}

// By hand: (1, 2), (3, 2), (5, 8). Means 3 and 4; deviations -2 0 2 and -2 -2 4.
TEST(Moments, MeanAndCovariance) {
  Moments moments;
  moments.Add(Halves({1, 2}));
  moments.Add(Halves({3, 2}));
  moments.Add(Halves({5, 8}));
  EXPECT_EQ(moments.count, 3u);
  EXPECT_EQ(moments.Mean(), (std::vector<double>{3, 4}));
  EXPECT_EQ(moments.Covariance(), (std::vector<double>{4, 6, 6, 12}));
}

TEST(Moments, MergingIsAddingAll) {
  Moments all;
  Moments first;
  Moments second;
  for (const auto& values : {Halves({1, 2, 0.5F}), Halves({-3, 4, 0.25F})}) {
    all.Add(values);
    first.Add(values);
  }
  for (const auto& values : {Halves({7, 0, 2}), Halves({1, 1, 1})}) {
    all.Add(values);
    second.Add(values);
  }
  first.Merge(second);
  EXPECT_EQ(first, all);
  Moments none;
  none.Merge(all);
  EXPECT_EQ(none, all);
}

TEST(Moments, VectorsOfOtherSizesAreLeftOut) {
  Moments moments;
  moments.Add(Halves({1, 2}));
  moments.Add(Halves({1, 2, 3}));
  moments.Add({});
  EXPECT_EQ(moments.count, 1u);
  EXPECT_EQ(moments.Covariance(), (std::vector<double>{0, 0, 0, 0}));
}

}  // namespace
}  // namespace prelabel
