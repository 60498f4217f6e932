// Expected values: hand-made histograms.
#include "common/labels/scene_cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/labels/appearance.h"

namespace prelabel {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

// A share of the pixels in bin 0, the rest in bin 1, in all histograms.
FrameDetections Scene(std::int64_t frame, double share) {
  FrameDetections seen{frame, {}, {}, std::vector<std::uint8_t>(kAppearanceSize, 0)};
  for (std::size_t i = 0; i < kAppearanceSize; i += kAppearanceBins) {
    seen.scene[i] = static_cast<std::uint8_t>(std::lround(255 * std::sqrt(share)));
    seen.scene[i + 1] = static_cast<std::uint8_t>(std::lround(255 * std::sqrt(1 - share)));
  }
  return seen;
}

TEST(FindSceneCuts, AJumpInAStillVideo) {
  const std::vector<FrameDetections> frames = {Scene(0, 0.9), Scene(1, 0.9), Scene(2, 0.9),
                                               Scene(3, 0.1), Scene(4, 0.1), Scene(5, 0.1)};
  EXPECT_THAT(FindSceneCuts(frames), ElementsAre(0, 0, 0, 1, 0, 0));
}

TEST(FindSceneCuts, TwoFramesAreEnough) {
  EXPECT_THAT(FindSceneCuts(std::vector{Scene(0, 1), Scene(30, 0)}), ElementsAre(0, 1));
}

TEST(FindSceneCuts, APanIsNone) {
  // Every pair differs by as much: √(.5 × 1) = 0.71 is below what a cut may have, but usual here.
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 12; ++f) frames.push_back(Scene(f, f % 2 == 0 ? 1 : 0.5));
  EXPECT_THAT(FindSceneCuts(frames), Each(0));
}

TEST(FindSceneCuts, WhatIsUnknownIsNone) {
  std::vector<FrameDetections> frames = {Scene(0, 1), Scene(1, 0)};
  frames[1].scene.clear();
  EXPECT_THAT(FindSceneCuts(frames), Each(0));
  EXPECT_TRUE(FindSceneCuts({}).empty());
}

}  // namespace
}  // namespace prelabel
