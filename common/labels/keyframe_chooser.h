// Which frames of a video a model should look at next, so that interpolation between them is as
// good as looking at all. Pure and deterministic; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/track.h"

namespace prelabel {

struct ChooserOptions {
  std::int64_t frame_count = 0;  // of the video
  std::int64_t budget = 0;       // frames that may be looked at, those so far included
  float tolerance = 0.8F;        // IoU that every interpolated box is to have, (0, 1]
  int width = 0;                 // of the frames, pixels
  int height = 0;
};

// How many frames apart the first, coarse look is: it takes seven tenths of the budget (a share of
// the frames, in (0, 1]), and what it shows decides about the rest.
std::int64_t CoarseStride(double budget);

// The middles of the stretches between frames looked at that are trusted least, ascending; at most
// a half of what is left of the budget (at least 16 frames or 1 %), so that later rounds see what
// these show. Empty: every stretch meets the tolerance, or the budget is used up.
// A stretch is doubted for interpolated boxes that are expected to miss (GapTrust), tracks that
// start, end or were missed in it (more so in the middle of the picture, where nobody appears out
// of nothing), and tracks that may have been taken for each other.
// `looked_at` ascends and has also the frames that could not be read.
std::vector<std::int64_t> ChooseKeyframes(std::span<const std::int64_t> looked_at,
                                          std::span<const Track> tracks,
                                          const ChooserOptions& options);

}  // namespace prelabel
