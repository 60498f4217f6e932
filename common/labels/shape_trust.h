// How far interpolated shapes can be believed: interpolation_trust.h over the bounds of the
// keyframes that a person set. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "common/labels/interpolation_trust.h"
#include "common/labels/shape.h"

namespace prelabel {

// One entry a pair of neighboring keyframes of which the first is visible, ascending. An `outside`
// keyframe is where the object was not seen any more, so it measures nothing: towards it, the loss
// is guessed from the way. Bounds count as a pixel wide and high at least, so that a point has
// some.
std::vector<GapTrust> TrustShapes(const ShapeTrack& track);

// 1 at keyframes and behind the last one, where a shape holds because a person left it there.
double ExpectedIou(const std::vector<GapTrust>& gaps, std::int64_t frame);

}  // namespace prelabel
