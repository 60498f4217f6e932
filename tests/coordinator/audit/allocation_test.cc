// Expected values: the rule in the header, by hand.
#include "coordinator/audit/allocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using Sizes = std::vector<std::uint64_t>;

// Square roots are 100, 10 and 10: five sixths of 120 to the first.
TEST(Allocation, GoesWithTheSquareRootOfTheSize) {
  EXPECT_THAT(AllocateSample(Sizes{10000, 100, 100}, 120), ElementsAre(100, 10, 10));
}

TEST(Allocation, EveryClassGetsSomeAndNoneMoreThanItHas) {
  EXPECT_THAT(AllocateSample(Sizes{1000000, 1, 0, 3}, 10), ElementsAre(7, 1, 0, 2));
  EXPECT_THAT(AllocateSample(Sizes{5, 0, 2}, 100), ElementsAre(5, 0, 2));
  EXPECT_THAT(AllocateSample(Sizes{50, 50, 50}, 2), ElementsAre(1, 1, 1));
  EXPECT_THAT(AllocateSample(Sizes{50, 50, 50}, 4), ElementsAre(2, 1, 1));
  EXPECT_THAT(AllocateSample(Sizes{}, 4), ElementsAre());
}

TEST(Allocation, GivesOutAllThatThereIs) {
  Sizes sizes;
  for (std::uint64_t i = 0; i < 80; ++i) sizes.push_back(i * i * i);
  const Sizes drawn = AllocateSample(sizes, 300);
  EXPECT_EQ(std::accumulate(drawn.begin(), drawn.end(), std::uint64_t{0}), 300U);
}

}  // namespace
}  // namespace prelabel
