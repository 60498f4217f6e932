// Expected values: hand-made scenes whose objects are known.
#include "common/labels/association.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::SizeIs;

// A person-like box of 40 × 100 pixels about a centre.
Prediction At(float x, float y) { return {0, 0.9F, {x - 20, y - 50, x + 20, y + 50}}; }

LinkOptions Options() {
  LinkOptions options;
  options.class_thresholds = {0.4F};
  return options;
}

TEST(Associate, AfterAGapTheLeastIouDecides) {
  // 32 pixels aside after three frames without: 8 of 40 + 32 columns are shared, IoU 1/9.
  const std::vector<FrameDetections> frames = {
      {0, {At(100, 200)}}, {1, {At(100, 200)}}, {2, {}}, {3, {}}, {4, {}}, {5, {At(132, 200)}}};
  LinkOptions options = Options();
  EXPECT_THAT(Associate(frames, 0, options), SizeIs(2));
  options.match_iou = 0.1F;
  EXPECT_THAT(Associate(frames, 0, options), SizeIs(1));
}

TEST(Associate, SparselySampledBoxesAreNotLinkedAcrossThePicture) {
  // After 60 frames a velocity may be anything; linked are boxes of 40 × 100 no more than 200
  // pixels (twice the longer side) from where they were.
  LinkOptions options = Options();
  options.follow_gap = 60;
  const auto tracks_over = [&](float distance) {
    const std::vector<FrameDetections> frames = {{0, {At(100, 200)}},
                                                 {60, {At(100 + distance, 200)}}};
    return Associate(frames, 0, options).size();
  };
  EXPECT_EQ(tracks_over(199), 1U);
  EXPECT_EQ(tracks_over(201), 2U);
}

TEST(Associate, NobodyLeavesWithOtherClothes) {
  // In the same place, but in other colors: somebody else.
  std::vector<std::uint8_t> red(kAppearanceSize, 0);
  std::vector<std::uint8_t> blue(kAppearanceSize, 0);
  for (std::size_t i = 0; i < kAppearanceSize; i += kAppearanceBins) {
    red[i] = 255;
    blue[i + 5] = 255;
  }
  std::vector<FrameDetections> frames;
  for (std::int64_t f = 0; f < 6; ++f) {
    frames.push_back({f, {At(100, 200)}, f < 3 ? red : blue, {}});
  }
  EXPECT_THAT(Associate(frames, 0, Options()), SizeIs(2));
  for (FrameDetections& frame : frames) frame.appearance.clear();  // unknown: the place decides
  EXPECT_THAT(Associate(frames, 0, Options()), SizeIs(1));
}

}  // namespace
}  // namespace prelabel
