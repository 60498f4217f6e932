// Offline association of detections into tracks, over a whole video.
// Two-stage association with motion prediction after ByteTrack (Zhang et al., ECCV 2022,
// arXiv:2110.06864): confident detections first, then the weak ones for tracks left over; each
// stage an optimal assignment on IoU. Pure and deterministic; thread-safe.
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
  float match_iou = 0.2F;      // least IoU, first stage
  float low_match_iou = 0.5F;  // least IoU, second stage
  std::int64_t max_gap = 30;   // frames without an observation after which a track ends
};

// `frames` ascend by frame. Every detection at or above its class's threshold is in exactly one
// track (of one keyframe, if need be). Tracks ascend by id.
std::vector<Track> LinkDetections(std::span<const FrameDetections> frames,
                                  const LinkOptions& options);

}  // namespace prelabel
