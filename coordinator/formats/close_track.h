// Where a track of a format ends that only lists where objects are. Pure.
#pragma once

#include <cstdint>
#include <utility>

#include "common/labels/shape.h"

namespace prelabel {

// Appends an `outside` keyframe in the frame after the last, where the video has one.
inline void CloseTrack(std::int64_t frames, ShapeTrack& track) {
  if (track.keyframes.empty() || track.keyframes.back().frame + 1 >= frames) return;
  ShapeKeyframe last = track.keyframes.back();
  ++last.frame;
  last.outside = true;
  track.keyframes.push_back(std::move(last));
}

}  // namespace prelabel
