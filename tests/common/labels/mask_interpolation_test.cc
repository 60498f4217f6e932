// Expected values: by hand.
#include "common/labels/mask_interpolation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <queue>
#include <utility>
#include <vector>

#include "tests/common/labels/make_shapes.h"

namespace prelabel {
namespace {

Shape Between(const Shape& from, const Shape& to, double part) {
  const ShapeKeyframe first = MakeKeyframe(0, from);
  const ShapeKeyframe second = MakeKeyframe(10, to);
  return InterpolateMasks({nullptr, &first, &second, nullptr})(part);
}

// Discs (center x, y, radius) in a raster of width × height pixels at (left, top).
Shape Discs(std::uint32_t width, std::uint32_t height, std::int32_t left, std::int32_t top,
            const std::vector<std::array<double, 3>>& discs) {
  Mask mask{height, width, {}};
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      bool set = false;
      for (const auto& [cx, cy, r] : discs) set |= std::hypot(x - cx, y - cy) <= r;
      mask.pixels.push_back(set ? 1 : 0);
    }
  }
  return MakeMask(mask, left, top);
}

// Of pixels that touch at a side.
int Parts(const Rle& rle) {
  Mask mask = DecodeMask(rle);
  const auto at = [&](int x, int y) -> std::uint8_t* {
    const bool within =
        x >= 0 && y >= 0 && x < static_cast<int>(mask.width) && y < static_cast<int>(mask.height);
    return within ? &mask.pixels[y * mask.width + x] : nullptr;
  };
  int parts = 0;
  for (int y = 0; y < static_cast<int>(mask.height); ++y) {
    for (int x = 0; x < static_cast<int>(mask.width); ++x) {
      if (*at(x, y) == 0) continue;
      ++parts;
      std::queue<std::pair<int, int>> open;
      open.emplace(x, y);
      while (!open.empty()) {
        const auto [px, py] = open.front();
        open.pop();
        std::uint8_t* pixel = at(px, py);
        if (pixel == nullptr || *pixel == 0) continue;
        *pixel = 0;
        for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
          open.emplace(px + dx, py + dy);
        }
      }
    }
  }
  return parts;
}

TEST(InterpolateMasks, AMovedDiscMovesAndKeepsItsForm) {
  const Shape from = Discs(41, 41, 100, 50, {{20, 20, 15}});
  const Shape to = Discs(41, 41, 120, 50, {{20, 20, 15}});
  for (int i = 0; i <= 10; ++i) {
    const Shape between = Between(from, to, i / 10.0);
    EXPECT_EQ(Area(between.mask), Area(from.mask));
    const auto x = static_cast<float>(105 + 2 * i);
    EXPECT_EQ(BoundsOf(between), (Box{x, 55, x + 31, 86}));
  }
}

TEST(InterpolateMasks, BeginsAndEndsWithTheKeyframesPixels) {
  const Shape from = Discs(60, 40, -7, 3, {{15, 15, 9}, {40, 20, 12}});
  const Shape to = Discs(50, 70, 90, 30, {{25, 25, 20}, {30, 60, 4}});
  const Shape first = Between(from, to, 0);
  EXPECT_EQ(BoundsOf(first), BoundsOf(from));
  EXPECT_EQ(Area(first.mask), Area(from.mask));
  EXPECT_EQ(Parts(first.mask), 2);
  const Shape last = Between(from, to, 1);
  EXPECT_EQ(BoundsOf(last), BoundsOf(to));
  EXPECT_EQ(Area(last.mask), Area(to.mask));
}

TEST(InterpolateMasks, ADiscGrowsByItsRadius) {
  const Shape small = Discs(101, 101, 0, 0, {{50, 50, 10}});
  const Shape large = Discs(101, 101, 0, 0, {{50, 50, 40}});
  // Signed distances of concentric discs add up to that of the disc with the mean radius.
  for (const double part : {0.25, 0.5, 0.75}) {
    const double radius = 10 + 30 * part;
    const double area = 3.14159265 * radius * radius;
    EXPECT_NEAR(static_cast<double>(Area(Between(small, large, part).mask)), area, 0.06 * area);
  }
}

TEST(InterpolateMasks, BlobsMerge) {
  // Two discs become one ellipse-like blob that covers both; the gap between them closes on the
  // way.
  const Shape two = Discs(80, 40, 0, 0, {{20, 20, 12}, {58, 20, 12}});
  const Shape one = Discs(80, 40, 0, 0, {{20, 20, 14}, {39, 20, 14}, {58, 20, 14}});
  EXPECT_EQ(Parts(Between(two, one, 0.1).mask), 2);
  EXPECT_EQ(Parts(Between(two, one, 0.9).mask), 1);
  EXPECT_EQ(Parts(Between(one, two, 0.1).mask), 1);
  EXPECT_EQ(Parts(Between(one, two, 0.9).mask), 2);
}

TEST(InterpolateMasks, AHoleCloses) {
  Mask ring{21, 21, std::vector<std::uint8_t>(441, 1)};
  for (int y = 7; y < 14; ++y) {
    for (int x = 7; x < 14; ++x) ring.pixels[y * 21 + x] = 0;
  }
  const Shape full = MakeMask({21, 21, std::vector<std::uint8_t>(441, 1)}, 0, 0);
  // The hole's middle is −3.5 from its rim and 10.5 within the full square: set from 1/4 of the way
  // on; its rim pixels (−0.5 and 7.5) from 1/16 on.
  const auto hole = [&](double part) {
    return 441 - static_cast<int>(Area(Between(MakeMask(ring, 0, 0), full, part).mask));
  };
  EXPECT_EQ(hole(0.05), 49);
  EXPECT_EQ(hole(0.07), 25);
  EXPECT_EQ(hole(0.24), 1);
  EXPECT_EQ(hole(0.26), 0);
}

// Thin bars across one another have nothing in common but where they cross.
TEST(InterpolateMasks, WhatHasNothingInCommonGoes) {
  Mask apart{1, 41, std::vector<std::uint8_t>(41, 0)};
  apart.pixels.front() = apart.pixels.back() = 1;
  const Shape middle = MakeMask({1, 1, {1}}, 20, 0);
  const Shape between = Between(MakeMask(apart, 0, 0), middle, 0.5);
  EXPECT_EQ(between.kind, ShapeKind::kMask);
  EXPECT_EQ(between.mask, Rle{});
  EXPECT_EQ(BoundsOf(between), Box{});
}

TEST(InterpolateMasks, AnEmptyMaskHoldsOrIsHeldFor) {
  const Shape disc = Discs(20, 20, 5, 5, {{10, 10, 6}});
  const Shape empty = MakeMask({2, 2, {0, 0, 0, 0}}, 9, 9);
  EXPECT_EQ(Between(disc, empty, 0.5), disc);
  EXPECT_EQ(Between(empty, disc, 0.5), empty);
  EXPECT_EQ(Between(MakeMask({}, 0, 0), disc, 0.5), MakeMask({}, 0, 0));
}

// A few bytes of text can claim 2^31 pixels; only what is set counts, and too much holds.
TEST(InterpolateMasks, HugeRastersTakeNoMemoryForWhatIsNotSet) {
  const Shape dot = MakeMask({1, 1, {1}}, 70, 8);
  Shape huge = dot;
  huge.left = 0;
  huge.top = 0;
  huge.mask = {1U << 11, 1U << 20, {100, 1, (1U << 31) - 101}};
  // The pixel at (0, 100) moves by (70, −92).
  const Shape between = Between(huge, dot, 0.5);
  EXPECT_EQ(BoundsOf(between), (Box{35, 54, 36, 55}));
  Shape corners = huge;
  corners.mask.counts = {0, 1, (1U << 31) - 2, 1};
  EXPECT_EQ(Between(corners, dot, 0.5), corners);
}

}  // namespace
}  // namespace prelabel
