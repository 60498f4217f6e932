// The labels of a video whose keyframes a person drew, frame by frame. Memory is that of the tracks
// that are alive at a frame and of their shapes there. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/result.h"
#include "common/labels/flow_interpolation.h"
#include "common/labels/shape_interpolation.h"
#include "common/labels/shape_trust.h"
#include "coordinator/merge/merge.h"

namespace prelabel {

// The bounds of what was drawn as tracks of boxes, one for each stretch in which an object is
// visible; their class is the category. For judging what is interpolated (video_trust.h).
std::vector<Track> DrawnTracks(const SourceItems& video, const ClassMap& classes);

class DrawnSweep {
 public:
  // `video.drawn` is there. Video and class map outlive this. With `motion`, which may be null,
  // upright boxes between visible keyframes follow what is seen (flow_interpolation.h).
  DrawnSweep(const SourceItems& video, const ClassMap& classes, InterpolationMethod method,
             std::unique_ptr<MotionEstimator> motion);

  // Fills `labels` with those of `frame`, in no particular order; frames ascend from call to call.
  // A keyframe has the score 1, what is between the IoU that is expected there (shape_trust.h).
  // Errors are those of the motion.
  Result<void> LabelsAt(std::int64_t frame, std::vector<Label>& labels);

 private:
  struct Alive {
    const ShapeTrack* track = nullptr;
    int category = 0;
    std::vector<GapTrust> gaps;
    ShapeWalk walk;
    std::optional<ShapePoint> point{};  // the next one; nothing at the end
    std::size_t keyframe = 0;           // the last one that was passed
    std::vector<TrackPoint> seen{};     // of the gap behind it; empty where motion is not followed
  };

  Result<void> FollowMotion(Alive& alive, ShapePoint& point) const;

  std::vector<const ShapeTrack*> tracks_;  // ascending first keyframe
  const ClassMap& classes_;
  InterpolationMethod method_;
  std::unique_ptr<MotionEstimator> motion_;
  std::int64_t frames_;
  std::size_t next_ = 0;
  std::vector<Alive> alive_;
};

}  // namespace prelabel
