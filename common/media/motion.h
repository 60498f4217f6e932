// What moved where in a video: sparse optical flow (OpenCV) behind the seam of
// flow_interpolation.h.
//
//   PRELABEL_TRY(auto frames, OpenVideo(path, index));
//   const auto motion = MakeOpticalFlow(std::move(frames));
//   PRELABEL_TRY(auto points, FlowInterpolate(track.keyframes, *motion));
//
// One estimator serves all tracks of a video. Where they come by their first frame, most of what
// one needs was read for the one before.
#pragma once

#include <cstddef>
#include <memory>

#include "common/labels/flow_interpolation.h"
#include "common/media/frame_source.h"

namespace prelabel {

// The grayscale frames that an estimator keeps, in bytes.
inline constexpr std::size_t kMotionCacheBytes = std::size_t{256} << 20;

// Corners in the box are followed to the other frame and back (pyramidal Lucas-Kanade); the better
// half of those that come back to where they were tells the displacement and the scale by medians
// (Kalal, Mikolajczyk and Matas, "Forward-Backward Error: Automatic Detection of Tracking
// Failures", ICPR 2010). Trust is the share of corners that came back, 0 where there are too few.
// Boxes are clipped to the picture. Same frames, same figures. One thread, and not thread-safe.
// Frames are read forward; going back reads a stretch at once, so that a walk back costs little
// more than one forwards. Between: the errors of FrameSource::Read, Internal: OpenCV failed.
std::unique_ptr<MotionEstimator> MakeOpticalFlow(std::unique_ptr<FrameSource> frames,
                                                 std::size_t cache_bytes = kMotionCacheBytes);

}  // namespace prelabel
