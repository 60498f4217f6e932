// What of a track that a person drew stands in a CVAT file as a keyframe. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/labels/interpolation.h"
#include "common/labels/shape.h"
#include "common/labels/track.h"

namespace prelabel {

// `boxes`: those of kFlow, which cannot be told from the track, ascending by frame; others may be
// missing, and stay where kLinear puts them.
//
// kLinear: the person's own, as they are, since CVAT interpolates between them as prelabel does.
// Otherwise CVAT shall show what is filled in here, too: the person's keyframes; of upright boxes
// between them the fewest over which linear interpolation has at least IoU `min_iou` with each
// (keyframe_selection.h), of other shapes every frame; and an `outside` one behind each stretch
// that ends before the video, which has `frames` frames. Of masks CVAT has no tracks: they are what
// prelabel reads.
std::vector<ShapeKeyframe> CvatKeyframes(const ShapeTrack& track, InterpolationMethod method,
                                         std::int64_t frames, float min_iou,
                                         std::span<const TrackPoint> boxes = {});

}  // namespace prelabel
