// Expected values: by hand, and by trying every assignment of small random problems.
#include "common/labels/assignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Assign, PrefersTheSumToTheSinglePair) {
  // Greedy would take (0, 0) for 0.9 and get 1.0 in all; the best sum is 0.8 + 0.7.
  const std::vector<AssignmentPair> pairs = {{0, 0, 0.9}, {0, 1, 0.8}, {1, 0, 0.7}, {1, 1, 0.1}};
  EXPECT_THAT(Assign(2, 2, pairs), ElementsAre(1, 0));
}

TEST(Assign, LeavesARowAloneWhereThatGainsMore) {
  // Both want column 0; taking row 0's other pair would be possible but there is none.
  const std::vector<AssignmentPair> pairs = {{0, 0, 0.4}, {1, 0, 0.6}};
  EXPECT_THAT(Assign(2, 1, pairs), ElementsAre(kUnassigned, 0));
  // One pair of 0.9 beats two of 0.3.
  const std::vector<AssignmentPair> chain = {{0, 0, 0.3}, {1, 0, 0.9}, {1, 1, 0.3}};
  EXPECT_THAT(Assign(2, 2, chain), ElementsAre(kUnassigned, 0));
}

TEST(Assign, WithoutPairsAssignsNothing) {
  EXPECT_THAT(Assign(2, 3, {}), ElementsAre(kUnassigned, kUnassigned));
  EXPECT_THAT(Assign(0, 0, {}), IsEmpty());
  EXPECT_THAT(Assign(0, 4, {}), IsEmpty());
}

TEST(Assign, ComponentsDoNotDisturbEachOther) {
  const std::vector<AssignmentPair> pairs = {
      {4, 0, 0.5}, {0, 3, 0.2}, {2, 1, 0.9}, {2, 2, 0.8}, {3, 1, 0.8}};
  EXPECT_THAT(Assign(5, 4, pairs), ElementsAre(3, kUnassigned, 2, 1, 0));
}

TEST(Assign, TiesGoToLowerIndices) {
  const std::vector<AssignmentPair> pairs = {{1, 1, 0.5}, {0, 1, 0.5}, {1, 0, 0.5}, {0, 0, 0.5}};
  EXPECT_THAT(Assign(2, 2, pairs), ElementsAre(0, 1));
  const std::vector<AssignmentPair> wide = {{0, 2, 0.5}, {0, 1, 0.5}};
  EXPECT_THAT(Assign(1, 3, wide), ElementsAre(1));
  const std::vector<AssignmentPair> tall = {{2, 0, 0.5}, {1, 0, 0.5}};
  EXPECT_THAT(Assign(3, 1, tall), ElementsAre(kUnassigned, 0, kUnassigned));
}

// The greatest sum over all ways to assign rows from `row` on.
double BestSum(const std::vector<std::vector<double>>& gain, std::size_t row,
               std::vector<char>& taken) {
  if (row == gain.size()) return 0;
  double best = BestSum(gain, row + 1, taken);
  for (std::size_t j = 0; j < taken.size(); ++j) {
    if (taken[j] || gain[row][j] <= 0) continue;
    taken[j] = 1;
    best = std::max(best, gain[row][j] + BestSum(gain, row + 1, taken));
    taken[j] = 0;
  }
  return best;
}

TEST(Assign, ReachesTheSumOfExhaustiveSearch) {
  std::mt19937 random(7);
  int contested = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::size_t rows = random() % 6 + 1;
    const std::size_t columns = random() % 6 + 1;
    const unsigned density = random() % 10 + 1;
    std::vector<std::vector<double>> gain(rows, std::vector<double>(columns, 0));
    std::vector<AssignmentPair> pairs;
    for (std::uint32_t i = 0; i < rows; ++i) {
      for (std::uint32_t j = 0; j < columns; ++j) {
        if (random() % 10 >= density) continue;
        gain[i][j] = static_cast<double>(random() % 16 + 1) / 16;  // exact sums, many ties
        pairs.push_back({i, j, gain[i][j]});
      }
    }
    const std::vector<std::int32_t> columns_of = Assign(rows, columns, pairs);
    ASSERT_EQ(columns_of.size(), rows);
    std::vector<char> taken(columns, 0);
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      if (columns_of[i] == kUnassigned) continue;
      ASSERT_LT(columns_of[i], static_cast<std::int32_t>(columns));
      ASSERT_FALSE(taken[columns_of[i]]) << "round " << round;
      taken[columns_of[i]] = 1;
      ASSERT_GT(gain[i][columns_of[i]], 0) << "an impossible pair in round " << round;
      sum += gain[i][columns_of[i]];
    }
    std::vector<char> none(columns, 0);
    ASSERT_EQ(sum, BestSum(gain, 0, none)) << "round " << round;
    contested += pairs.size() > std::max(rows, columns) ? 1 : 0;

    std::vector<AssignmentPair> shuffled = pairs;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ASSERT_EQ(Assign(rows, columns, shuffled), columns_of) << "depends on the order of pairs";
  }
  EXPECT_GT(contested, 500);
}

}  // namespace
}  // namespace prelabel
