// Joins tracklets that are one object: the end of one and the start of a later one must fit both
// ways (where the first was going, and where the second came from), and look alike. Pure and
// deterministic; thread-safe. Time grows with the pairs that lie within the longest gap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/labels/tracklet.h"

namespace prelabel {

struct StitchOptions {
  std::int64_t max_gap = 100;  // frames between the last and the first observation
  double frame_rate = 25;      // frames a second
  double least_appearance = 0.88;
};

// Joined tracklets, ascending first observation, as `tracklets` must. A tracklet has at most one
// successor; the likeliest pair is joined first. `next_of_same` (SplitTracklets'; empty: unknown)
// names for each the one that association took to be the same object: that counts for it, and
// only a different look excludes it.
std::vector<Tracklet> Stitch(std::vector<Tracklet> tracklets,
                             const std::vector<std::size_t>& next_of_same,
                             const StitchOptions& options);

}  // namespace prelabel
