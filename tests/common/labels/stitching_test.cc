// Expected values: hand-made courses.
#include "common/labels/stitching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prelabel {
namespace {

using ::testing::SizeIs;

// A box 40 × 100 whose center goes from (x, y) at `first` by (dx, dy) a frame.
Tracklet Course(std::int64_t first, std::int64_t last, float x, float y, float dx, float dy) {
  Tracklet tracklet;
  for (std::int64_t f = first; f <= last; ++f) {
    const float cx = x + dx * static_cast<float>(f - first);
    const float cy = y + dy * static_cast<float>(f - first);
    tracklet.push_back(
        {static_cast<std::uint32_t>(f), 0, f, {cx - 20, cy - 50, cx + 20, cy + 50}, 0.9F, {}});
  }
  return tracklet;
}

constexpr StitchOptions kOptions{.max_gap = 50, .frame_rate = 25, .least_appearance = 0.88};

TEST(Stitch, GoesOnWhereItWasGoing) {
  // 3 pixels a frame to x = 157 in frame 19; 20 frames later it is 63 further on.
  const auto joined =
      Stitch({Course(0, 19, 100, 200, 3, 0), Course(40, 60, 220, 200, 3, 0)}, {}, kOptions);
  ASSERT_THAT(joined, SizeIs(1));
  EXPECT_THAT(joined[0], SizeIs(41));
}

TEST(Stitch, NotAgainstItsDirection) {
  // The second comes from the right and is where the first would only be by turning round.
  EXPECT_THAT(
      Stitch({Course(0, 19, 100, 200, 5, 0), Course(40, 60, 100, 200, -5, 0)}, {}, kOptions),
      SizeIs(2));
}

TEST(Stitch, CrossingCoursesAreToldApart) {
  // Both are hidden from frame 20 to 29 while they pass each other.
  const auto joined = Stitch({Course(0, 19, 100, 200, 4, 0), Course(0, 19, 296, 210, -4, 0),
                              Course(30, 49, 220, 200, 4, 0), Course(30, 49, 176, 210, -4, 0)},
                             {}, kOptions);
  ASSERT_THAT(joined, SizeIs(2));
  EXPECT_EQ(joined[0].front().box.x1, 80);
  EXPECT_EQ(joined[0].back().box.x1, 276);
  EXPECT_EQ(joined[1].back().box.x1, 80);
}

TEST(Stitch, WhatAssociationSaysCounts) {
  // Two stand where one left: the nearer one, unless association has followed the other.
  const std::vector<Tracklet> tracklets = {
      Course(0, 9, 100, 200, 0, 0), Course(20, 29, 104, 200, 0, 0), Course(20, 29, 112, 200, 0, 0)};
  const auto joined = Stitch(tracklets, {}, kOptions);
  ASSERT_THAT(joined, SizeIs(2));
  EXPECT_EQ(joined[0].back().box.x1, 84);
  EXPECT_EQ(Stitch(tracklets, {2, SIZE_MAX, SIZE_MAX}, kOptions)[0].back().box.x1, 92);
}

TEST(Stitch, NotOverMoreThanTheLongestGap) {
  EXPECT_THAT(Stitch({Course(0, 9, 100, 200, 0, 0), Course(59, 70, 100, 200, 0, 0)}, {}, kOptions),
              SizeIs(1));
  EXPECT_THAT(Stitch({Course(0, 9, 100, 200, 0, 0), Course(60, 70, 100, 200, 0, 0)}, {}, kOptions),
              SizeIs(2));
}

}  // namespace
}  // namespace prelabel
