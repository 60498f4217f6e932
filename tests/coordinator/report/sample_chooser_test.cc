#include "coordinator/report/sample_chooser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> Chosen(std::uint64_t items, std::uint64_t first_labeled,
                                  std::size_t count) {
  SampleChooser chooser;
  for (std::uint64_t i = 0; i < items; ++i) {
    LabeledItem item;
    item.item = i;
    if (i >= first_labeled) item.labels.resize(1);
    chooser.Add(item);
  }
  std::vector<std::uint64_t> chosen;
  for (const Sample& sample : chooser.Choose(count)) chosen.push_back(sample.item);
  return chosen;
}

TEST(SampleChooser, TakesAllWhereThereAreFew) {
  EXPECT_THAT(Chosen(4, 1, 6), ElementsAre(1, 2, 3));
  EXPECT_THAT(Chosen(4, 4, 6), IsEmpty());
}

TEST(SampleChooser, TakesTheMiddleOfEqualParts) {
  EXPECT_THAT(Chosen(60, 0, 6), ElementsAre(5, 15, 25, 35, 45, 55));
  EXPECT_THAT(Chosen(160, 100, 3), ElementsAre(110, 130, 150));
}

TEST(SampleChooser, StaysEvenlySpreadOverALargeDataset) {
  constexpr std::uint64_t kItems = 100'000;
  const auto chosen = Chosen(kItems, 0, 5);
  ASSERT_EQ(chosen.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    const double middle = (2.0 * static_cast<double>(i) + 1) / 10 * kItems;
    EXPECT_NEAR(static_cast<double>(chosen[i]), middle, 0.02 * kItems) << i;
  }
}

}  // namespace
}  // namespace prelabel
