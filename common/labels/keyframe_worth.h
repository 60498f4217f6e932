// Which frames to set a keyframe in, so that the labels of a video gain most: what a person should
// correct first. Pure; thread-safe.
//
// By the parabola of interpolation_trust.h the g - 1 boxes between two keyframes, g frames apart,
// are expected to lose rate · g (g² - 1) / 6 of IoU in all. A keyframe t frames behind the first
// leaves two shorter gaps and takes the share 3 t (g - t) / (g² - 1) of that away: everything where
// there is one box between, three quarters in the middle of a long gap, little at its ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/interpolation_trust.h"

namespace prelabel {

struct TrackGap {
  std::uint32_t track_id = 0;
  int category = 0;  // handed on
  GapTrust trust;
};

// What a keyframe does for one track.
struct TrackHelp {
  std::uint32_t track_id = 0;
  int category = 0;
  std::int64_t from = 0;  // the keyframes around it, those of frames further up the list included
  std::int64_t to = 0;
  double expected_iou = 0;  // of the box that is interpolated there
  double worth = 0;         // IoU, summed over the boxes between: lost without it, not with it
  friend bool operator==(const TrackHelp&, const TrackHelp&) = default;
};

struct HelpfulFrame {
  static constexpr std::size_t kTracksNamed = 8;

  std::int64_t frame = 0;
  double worth = 0;               // of a keyframe of each track that is interpolated there
  std::size_t track_count = 0;    // tracks to which it is worth 0.05 or more, the best anyway
  std::vector<TrackHelp> tracks;  // the first kTracksNamed of them: most worth, then lowest id
  friend bool operator==(const HelpfulFrame&, const HelpfulFrame&) = default;
};

// At most `count` frames of a video of `frames` frames, most worth first (then the earlier one):
// each has the worth that is left when those before it have their keyframes, so none is listed for
// what its neighbor does as well. Those of less than 0.05 are left out, as are gaps that are not in
// [0, frames).
// Memory: 8 bytes a frame, 48 a gap. Time: frames and gaps times `count`, boxes between once.
std::vector<HelpfulFrame> HelpfulFrames(std::span<const TrackGap> gaps, std::int64_t frames,
                                        std::size_t count);

}  // namespace prelabel
