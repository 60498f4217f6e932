// Offline association of detections into tracks, over a whole video, per class. Pure and
// deterministic; thread-safe. In this order:
//
// 1. The video is cut into scenes (scene_cuts.h); nothing goes on across a cut.
// 2. Detections are associated forwards into tracklets (association.h), over short gaps only.
// 3. Tracklets are cut where objects of a class hide each other (occlusion.h).
// 4. What fits in both directions of time and looks alike is joined again (stitching.h), over
//    longer gaps; hidden observations are given back to whom they fit.
// 5. Flickers are dropped (`min_observations`), and scores are smoothed along each track.
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
  // Least similarity of two observations of one object (AppearanceSimilarity); of those whose
  // appearance is unknown nothing is asked.
  float match_appearance = 0.88F;
  // Frames after its last observation at which a track is still continued: by association, which
  // knows the past only, and at all. Where only every Nth frame is looked at give at least 2N and
  // 4N, or one miss ends a track.
  std::int64_t follow_gap = 30;
  std::int64_t max_gap = 100;
  double frame_rate = 25;  // frames a second, > 0: what speeds are measured by
  // A track of fewer observations is dropped, where it was looked for before and after within
  // follow_gap, in the same scene.
  std::uint32_t min_observations = 2;
  // Scores become means over so many observations on each side, the middle one weighing most and
  // the others less by steps. 0: as detected.
  std::uint32_t score_reach = 2;
};

// `frames` are those looked at (also without detections) and ascend strictly by frame. A detection
// is in one track at most. Keyframes' boxes are those detected; their scores are the mean of the
// observations around them, weighted 1 2 3 2 1. Tracks ascend by id.
std::vector<Track> LinkDetections(std::span<const FrameDetections> frames,
                                  const LinkOptions& options);

}  // namespace prelabel
