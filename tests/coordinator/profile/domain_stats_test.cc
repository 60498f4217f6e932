#include "coordinator/profile/domain_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<Float16> Halves(std::initializer_list<float> values) {
  std::vector<Float16> halves;
  for (const float value : values) halves.push_back(FloatToHalf(value));
  return halves;
}

// 100 × 100; a box of a quarter of it, twice as wide as high … by class and score.
ItemResult Picture(std::vector<std::pair<std::uint16_t, float>> predictions) {
  ItemResult item;
  item.width = 100;
  item.height = 100;
  item.stats.brightness = 0.5F;
  item.embedding = Halves({1, 2});
  for (const auto& [class_id, score] : predictions) {
    item.predictions.push_back({class_id, score, {0, 0, 50, 25}});
    item.box_embeddings.push_back(FloatToHalf(static_cast<float>(class_id) + 1));
  }
  return item;
}

ItemToAdd As(const ItemResult& result, std::string_view name) {
  return {result, SourceId(0), name, name};
}

TEST(DomainStats, CountsByClass) {
  DomainStats stats(3);
  const ItemResult first = Picture({{1, 0.9F}, {1, 0.35F}, {2, 0.2F}, {0, 0.05F}});
  const ItemResult second = Picture({{1, 0.3F}});
  stats.Add(As(first, "a.jpg"));
  stats.Add(As(second, "b.jpg"));
  const DomainTotals totals = stats.Finish();
  EXPECT_EQ(totals.images, 2u);
  EXPECT_EQ(totals.seen, 3u);
  EXPECT_EQ(totals.classes[1].seen, 3u);
  EXPECT_EQ(totals.classes[1].images, 2u);
  EXPECT_EQ(totals.classes[1].scores[18], 1u);  // 0.9
  EXPECT_EQ(totals.classes[1].scores[7], 1u);   // 0.35
  EXPECT_EQ(totals.classes[2].seen, 0u);
  EXPECT_EQ(totals.classes[2].scores[4], 1u);
  // An eighth of the picture: its root is 0.354, in bin 7 of 20. log2 of 2 is 1: bin 12 of -4 … 4.
  EXPECT_EQ(totals.classes[1].areas[7], 3u);
  EXPECT_EQ(totals.classes[1].aspects[12], 3u);
  EXPECT_THAT(totals.classes[1].embedding_sum, ElementsAre(6));
  EXPECT_EQ(totals.features[0][16], 2u);
  EXPECT_THAT(totals.embedding.Mean(), ElementsAre(1, 2));
  ASSERT_THAT(totals.sample, SizeIs(2));
  const SampledImage& a = totals.sample[totals.sample[0].boxes.size() == 3 ? 0 : 1];
  EXPECT_THAT(a.boxes, ElementsAre(SampledBox{1, 0.9F, 0.125F, 2}, SampledBox{1, 0.35F, 0.125F, 2},
                                   SampledBox{2, 0.2F, 0.125F, 2}));
  EXPECT_THAT(totals.box_sample, SizeIs(3));
  EXPECT_TRUE(totals.reliability.empty());
}

TEST(DomainStats, WhatGroundTruthSays) {
  DomainStats stats(2);
  const ItemResult item = Picture({{1, 0.92F}, {1, 0.91F}, {0, 0.5F}});
  const std::vector<Truth> truth{Truth::kRight, Truth::kWrong, Truth::kIgnored};
  ItemToAdd add = As(item, "a.jpg");
  add.truth = truth;
  stats.Add(add);
  stats.AddObjects(1, 4);
  const DomainTotals totals = stats.Finish();
  const ReliabilityCell& cell = totals.reliability.at(JackknifeGroup("a.jpg"), 1, 18);
  EXPECT_EQ(cell.boxes, 2u);
  EXPECT_EQ(cell.right, 1u);
  EXPECT_EQ(totals.reliability.at(JackknifeGroup("a.jpg"), 0, 10).boxes, 0u);
  EXPECT_THAT(totals.reliability.objects, ElementsAre(0, 4));
}

// Whatever the chunks: the same counts and samples (embeddings here are small integers, whose sums
// are exact).
TEST(DomainStats, ChunksLeaveNoTrace) {
  const std::vector<std::string> slices{"folder: x"};
  const auto fill = [&](DomainStats& stats, int from, int to) {
    for (int i = from; i < to; ++i) {
      const ItemResult item = Picture(
          {{static_cast<std::uint16_t>(i % 3), 0.4F + 0.001F * static_cast<float>(i % 97)}});
      const std::string name = "picture " + std::to_string(i);
      ItemToAdd add = As(item, name);
      add.slices = slices;
      stats.Add(add);
    }
  };
  DomainStats whole(3);
  fill(whole, 0, 9000);
  DomainStats merged(3);
  for (int from = 0; from < 9000; from += 700) {
    DomainStats chunk(3);
    fill(chunk, from, std::min(from + 700, 9000));
    merged.Merge(chunk);
  }
  const DomainTotals totals = whole.Finish();
  EXPECT_EQ(merged.Finish(), totals);
  EXPECT_THAT(totals.sample, SizeIs(kImageSample));
  EXPECT_THAT(totals.box_sample, SizeIs(kBoxSample));
  ASSERT_THAT(totals.slices, SizeIs(1));
  EXPECT_EQ(totals.slices[0].images, 9000u);
  EXPECT_THAT(totals.slices[0].sample, SizeIs(kSliceSample));
  EXPECT_TRUE(std::is_sorted(totals.sample.begin(), totals.sample.end(),
                             [](const auto& a, const auto& b) { return a.key < b.key; }));
}

// The sample is a random one of the images: its share of the second half of the names is near one
// half (a binomial share of 2,000: 0.5 ± 5 standard deviations of 0.0112).
TEST(DomainStats, TheSampleIsSpreadOverTheDataset) {
  DomainStats stats(1);
  ItemResult item = Picture({});
  for (std::uint64_t i = 0; i < 20000; ++i) {
    item.item = i;
    stats.Add(As(item, "n" + std::to_string(i)));
  }
  const DomainTotals totals = stats.Finish();
  const auto late = std::count_if(totals.sample.begin(), totals.sample.end(),
                                  [](const SampledImage& image) { return image.item >= 10000; });
  EXPECT_NEAR(static_cast<double>(late) / kImageSample, 0.5, 0.056);
}

TEST(DomainStats, ManySlicesAreCountedInOne) {
  DomainStats stats(1);
  const ItemResult item = Picture({});
  for (int i = 0; i < 80; ++i) {
    const std::vector<std::string> slices{"folder: " + std::to_string(i)};
    ItemToAdd add = As(item, slices[0]);
    add.slices = slices;
    stats.Add(add);
  }
  const DomainTotals totals = stats.Finish();
  ASSERT_THAT(totals.slices, SizeIs(kSliceLimit + 1));
  EXPECT_EQ(totals.slices.back().name, "further slices");
  EXPECT_EQ(totals.slices.back().images, 80 - kSliceLimit);
}

}  // namespace
}  // namespace prelabel
