// Expected values: by hand, from the places of pixels among the samples.
#include "worker/detect/outline_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace prelabel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Fit Whole(int width, int height) { return {0, 0, width, height, width, height}; }

// Four pixels are at -1/4 (so 0), 1/4, 3/4 and 5/4 (so 1) of two samples: channel 0 has .9, .75,
// .45 and .3 there, channel 1 .1, .25, .55 and .7.
TEST(OutlineClasses, InterpolatesBetweenSamplesAndAveragesOverTheMask) {
  const ClassScores scores{2, 1, 2, -1, {.9F, .3F, .1F, .7F}};
  const ClassOutlines found = OutlineClasses(scores, Whole(2, 1), 4, 1);
  ASSERT_EQ(found.predictions.size(), 2U);
  EXPECT_EQ(found.predictions[0].class_id, 0);
  EXPECT_FLOAT_EQ(found.predictions[0].score, (.9F + .75F) / 2);
  EXPECT_EQ(found.predictions[0].box, (Box{0, 0, 2, 1}));
  EXPECT_EQ(found.predictions[1].class_id, 1);
  EXPECT_FLOAT_EQ(found.predictions[1].score, (.55F + .7F) / 2);
  EXPECT_EQ(found.predictions[1].box, (Box{2, 0, 4, 1}));
  EXPECT_THAT(found.masks, ElementsAre(Rle{1, 4, {0, 2, 2}}, Rle{1, 4, {2, 2}}));
}

// A map of 2 rows and 3 columns for a picture of as many; runs go down the columns.
TEST(OutlineClasses, ABackgroundIsLeftOutAndABoxEnclosesAllParts) {
  // Strongest: 0 1 1 / 2 0 1.
  const std::vector<float> values = {.8F, .1F, .2F, .1F, .9F, .3F,   // channel 0
                                     .1F, .7F, .6F, .2F, .1F, .5F,   // channel 1
                                     .1F, .2F, .2F, .7F, .0F, .2F};  // channel 2
  const ClassOutlines first = OutlineClasses({3, 2, 3, 0, values}, Whole(3, 2), 3, 2);
  ASSERT_EQ(first.predictions.size(), 2U);
  EXPECT_EQ(first.predictions[0].class_id, 0);  // channel 1
  EXPECT_FLOAT_EQ(first.predictions[0].score, .6F);
  EXPECT_EQ(first.predictions[0].box, (Box{1, 0, 3, 2}));
  EXPECT_EQ(first.predictions[1].class_id, 1);
  EXPECT_EQ(first.predictions[1].box, (Box{0, 1, 1, 2}));
  EXPECT_THAT(first.masks, ElementsAre(Rle{2, 3, {2, 1, 1, 2}}, Rle{2, 3, {1, 1, 4}}));
  const ClassOutlines last = OutlineClasses({3, 2, 3, 2, values}, Whole(3, 2), 3, 2);
  ASSERT_EQ(last.predictions.size(), 2U);
  EXPECT_EQ(last.predictions[0].class_id, 0);
  EXPECT_EQ(last.predictions[0].box, (Box{0, 0, 2, 2}));  // two corners
  EXPECT_THAT(last.masks, ElementsAre(Rle{2, 3, {0, 1, 2, 1, 2}}, Rle{2, 3, {2, 1, 1, 2}}));
}

TEST(OutlineClasses, TheFirstOfEqualChannels) {
  const ClassOutlines found = OutlineClasses({2, 1, 1, -1, {.5F, .5F}}, Whole(1, 1), 2, 2);
  EXPECT_THAT(found.predictions, ElementsAre(Prediction{0, .5F, {0, 0, 2, 2}}));
  EXPECT_THAT(found.masks, ElementsAre(Rle{2, 2, {0, 4}}));
}

TEST(OutlineClasses, NothingButBackgroundIsNothing) {
  EXPECT_THAT(OutlineClasses({2, 1, 1, 0, {.6F, .4F}}, Whole(1, 1), 2, 2).predictions, IsEmpty());
}

// A picture of 16 × 8 in rows 2 to 5 of an input of 8 × 8. Class 1 is all of the margin, which is
// seen in the first and the last row alone, whose centers are at 1.75 and 5.25 of the samples.
TEST(OutlineClasses, OfALetterboxThePictureAlone) {
  ClassScores scores{2, 8, 8, -1, std::vector<float>(128, 0)};
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t row = i / 8;
    scores.values[row >= 2 && row < 6 ? i : 64 + i] = 1;
  }
  const ClassOutlines found = OutlineClasses(scores, {0, 2, 8, 4, 8, 8}, 16, 8);
  EXPECT_THAT(found.predictions, ElementsAre(Prediction{0, (6 + 2 * .75F) / 8, {0, 0, 16, 8}}));
  EXPECT_THAT(found.masks, ElementsAre(Rle{8, 16, {0, 128}}));
}

// Every pixel by the formula, without the look at the corners that saves most of the work.
TEST(OutlineClasses, EveryPixelBelongsToTheStrongestChannel) {
  constexpr int kChannels = 5;
  constexpr int kWide = 7;
  constexpr int kHigh = 6;
  constexpr int kWidth = 31;
  constexpr int kHeight = 45;
  std::mt19937 random(3);
  ClassScores scores{kChannels, kHigh, kWide, -1, {}};
  for (int i = 0; i < kChannels * kHigh * kWide; ++i) {
    scores.values.push_back(static_cast<float>(random() % 1000) / 1000);
  }
  const ClassOutlines found = OutlineClasses(scores, Whole(kWide, kHigh), kWidth, kHeight);
  std::vector<Mask> masks;
  for (const Rle& rle : found.masks) masks.push_back(DecodeMask(rle));
  const auto at = [](int pixel, int pixels, int samples) {
    return std::min(std::max((pixel + .5) * samples / pixels - .5, 0.), samples - 1.);
  };
  int doubtful = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double u = at(x, kWidth, kWide);
      const double v = at(y, kHeight, kHigh);
      std::vector<double> values;
      for (int c = 0; c < kChannels; ++c) {
        double value = 0;
        for (int row = 0; row < kHigh; ++row) {
          for (int column = 0; column < kWide; ++column) {
            const double near =
                std::max(0., 1 - std::abs(u - column)) * std::max(0., 1 - std::abs(v - row));
            value +=
                near *
                static_cast<double>(
                    scores.values[static_cast<std::size_t>((c * kHigh + row) * kWide + column)]);
          }
        }
        values.push_back(value);
      }
      const auto best = std::max_element(values.begin(), values.end());
      const double highest = *best;
      const auto close = std::count_if(values.begin(), values.end(),
                                       [&](double value) { return value > highest - 1e-5; });
      if (close > 1) {
        ++doubtful;
        continue;
      }
      for (std::size_t i = 0; i < masks.size(); ++i) {
        const bool set = masks[i].pixels[static_cast<std::size_t>(y * kWidth + x)] != 0;
        EXPECT_EQ(set, found.predictions[i].class_id == best - values.begin()) << x << ' ' << y;
      }
    }
  }
  EXPECT_LT(doubtful, 10);
  EXPECT_EQ(masks.size(), std::size_t{kChannels});
}

}  // namespace
}  // namespace prelabel
