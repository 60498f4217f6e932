// How far an interpolated box can be believed: what leaving out a keyframe and interpolating over
// it would have cost (measured), carried over to the frames between. Pure; thread-safe.
//
// A path with constant acceleration a misses its chord by a/2 · t (g - t) after t of g frames, and
// IoU falls about linearly with a small offset. So the loss at a frame is taken as
// rate · t (g - t), and a keyframe that was left out tells the rate around it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/track.h"

namespace prelabel {

// A stretch between two keyframes of a track.
struct GapTrust {
  std::int64_t from = 0;  // frames of the two keyframes
  std::int64_t to = 0;
  double rate = 0;  // of IoU lost; see above
  bool measured = false;

  // The IoU in [0, 1] that an interpolated box at `frame` is expected to have with the object's.
  double ExpectedIou(std::int64_t frame) const;
  // The worst of the frames between; 1 where there is none.
  double WorstIou() const { return ExpectedIou((from + to) / 2); }
};

// One entry a pair of neighboring keyframes. Where a track has no keyframe with two neighbors the
// loss is guessed from how far it moved: a fifth in the middle of a gap over which it moved by its
// own size.
std::vector<GapTrust> TrustGaps(std::span<const Keyframe> keyframes);

// Multiplies the score of each interpolated point between keyframes by the IoU that is expected of
// it. Points ascend by frame.
void LowerScoresBetween(std::span<const Keyframe> keyframes, std::span<TrackPoint> points);

// The IoU of an inner keyframe (0 < index < size - 1) with what its neighbors interpolate to.
double HoldOutIou(std::span<const Keyframe> keyframes, std::size_t index);

}  // namespace prelabel
