// What is known about the labels between the keyframes of one video, before anybody checks them:
// what leaving keyframes out would have cost, what is expected of each box, and where one more
// keyframe would help most. Sums are integers: they do not depend on the order in which they grow.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/keyframe_worth.h"
#include "common/labels/track.h"

namespace prelabel {

// Keyframes that have two neighbors, each left out and interpolated over (HoldOutIou).
struct HoldOuts {
  std::uint64_t count = 0;
  std::uint64_t iou_sum = 0;  // in millionths
  friend bool operator==(const HoldOuts&, const HoldOuts&) = default;

  void Add(const HoldOuts& other);
  double MeanIou() const;  // 0 without any
};

// Buckets of the frames from one neighbor to the other: up to 2, 5, 10, 20, 40, and more.
inline constexpr std::array<std::int64_t, 5> kGapBucketEnds = {2, 5, 10, 20, 40};
inline constexpr std::size_t kGapBuckets = kGapBucketEnds.size() + 1;
std::size_t GapBucket(std::int64_t frames);

// One category.
struct ClassTrust {
  std::uint64_t between = 0;       // boxes between keyframes
  std::uint64_t expected_sum = 0;  // their expected IoU, in millionths
  std::uint64_t below_half = 0;    // those of which less than 0.5 is expected
  std::array<HoldOuts, kGapBuckets> hold_outs{};
  friend bool operator==(const ClassTrust&, const ClassTrust&) = default;

  void Add(const ClassTrust& other);
  double MeanExpectedIou() const;  // 0 without any
  HoldOuts AllHoldOuts() const;
};

struct VideoTrust {
  static constexpr std::size_t kFramesKept = 50;

  std::vector<ClassTrust> classes;   // by category, up to the last one that has a track
  std::vector<HelpfulFrame> frames;  // at most kFramesKept; most worth first
};

// `category_of_class`: -1 where the class is dropped. Boxes in frames that could not be read are
// counted, though they are not written; what is not in [0, frames) is not.
VideoTrust JudgeTracks(std::span<const Track> tracks, std::span<const int> category_of_class,
                       std::int64_t frames);

}  // namespace prelabel
