// Offline association of detections into tracks, over a whole video.
// Two-stage association with motion prediction after ByteTrack (Zhang et al., ECCV 2022,
// arXiv:2110.06864): confident detections first, then the weak ones for tracks left over; each
// stage an optimal assignment. Pure and deterministic; thread-safe.
//
// 1. Confident detections against the predictions of
//    a. tracks with a velocity (two observations or more), by IoU;
//    b. tracks missed in at most two looked-at frames, by DeepSORT's Mahalanobis gate: in a sampled
//       video a box need not overlap the one before, and a new track's velocity is not known yet;
//    c. all other tracks, by IoU.
// 2. Weak detections against tracks observed in the looked-at frame before, by IoU.
// What is left of the confident detections starts tracks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/track.h"

namespace prelabel {

struct LinkOptions {
  // Per class id: a detection at or above this starts or continues a track. Classes beyond the end
  // of the list, and those with a threshold above 1, are ignored.
  std::vector<float> class_thresholds;
  float low_threshold = 0.1F;  // weaker detections are dropped; between the two they only continue
  float match_iou = 0.2F;      // least IoU of prediction and box, first stage
  float low_match_iou = 0.5F;  // the same, second stage
  // A track is not continued more than this many frames after its last observation. Counted in the
  // video's frames: where only every Nth is looked at give 2N or more, or one miss ends a track.
  std::int64_t max_gap = 30;
};

// `frames` are those looked at (also without detections) and ascend strictly by frame. Every
// detection at or above its class's threshold is in exactly one track (of one keyframe, if need
// be). Tracks ascend by id.
std::vector<Track> LinkDetections(std::span<const FrameDetections> frames,
                                  const LinkOptions& options);

}  // namespace prelabel
