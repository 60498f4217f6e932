// How far interpolated shapes can be believed: interpolation_trust.h over the bounds of the
// keyframes that a person set. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "common/labels/interpolation_trust.h"
#include "common/labels/shape.h"

namespace prelabel {

// Bounds, at least a pixel wide and high, so that a point has some that can be compared.
Box TrustBounds(const Shape& shape);

// One entry a pair of neighboring keyframes of which the first is visible, ascending. An `outside`
// keyframe is where the object was not seen any more, so it measures nothing: towards it, the loss
// is guessed from the way.
std::vector<GapTrust> TrustShapes(const ShapeTrack& track);

// 1 at keyframes and behind the last one, where a shape holds because a person left it there.
double ExpectedIou(const std::vector<GapTrust>& gaps, std::int64_t frame);

}  // namespace prelabel
