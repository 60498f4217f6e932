// Fills the frames between a track's keyframes. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/track.h"

namespace prelabel {

enum class InterpolationMethod : std::uint8_t { kNone, kLinear, kCubic, kFlow };

// One point a frame from the first keyframe to the last (kLinear, kCubic), or the keyframes alone
// (kNone). Linear: each corner moves linearly, as CVAT does. Cubic: smoothly through the keyframes
// (box_motion.h). kFlow is linear here: flow_interpolation.h does it where there are pictures. The
// score is the lower of both neighbors' times the IoU that is expected of the
// box (interpolation_trust.h).
std::vector<TrackPoint> Interpolate(std::span<const Keyframe> keyframes,
                                    InterpolationMethod method);

}  // namespace prelabel
