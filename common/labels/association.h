// The first step of linking: detections of one class to tracklets, frame by frame, forwards.
// Two-stage association with motion prediction after ByteTrack (Zhang et al., ECCV 2022,
// arXiv:2110.06864): confident detections first, then weak ones for tracklets left over; each stage
// an optimal assignment. Pure and deterministic; thread-safe.
//
// 1. Confident detections against the predictions of
//    a. tracklets with a velocity (two observations or more), by IoU;
//    b. tracklets missed in at most two looked-at frames, by DeepSORT's Mahalanobis gate: in a
//       sampled video a box need not overlap the one before, and a new one's velocity is not known;
//    c. all other tracklets, by IoU.
//    In all three a pair must look alike, and the more alike the better (StrongSORT, Du et al.
//    2023, adds appearance and motion likewise).
// 2. Weak detections against tracklets observed in the looked-at frame before, by IoU.
// What is left of the confident detections starts tracklets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/linking.h"
#include "common/labels/tracklet.h"

namespace prelabel {

// `frames` ascend strictly and outlive the tracklets, which ascend by first observation. Uses the
// detections of `class_id` alone.
std::vector<Tracklet> Associate(std::span<const FrameDetections> frames, std::uint16_t class_id,
                                const LinkOptions& options);

}  // namespace prelabel
