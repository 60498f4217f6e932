// Which points of a dense track to keep as keyframes, so that the linear interpolation between them
// (interpolation.h) stays near the others. Pure; thread-safe; ties are broken by index alone.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "common/labels/track.h"

namespace prelabel {

// Keyframes that FewestKeyframes chooses are at most so many points apart: 20 s at 25 frames a
// second.
constexpr std::size_t kKeyframeReach = 500;

// Indices of the fewest points, the first and the last among them, such that every other point has
// IoU >= `min_iou` with the box that linear interpolation between its chosen neighbors gives its
// frame. `points` ascend strictly by frame; frames may be missing. Points whose box is empty are
// always chosen where min_iou > 0; with min_iou > 1 all are.
//
// Neighbors are at most kKeyframeReach points apart, which makes the time linear in a track's
// length: about O(points x reach), since the search goes by number of keyframes and reaches each
// point once. Without the bound an object that stands still for an hour would take quadratic time;
// with it, it gets a keyframe every 500 points. Where objects move, the reach ends earlier and
// nothing is lost by that: IoU >= min_iou leaves each edge of a box a range, seen from a keyframe a
// range of slopes, and once the ranges of some points have no slope in common, no segment passes
// all of them (the cone of Imai and Iri, "Computational-geometric methods for polygonal
// approximations of a curve", 1986).
std::vector<std::size_t> FewestKeyframes(std::span<const TrackPoint> points, float min_iou);

// The `count` keyframes in total, as indices for each track, with the highest mean IoU of all
// points between keyframes with their linear interpolation; each track has its first and its last
// point. Tracks ascend strictly by frame. A count that is too low for that, or higher than there
// are points, counts as the nearest one that is possible.
//
// Exact: a dynamic program over error, points and keyframes for each track, and one over the
// tracks. For judging other choices by, not for long videos: a track of n points takes O(n³)
// overlaps and n² x 8 bytes (n = 1,000: 0.2 billion, 8 MB).
std::vector<std::vector<std::size_t>> BestKeyframes(std::span<const std::vector<TrackPoint>> tracks,
                                                    std::size_t count);

}  // namespace prelabel
