// Fills the frames between a track's keyframes along the motion that is seen in the pictures. What
// is decided here is pure; pictures are behind the seam MotionEstimator (common/media/motion.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/result.h"
#include "common/geometry/box.h"
#include "common/labels/track.h"

namespace prelabel {

// How what is in a box moved from one frame to another.
struct Displacement {
  float dx = 0;     // of its center, pixels
  float dy = 0;     //
  float scale = 1;  // its size then over its size before; positive
  float trust = 0;  // 0: nothing is known, and the rest means nothing; up to 1
};

// Not thread-safe unless an implementation says so.
class MotionEstimator {
 public:
  virtual ~MotionEstimator() = default;

  // From `from_frame` to `to_frame`, its neighbor before or behind it; `box` is in pixels of
  // `from_frame`. Without trust: no texture, an occlusion, a box outside of the picture. DataLoss:
  // one of the frames is damaged. Other errors end an interpolation.
  virtual Result<Displacement> Between(std::int64_t from_frame, std::int64_t to_frame,
                                       const Box& box) = 0;
};

// One point a frame from the first keyframe to the last, keyframes as they are; scores and sources
// as of InterpolationMethod::kLinear. Each gap by itself: motion is followed forwards from the
// earlier keyframe and backwards from the later one, and the path between them is the most probable
// one that meets both, given these steps and an object that rather keeps its velocity
// (step_bridge.h). Steps that do not fit the others, as after the object was lost, count little.
// Where nothing is seen the path goes on as it did; where nothing is seen in a whole gap it is that
// of linear interpolation. Calls `motion` twice for each frame of a gap: onwards, then back.
Result<std::vector<TrackPoint>> FlowInterpolate(std::span<const Keyframe> keyframes,
                                                MotionEstimator& motion);

}  // namespace prelabel
