// Where objects of one class run into each other, a detector sees one where there are two, and
// forward association takes the one for the other. So tracklets are cut there: what is known before
// and after decides who is who (stitching.h), and the observations in between are given back to
// whom they fit. Pure and deterministic; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/tracklet.h"

namespace prelabel {

inline constexpr std::size_t kNoPiece = SIZE_MAX;

struct SplitTracklets {
  std::vector<Tracklet> clear;            // ascending first observation
  std::vector<std::size_t> next_of_same;  // by clear: the next piece of the same one, or kNoPiece
  std::vector<Tracklet> hidden;           // runs of observations where the box overlapped another's
};

// Cuts tracklets wherever their box overlaps another one's, observed or between observations, by
// more than `overlap` (IoU). `visits` are the looked-at frames, ascending: Observation::visit
// indexes it.
SplitTracklets SplitAtOcclusions(const std::vector<Tracklet>& tracklets,
                                 std::span<const std::int64_t> visits, float overlap);

// Gives each hidden observation to the tracklet whose path passes there (least IoU `least_iou`; an
// optimal assignment a frame), in place. Runs of which nothing was given away and whose best score
// is at least `threshold` become tracklets of their own; the rest is dropped.
void GiveBackHidden(std::vector<Tracklet>& tracklets, std::span<const Tracklet> hidden,
                    float least_iou, float threshold);

}  // namespace prelabel
