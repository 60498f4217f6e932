#include "coordinator/shift/domain_shift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "common/base/random.h"

namespace prelabel {
namespace {

using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

double Normal(SplitMix64& random) {
  return std::sqrt(-2 * std::log(1 - random.Uniform())) *
         std::cos(6.283185307179586 * random.Uniform());
}

struct World {
  double brightness = 0.5;
  double embedding = 0;  // mean of the first dimension
  double score = 0.5;
  int boxes = 3;  // on average, of class 0
  std::string slice{};
};

// Pictures with embeddings of eight values and boxes with embeddings of four.
void AddPictures(DomainStats& stats, const World& world, int count, std::uint64_t seed) {
  SplitMix64 random(seed);
  for (int i = 0; i < count; ++i) {
    ItemResult item;
    item.item = static_cast<std::uint64_t>(i);
    item.width = 640;
    item.height = 480;
    item.stats.brightness = static_cast<float>(world.brightness + 0.1 * Normal(random));
    for (int d = 0; d < 8; ++d) {
      item.embedding.push_back(
          FloatToHalf(static_cast<float>(Normal(random) + (d == 0 ? world.embedding : 0))));
    }
    const auto boxes = random.Below(2 * static_cast<std::uint64_t>(world.boxes) + 1);
    for (std::uint64_t b = 0; b < boxes; ++b) {
      item.predictions.push_back(
          {0,
           static_cast<float>(std::clamp(world.score + 0.1 * Normal(random), 0.3, 0.99)),
           {0, 0, 100, 100}});
      for (int d = 0; d < 4; ++d) {
        item.box_embeddings.push_back(FloatToHalf(static_cast<float>(Normal(random))));
      }
    }
    std::sort(item.predictions.begin(), item.predictions.end(),
              [](const Prediction& a, const Prediction& b) { return a.score > b.score; });
    const std::string name = "seed " + std::to_string(seed) + " picture " + std::to_string(i);
    std::vector<std::string> slices;
    if (!world.slice.empty()) slices.push_back(world.slice);
    stats.Add({item, SourceId(0), name, name, slices, {}});
  }
}

Profile Reference(int count = 300) {
  DomainStats stats(2);
  AddPictures(stats, {}, count, 1);
  Profile profile;
  profile.classes = {"box", "ball"};
  profile.totals = stats.Finish();
  return profile;
}

DomainTotals Seen(const World& world, int count = 300) {
  DomainStats stats(2);
  AddPictures(stats, world, count, 2);
  return stats.Finish();
}

const ShiftTest& Named(const std::vector<ShiftTest>& tests, const std::string& name) {
  return *std::find_if(tests.begin(), tests.end(),
                       [&](const ShiftTest& test) { return test.name == name; });
}

TEST(CompareDomains, MoreOfTheSameIsNoDrift) {
  const DomainShift shift = CompareDomains(Reference(), Seen({}));
  EXPECT_FALSE(shift.drift);
  EXPECT_EQ(shift.reference_images, 300u);
  ASSERT_TRUE(shift.embedding.has_value());
  EXPECT_LT(shift.embedding->frechet, 2 * shift.embedding->frechet_reference);
  ASSERT_THAT(shift.classes, SizeIs(1));
  EXPECT_TRUE(shift.classes[0].tested);
  EXPECT_FALSE(shift.classes[0].drift);
  // The excess over 5 % is nothing, and its interval knows.
  EXPECT_LE(shift.unknown_images.low, 0);
  EXPECT_GE(shift.unknown_images.high, 0);
  EXPECT_LE(shift.unknown_boxes.low, 0);
  EXPECT_GE(shift.unknown_boxes.high, 0);
  EXPECT_THAT(shift.run_scatter, SizeIs(300));
}

// A shift by two standard deviations: Wasserstein-1 is two.
TEST(CompareDomains, DarkerPictures) {
  const DomainShift shift = CompareDomains(Reference(), Seen({.brightness = 0.3}));
  EXPECT_TRUE(shift.drift);
  const ShiftTest& brightness = Named(shift.features, "brightness");
  EXPECT_TRUE(brightness.drift);
  EXPECT_NEAR(brightness.effect, 2, 0.3);
  EXPECT_NEAR(brightness.reference_mean, 0.5, 0.03);
  EXPECT_NEAR(brightness.run_mean, 0.3, 0.03);
  EXPECT_FALSE(Named(shift.features, "contrast").drift);
  EXPECT_FALSE(shift.embedding->mmd.drift);
}

// A fifth of a standard deviation, which 2,000 pictures a side show beyond doubt, matters to
// nobody.
TEST(CompareDomains, SignificantIsNotLarge) {
  const DomainShift shift = CompareDomains(Reference(2000), Seen({.brightness = 0.48}, 2000));
  const ShiftTest& brightness = Named(shift.features, "brightness");
  EXPECT_TRUE(brightness.significant);
  EXPECT_FALSE(brightness.drift);
  EXPECT_FALSE(shift.drift);
}

TEST(CompareDomains, OtherEmbeddings) {
  const DomainShift shift = CompareDomains(Reference(), Seen({.embedding = 4}));
  EXPECT_TRUE(shift.drift);
  EXPECT_TRUE(shift.embedding->mmd.drift);
  EXPECT_EQ(shift.embedding->mmd.p, 0.001);
  EXPECT_GT(shift.embedding->frechet, 5 * shift.embedding->frechet_reference);
  EXPECT_GT(shift.unknown_images.low, 0.2);
  ASSERT_THAT(shift.odd_images, Not(IsEmpty()));
  EXPECT_EQ(shift.odd_images[0].reason, "far from the reference's pictures");
  EXPECT_GE(shift.odd_images[0].score, shift.odd_images.back().score);
}

TEST(CompareDomains, LessConfidentAndMoreCrowded) {
  const DomainShift shift = CompareDomains(Reference(), Seen({.score = 0.4, .boxes = 8}));
  EXPECT_TRUE(Named(shift.predictions, "score").drift);
  EXPECT_TRUE(Named(shift.predictions, "boxes per image").drift);
  EXPECT_FALSE(Named(shift.predictions, "class shares").drift);
  EXPECT_NEAR(Named(shift.predictions, "boxes per image").reference_mean, 3, 0.3);
  ASSERT_THAT(shift.classes, SizeIs(1));
  EXPECT_TRUE(shift.classes[0].drift);
}

TEST(CompareDomains, TheSliceThatDriftsIsNamed) {
  DomainStats stats(2);
  AddPictures(stats, {.slice = "folder: day"}, 150, 2);
  AddPictures(stats, {.brightness = 0.2, .slice = "folder: night"}, 150, 3);
  AddPictures(stats, {.slice = "folder: few"}, 5, 4);
  const DomainShift shift = CompareDomains(Reference(), stats.Finish());
  ASSERT_THAT(shift.slices, SizeIs(3));
  EXPECT_EQ(shift.slices[0].name, "folder: day");
  EXPECT_FALSE(shift.slices[0].drift);
  EXPECT_TRUE(shift.slices[1].drift);
  ASSERT_THAT(shift.slices[1].features, SizeIs(1));
  EXPECT_EQ(shift.slices[1].features[0].name, "brightness");
  EXPECT_FALSE(shift.slices[2].embedding.has_value());
}

// Sixty classes in 60 pictures each; in the run the scores of one are lower by two standard
// deviations. Of 300 tests one must have p <= 0.05 / 300 to be significant: over 6,000 exchanges.
TEST(CompareDomains, OneClassOfManyIsFound) {
  const auto draw = [](std::uint64_t seed, double score_of_seventh) {
    DomainStats stats(60);
    SplitMix64 random(seed);
    for (int i = 0; i < 600; ++i) {
      ItemResult item;
      item.width = 640;
      item.height = 480;
      for (int b = 0; b < 6; ++b) {
        const auto class_id = static_cast<std::uint16_t>(i % 10 * 6 + b);
        const double score = (class_id == 7 ? score_of_seventh : 0.6) + 0.1 * Normal(random);
        item.predictions.push_back(
            {class_id, static_cast<float>(std::clamp(score, 0.3, 0.99)), {0, 0, 100, 100}});
      }
      const std::string name = std::to_string(seed) + " " + std::to_string(i);
      stats.Add({item, SourceId(0), name, name, {}, {}});
    }
    return stats.Finish();
  };
  Profile profile;
  for (int c = 0; c < 60; ++c) profile.classes.push_back("class " + std::to_string(c));
  profile.totals = draw(1, 0.6);
  const DomainShift shift = CompareDomains(profile, draw(2, 0.4));
  ASSERT_THAT(shift.classes, SizeIs(60));
  for (const ClassShift& entry : shift.classes) {
    EXPECT_TRUE(entry.tested);
    EXPECT_EQ(entry.drift, entry.class_id == 7) << entry.class_id;
  }
  const ShiftTest& score = Named(shift.classes[7].tests, "score of class 7");
  EXPECT_TRUE(score.drift);
  EXPECT_NEAR(score.reference_mean, 0.6, 0.04);
  EXPECT_NEAR(score.run_mean, 0.4, 0.04);
}

// Only the embeddings of one slice of forty differ.
TEST(CompareDomains, OneSliceOfManyIsFound) {
  DomainStats stats(2);
  for (std::uint64_t s = 0; s < 40; ++s) {
    AddPictures(stats, {.embedding = s == 11 ? 3.0 : 0.0, .slice = "slice " + std::to_string(s)},
                30, 100 + s);
  }
  const DomainShift shift = CompareDomains(Reference(), stats.Finish());
  ASSERT_THAT(shift.slices, SizeIs(40));
  for (std::size_t s = 0; s < 40; ++s) EXPECT_EQ(shift.slices[s].drift, s == 11) << s;
}

TEST(CompareDomains, NothingToCompare) {
  EXPECT_FALSE(CompareDomains(Reference(), DomainTotals{}).drift);
  EXPECT_FALSE(CompareDomains(Reference(), Seen({}, 1)).drift);
  Profile plain = Reference();
  plain.totals.embedding = {};
  plain.totals.box_embedding = {};
  const DomainShift shift = CompareDomains(plain, Seen({}));
  EXPECT_FALSE(shift.embedding.has_value());
  EXPECT_EQ(shift.unknown_images.count, 0u);
}

TEST(CompareDomains, EqualInputGivesEqualOutput) {
  const Profile reference = Reference();
  const DomainTotals run = Seen({.brightness = 0.45, .embedding = 0.5});
  const DomainShift a = CompareDomains(reference, run);
  const DomainShift b = CompareDomains(reference, run);
  EXPECT_EQ(a.embedding->mmd.p, b.embedding->mmd.p);
  EXPECT_EQ(a.embedding->frechet, b.embedding->frechet);
  EXPECT_EQ(a.unknown_boxes.low, b.unknown_boxes.low);
}

}  // namespace
}  // namespace prelabel
