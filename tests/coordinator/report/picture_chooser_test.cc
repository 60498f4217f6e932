// Expected values: sorted by hand, or by std::sort over all items where there are many.
#include "coordinator/report/picture_chooser.h"

#include <algorithm>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

LabeledItem Item(std::uint64_t item, const std::vector<float>& scores = {},
                 std::uint16_t class_id = 0) {
  LabeledItem labeled;
  labeled.item = item;
  for (const float score : scores) {
    Label label;
    label.score = score;
    label.class_id = class_id;
    labeled.labels.push_back(label);
  }
  return labeled;
}

std::vector<std::uint64_t> ItemsOf(const LowestChooser& chooser) {
  std::vector<std::uint64_t> items;
  for (const auto& chosen : chooser.chosen()) items.push_back(chosen.sample.item);
  return items;
}

TEST(LowestChooser, KeepsOneOfEachGroup) {
  LowestChooser chooser(3);
  chooser.Add(0.5, "a", Item(1));
  chooser.Add(0.4, "a", Item(2));
  chooser.Add(0.6, "a", Item(3));
  chooser.Add(0.9, "b", Item(4));
  EXPECT_THAT(ItemsOf(chooser), ElementsAre(2, 4));
}

TEST(LowestChooser, IsTheSameInAnyOrderAndMerged) {
  struct Entry {
    double value;
    std::uint64_t item;
  };
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < 500; ++i) {
    entries.push_back({static_cast<double>(i * 7919 % 101), i});
  }
  // Ten neighbors a group; of the best of each, the five lowest.
  const auto group = [](std::uint64_t item) { return std::to_string(item / 10); };
  std::vector<Entry> sorted = entries;
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.value, a.item) < std::tie(b.value, b.item);
  });
  std::vector<std::uint64_t> expected;
  std::vector<std::string> seen;
  for (const Entry& entry : sorted) {
    if (expected.size() == 5) break;
    if (std::find(seen.begin(), seen.end(), group(entry.item)) != seen.end()) continue;
    seen.push_back(group(entry.item));
    expected.push_back(entry.item);
  }
  LowestChooser forward(5);
  LowestChooser first(5);
  LowestChooser second(5);
  for (const Entry& entry : entries) {
    forward.Add(entry.value, group(entry.item), Item(entry.item));
    (entry.item % 3 == 0 ? first : second).Add(entry.value, group(entry.item), Item(entry.item));
  }
  LowestChooser backward(5);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    backward.Add(entry->value, group(entry->item), Item(entry->item));
  }
  second.Merge(first);
  EXPECT_EQ(ItemsOf(forward), expected);
  EXPECT_EQ(ItemsOf(backward), expected);
  EXPECT_EQ(ItemsOf(second), expected);
}

TEST(LeastConfidentChooser, GoesByTheMeanScoreOfTheModelsLabels) {
  LeastConfidentChooser chooser;
  chooser.Add(Item(1, {0.9F, 0.3F}), "1");
  chooser.Add(Item(2, {0.5F}), "2");
  chooser.Add(Item(3), "3");
  chooser.Add(Item(4, {0.1F}, kDrawnClass), "4");
  const std::vector<Sample> chosen = chooser.Choose();
  ASSERT_THAT(chosen, SizeIs(2));
  EXPECT_EQ(chosen[0].item, 2U);
  EXPECT_EQ(chosen[0].note, "mean score 0.50");
  EXPECT_EQ(chosen[1].item, 1U);
  EXPECT_EQ(chosen[1].note, "mean score 0.60");
}

TEST(GalleryChooser, FindsTheDarkestAndTheBrightest) {
  GalleryChooser chooser;
  EXPECT_THAT(chooser.Choose(), IsEmpty());
  for (std::uint64_t i = 0; i < 9; ++i) {
    std::array<float, kImageFeatures> features{};
    features[0] = 0.1F * static_cast<float>(i + 1);
    chooser.Add(Item(i), std::to_string(i), features);
  }
  const std::vector<SampleGroup> groups = chooser.Choose();
  ASSERT_THAT(groups, SizeIs(6));
  EXPECT_EQ(groups[0].title, "Darkest");
  ASSERT_THAT(groups[0].samples, SizeIs(3));
  EXPECT_EQ(groups[0].samples[0].item, 0U);
  EXPECT_EQ(groups[0].samples[0].note, "brightness 0.10");
  EXPECT_EQ(groups[1].title, "Brightest");
  EXPECT_EQ(groups[1].samples[0].item, 8U);
  EXPECT_EQ(groups[1].samples[0].note, "brightness 0.90");
}

TEST(SampledLabels, FindsLabelsOfTheLowestKeys) {
  SampledLabels first(2);
  SampledLabels second(2);
  first.Add(30, Item(1, {0.5F}));
  first.Add(10, Item(2, {0.6F, 0.7F}));
  second.Add(20, Item(3, {0.8F}));
  second.Add(40, Item(4, {0.9F}));
  first.Merge(second);
  const std::vector<OddImage> odd = {
      {SourceId(0), 3, 9, "far"}, {SourceId(0), 1, 8, "odd"}, {SourceId(0), 2, 7, "far"}};
  const std::vector<Sample> found = first.Find(odd);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].item, 3U);
  EXPECT_EQ(found[0].note, "far");
  EXPECT_THAT(found[0].labels, SizeIs(1));
  EXPECT_THAT(found[1].labels, IsEmpty());  // its key was one of the highest
  EXPECT_THAT(found[2].labels, SizeIs(2));
}

}  // namespace
}  // namespace prelabel
